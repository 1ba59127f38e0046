"""One contact that is meant, and what the household's story says that bears on it.

Every answer is worked out anew from the list of all that happened; nothing is kept per person or per line.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from benchmarks.households.happenings import Account, Happened, Household, Meant, TelephoneLine, Told

NOT_CONNECTED = frozenset({"busy", "not_in_service", "no_connection"})
NO_MESSAGE_POSSIBLE = NOT_CONNECTED | {"ring_no_answer_no_voicemail", "voicemail_full_no_message"}
OWE = frozenset({"consumer", "joint_debtor", "guarantor"})
EIGHT, NINE = time(8), time(21)


@lru_cache(maxsize=64)
def zone_rules(name: str) -> ZoneInfo:
    """The rules of a zone."""
    return ZoneInfo(name)


@dataclass(frozen=True, slots=True)
class Question:
    """A contact that is meant, with the household's story."""

    home: Household
    meant: Meant

    @property
    def person(self) -> str:
        return self.meant.person

    @property
    def is_third_party(self) -> bool:
        """Whether we collect for somebody else: 1006.2(i)(2)(i) leaves a creditor in its own name out."""
        return not all(account.own_name for account in self.accounts())

    def accounts(self) -> list[Account]:
        return [self.home.account(name) for name in self.meant.accounts]

    def line(self) -> TelephoneLine | None:
        return None if self.meant.line is None else self.home.line(self.meant.line)

    def zones(self) -> tuple[str, ...]:
        """Comment 6(b)(1)(i)-2: every address and number on file points somewhere; all must be convenient."""
        lines = (line.zone for line in self.home.lines if self.person in line.had_by)
        return tuple(sorted({self.home.homes[self.person], *lines}))

    def local(self, zone: str) -> datetime:
        return self.meant.at.astimezone(zone_rules(zone))

    def days_since(self, at: datetime, zone: str) -> int:
        return (self.local(zone).date() - at.astimezone(zone_rules(zone)).date()).days

    def before(self) -> Iterator[Happened]:
        return (each for each in self.home.happened if each.at <= self.meant.at)

    def with_them(self) -> Iterator[Happened]:
        """What was between us and the person."""
        return (each for each in self.before() if each.person == self.person)

    def on_the_line(self) -> Iterator[Happened]:
        """What was on the line, whoever it was for."""
        return (each for each in self.before() if each.line == self.meant.line)

    def told(self, *what: str) -> Iterator[Told]:
        """What the person said, before now and not taken back."""
        for each in self.home.told:
            if each.person == self.person and each.what in what and self.holds(each):
                yield each

    def holds(self, each: Told) -> bool:
        """Made known, or received by mail, before now, and not taken back."""
        over = each.over_at is not None and each.over_at <= self.meant.at
        return not over and (each.at <= self.meant.at or each.came is not None)

    def is_about(self, accounts: tuple[str, ...] | None) -> bool:
        """Not said of which is of all."""
        return accounts is None or bool(set(accounts) & set(self.meant.accounts))

    def is_in_force(self, each: Told, zone: str) -> bool:
        """A mailed notice binds from its receipt (comment 6(c)(1)-1)."""
        return each.came is None or self.local(zone).date() >= each.came


def is_call(question: Question) -> bool:
    """Whether a call is meant."""
    return question.meant.medium == "call"


def our_calls(happened: Iterator[Happened]) -> Iterator[Happened]:
    """Calls we placed; a voicemail without ringing is one (comment 14(b)-1)."""
    return (each for each in happened if each.medium in {"call", "ringless"} and not each.theirs)


def was_conversation(each: Happened) -> bool:
    """A talk on the telephone, whoever began it; a call of which nobody knows what came may be one."""
    return each.medium == "call" and each.outcome in {"conversation", None}


def wrong_lines(question: Question) -> dict[str | None, datetime]:
    """Lines found not to be the person's, and when."""
    return {each.line: each.at for each in question.told("wrong_number_learned")}


def given_back(each: Happened, wrong: dict[str | None, datetime]) -> bool:
    """Comment 14(b)(2)(i)-3: who "then learns" that a line is another's; a call after that is not excused."""
    learned = wrong.get(each.line)
    return learned is not None and each.at <= learned


def convenient(question: Question, opens: time, closes: time, zones: tuple[str, ...]) -> bool:
    """After the one and before the other, to the end of the ring, in every zone."""
    for zone in zones:
        local = question.local(zone)
        day = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        wall = local.replace(tzinfo=None)
        begins = day + timedelta(hours=opens.hour, minutes=opens.minute)
        ends = day + timedelta(hours=closes.hour, minutes=closes.minute)
        if not (begins < wall and wall + timedelta(seconds=question.meant.ring_s) < ends):
            return False
    return True


def medium_closed(question: Question) -> bool:
    """Whether they asked us not to use the medium."""
    return any(each.medium == question.meant.medium for each in question.told("stop_medium"))


def line_closed(question: Question, since: datetime | None = None) -> bool:
    """Whether somebody of those who have the line asked us not to use it: a line is not a person, but an
    institution cannot be closed to all by one. Only what was said from `since` on counts.
    """
    line = question.line()
    if line is None or question.meant.medium not in {"call", "sms"}:
        return False
    return any(
        each.what == "stop_number"
        and each.line == line.number
        and question.holds(each)
        and (since is None or each.at >= since)
        and (line.institution is None or each.person == question.person)
        for each in question.home.told
    )


def is_wrong_line(question: Question) -> bool:
    """Whether the line was found not to be theirs."""
    return question.meant.line is not None and question.meant.line in wrong_lines(question)


def is_represented(question: Question) -> bool:
    """Whether an attorney stands for them in one of these debts."""
    return any(question.is_about(each.accounts) for each in question.told("attorney_represented"))


def is_disputed(question: Question) -> bool:
    """Whether one of these debts is disputed in writing."""
    return any(
        each.written is not False and question.is_about(each.accounts) for each in question.told("dispute")
    )


def rings_at(question: Question, place: str) -> bool:
    """Whether the call would ring at the place."""
    line = question.line()
    return is_call(question) and line is not None and line.place == place


def asked_silence(question: Question) -> bool:
    """Whether they asked, about one of these debts, that all contact cease; in force from its receipt."""
    return any(_is_heard(question, each) for each in question.told("cease_communication"))


def _is_heard(question: Question, each: Told) -> bool:
    in_force = any(question.is_in_force(each, zone) for zone in question.zones())
    return in_force and question.is_about(each.accounts)


def took_back(question: Question, since: datetime | None = None) -> bool:
    """47 CFR 64.1200(a)(10): a text is a call, and who says stop to either takes back what was agreed to of
    both. What they agree to after that is agreed anew: only what was said from `since` on counts.
    """
    said = (
        *question.told("stop_calling"),
        *(each for each in question.told("stop_medium") if each.medium in {"call", "sms"}),
        *(each for each in question.told("cease_communication") if _is_heard(question, each)),
    )
    return any(since is None or _is_since(question, each, since) for each in said)


def _is_since(question: Question, each: Told, since: datetime) -> bool:
    """What came by mail was said on the day it came, whenever it was posted or written down."""
    if each.came is None:
        return each.at >= since
    return any(since.astimezone(zone_rules(zone)).date() <= each.came for zone in question.zones())


def agreed_to_texts(question: Question, *, within_days: int | None = 60) -> bool:
    """Whether the person agreed to texts on this very line; it is theirs to agree.

    Args:
        within_days: how old the consent may be: sixty by 12 CFR 1006.6(d)(5)(ii); None = where the text, as
            D.C. Code 28-3814(d)(4)(B)(ii), knows of no age.

    47 CFR 64.1200(a)(10): "a called party" may take it back, and that is whoever uses the telephone: what one
    of those who have the line asks of it ends what another of them agreed to before.
    """
    return not is_wrong_line(question) and any(
        each.line == question.meant.line
        and (
            within_days is None
            or all(question.days_since(each.at, zone) <= within_days for zone in question.zones())
        )
        and not took_back(question, each.at)
        and not line_closed(question, each.at)
        for each in question.told("consent:sms")
    )


def agreed_to_email(question: Question) -> bool:
    """Whether they agreed to e-mail, and did not ask since that all contact cease: that takes it back too."""
    return any(
        not any(
            _is_heard(question, said) and _is_since(question, said, each.at)
            for said in question.told("cease_communication")
        )
        for each in question.told("consent:email")
    )


def agreed_to_recordings(question: Question) -> bool:
    """Whether they agreed to recordings on this line about all of these debts, and did not take it back."""
    return not is_wrong_line(question) and any(
        each.line in {None, question.meant.line}
        and (each.accounts is None or set(question.meant.accounts) <= set(each.accounts))
        and not took_back(question, each.at)
        and not line_closed(question, each.at)
        for each in question.told("consent:prerecorded")
    )


Rule = tuple[str, Callable[[Question], bool]]
"""A rule by its name, and whether it speaks against a contact."""


def named(*rules: Callable[[Question], bool]) -> tuple[Rule, ...]:
    """Rules by the names of their functions."""
    return tuple((rule.__name__, rule) for rule in rules)
