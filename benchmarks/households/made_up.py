"""Made-up households: two or three people, their lines, creditors and past, and what is meant to be done.

Everything hangs on a seed and the household's number. Contacts that follow each other are often meant for
different people on one line, seconds and minutes apart, and days are drawn around the ends of windows.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

from benchmarks.households.happenings import (
    Account,
    Happened,
    Household,
    Meant,
    Posted,
    TelephoneLine,
    Told,
)

Chosen = TypeVar("Chosen")
STARTS = (
    datetime(2026, 3, 4, 17, tzinfo=UTC),
    datetime(2026, 6, 10, 15, tzinfo=UTC),
    datetime(2026, 10, 28, 19, tzinfo=UTC),
    datetime(2026, 11, 30, 16, tzinfo=UTC),
)
"""Around both changes of the clocks, and two ordinary weeks."""
PLACES = {
    "": "America/New_York",
    "WA": "America/Los_Angeles",
    "MA": "America/New_York",
    "DC": "America/New_York",
    "NV": "America/Los_Angeles",
    "GB": "Europe/London",
}
FURTHER = {
    "HI": "Pacific/Honolulu",
    "ND": "America/Chicago",
    "MS": "America/Chicago",
    "CA": "America/Toronto",
}
"""Drawn apart, so that a seed of the places above goes on to mean what it did."""
ABROAD_PLACES = {
    "IE": "Europe/Dublin",
    "ON": "America/Toronto",
    "QC": "America/Toronto",
    "BC": "America/Vancouver",
    "AB": "America/Edmonton",
    "AU": "Australia/Sydney",
    "IN": "Asia/Kolkata",
}
ABROAD = frozenset({"GB", "CA", "IE", "AU", "IN"})
"""Of the places, those that are countries; no state is told there."""
PROVINCES = frozenset({"ON", "QC", "BC", "AB"})
CLOSE_S = (1, 60, 240, 299, 300, 301, 1800, 10_799, 10_800, 10_801, 40_000, 86_400, 90_000, 259_199, 259_200)
OUTCOMES: tuple[str | None, ...] = (
    "no_answer", "no_answer", "no_answer", "no_answer", "busy", "not_in_service", "voicemail_left",
    "voicemail_reached_no_message", "voicemail_full_no_message", "ring_no_answer_no_voicemail",
    "abandoned", "abandoned", "amd_machine", "answered_then_dropped", "conversation", None,
)  # fmt: skip
ASKED = (
    "stop_number", "stop_number", "stop_number", "stop_calling", "stop_medium", "wrong_number_learned",
    "cease_communication", "refusal_to_pay", "attorney_represented", "dispute", "documents_requested",
    "inconvenient_place", "employer_prohibits", "hold:vulnerability", "hold:bankruptcy", "hold:litigation",
    "hold:disaster_area",
)  # fmt: skip
TIES = ("joint_debtor", "joint_debtor", "guarantor", "authorised_user")
"""In Washington no spouse has a file of their own: there, what they are called counts for the debtor too, and
nothing that is told to the gate says whose spouse somebody is.
"""
MEDIA = ("call", "call", "call", "call", "call", "call", "sms", "email", "letter")


class Where(StrEnum):
    """Places that are drawn together."""

    FIRST = "first"
    FURTHER = "further"
    ABROAD = "abroad"


_PLACES = {Where.FIRST: PLACES, Where.FURTHER: FURTHER, Where.ABROAD: ABROAD_PLACES}


class _Maker:
    def __init__(self, seed: int, number: int, places: dict[str, str]) -> None:
        self.draw = Random(f"{seed}/{number}")
        self.start = self.one_of(STARTS) + timedelta(seconds=self.draw.randrange(86_400))
        self.place = self.one_of(tuple(places))
        self.zone = places[self.place]
        self.people = ("ann", "bob", "cas")[: self.one_of((2, 2, 3))]

    def one_of(self, choices: Sequence[Chosen]) -> Chosen:
        return choices[self.draw.randrange(len(choices))]

    def some_of(self, choices: Sequence[Chosen]) -> tuple[Chosen, ...]:
        most = self.draw.randrange(1, len(choices) + 1)
        kept = set(self.draw.sample(range(len(choices)), most))
        return tuple(each for place, each in enumerate(choices) if place in kept)

    def chance(self, share: float) -> bool:
        return self.draw.random() < share

    def before(self, days: float) -> datetime:
        """A whole second in the days before the start."""
        return self.start - timedelta(seconds=self.draw.randrange(1, int(days * 86_400)))

    def household(self) -> Household:
        home = Household(
            country=_country_of(self.place),
            place="" if self.place in ABROAD else self.place,
            homes=dict.fromkeys(self.people, self.zone),
            lines=self.lines(),
            accounts=self.accounts(),
        )
        home = replace(home, happened=self.past(home), posted=tuple(self.notices(home)))
        told = [*self.consents(home)]
        if self.chance(0.45):
            told += [self.asked(home) for _ in range(self.one_of((1, 1, 2)))]
        return replace(home, told=tuple(told))

    def lines(self) -> tuple[TelephoneLine, ...]:
        shared = TelephoneLine(
            number="+12125550100",
            is_mobile=self.chance(0.4),
            place=None,
            zone=self.zone,
            had_by={person: self.one_of(("own", "shared")) for person in self.people},
        )
        if not shared.is_mobile:
            shared = replace(shared, place="home")
        if self.chance(0.12):
            kind = self.one_of(("prison", "hospital"))
            shared = replace(
                shared,
                is_mobile=False,
                place=kind,
                institution=kind,
                had_by=dict.fromkeys(self.people, "own"),
            )
        own = [
            TelephoneLine(
                number=f"+1212555020{place}",
                is_mobile=not at_work,
                place="work" if at_work else None,
                zone="America/Chicago"
                if _country_of(self.place) == "US" and self.chance(0.15)
                else self.zone,
                had_by={person: "work" if at_work else "own"},
            )
            for place, person in enumerate(self.people)
            if self.chance(0.6)
            for at_work in (self.chance(0.2),)
        ]
        if self.chance(0.15) and own:
            borrowed = replace(own[0], had_by={**own[0].had_by, self.people[-1]: "relative"})
            own = [borrowed, *own[1:]]
        return (shared, *own)

    def accounts(self) -> tuple[Account, ...]:
        return tuple(self.account(f"D{place}") for place in range(self.one_of((2, 3, 4))))

    def account(self, name: str) -> Account:
        first = self.one_of(self.people)
        tied = {first: "consumer"}
        if self.chance(0.35):
            other = self.one_of([person for person in self.people if person != first])
            tied[other] = self.one_of((*TIES, "authorised_user" if self.place == "WA" else "spouse"))
        creditor = self.one_of(("bank", "clinic", "shop"))
        return Account(
            name=name,
            creditor=creditor,
            own_name=creditor == "shop",
            kind="medical"
            if creditor == "clinic"
            else self.one_of(("credit_card", "credit_card", "mortgage")),
            days_past_due=self.one_of((None, 30, 31, 400)),
            last_day_to_sue=self.one_of(
                (None, self.start.date() + timedelta(days=self.one_of((-400, 0, 400))))
            ),
            tied=tied,
        )

    def notices(self, home: Household) -> list[Posted]:
        found: list[Posted] = []
        for account in home.accounts:
            for person in sorted(account.tied):
                is_further = self.place in ABROAD_PLACES
                for kind in ("before_contact",) if is_further else ("validation", "medical", "documents"):
                    if self.chance(0.7):
                        ago = (0, 3, 4, 5, 6, 90, 90) if is_further else (55, 58, 59, 60, 61, 90)
                        day = self.start.date() - timedelta(days=self.one_of(ago))
                        back = day + timedelta(days=4) if self.chance(0.1) else None
                        found.append(
                            Posted(person=person, kind=kind, account=account.name, day=day, back=back)
                        )
        return found

    def past(self, home: Household) -> tuple[Happened, ...]:
        how_many = self.one_of((0, 2, 4, 6, 8, 12))
        happened = [self.contact(home) for _ in range(how_many)]
        if self.chance(0.3):
            happened += self.close_to_a_limit(home)
        return tuple(sorted(happened, key=lambda each: each.at))

    def close_to_a_limit(self, home: Household) -> list[Happened]:
        """One person's unanswered calls about one account, so many that one more or less decides."""
        account = self.one_of(home.accounts)
        person = self.one_of(sorted(account.tied))
        line = self.one_of(_lines_of(home, person))
        days = self.one_of((2, 6, 7))
        return [
            Happened(
                at=self.before(days),
                person=person,
                medium="call",
                line=line.number,
                accounts=(account.name,),
                outcome="no_answer",
            )
            for _ in range(self.one_of((1, 2, 3, 5, 6, 7)))
        ]

    def contact(self, home: Household) -> Happened:
        person = self.one_of(self.people)
        tied = [account.name for account in home.accounts if person in account.tied]
        if not tied:
            tied = [home.accounts[0].name]
        about = None if self.chance(0.03) else self.some_of(tied)
        at = self.before(self.one_of((0.1, 2, 10, 32)))
        line = self.one_of(_lines_of(home, person))
        medium = self.one_of((*MEDIA, "call", "ringless"))
        if medium in {"email", "letter"}:
            return Happened(at=at, person=person, medium=medium, accounts=about)
        if medium == "sms":
            return Happened(at=at, person=person, medium=medium, line=line.number, accounts=about)
        if medium == "call" and self.chance(0.08):
            return Happened(
                at=at,
                person=person,
                medium="call",
                line=line.number,
                accounts=about,
                outcome="conversation",
                theirs=True,
            )
        outcome = self.one_of(OUTCOMES) if self.chance(0.6) else "no_answer"
        spoken = self.some_of(tied) if outcome == "conversation" and self.chance(0.3) else None
        return Happened(
            at=at,
            person=person,
            medium=medium,
            line=line.number,
            accounts=about,
            spoken=spoken,
            outcome=outcome if medium == "call" else None,
            recorded=medium == "ringless" or self.chance(0.15),
        )

    def consents(self, home: Household) -> list[Told]:
        found: list[Told] = []
        for person in self.people:
            for what, share in (("sms", 0.8), ("email", 0.8), ("call", 0.2), ("prerecorded", 0.2)):
                if self.chance(share):
                    found.append(self.consent(home, person, what))
        return found

    def consent(self, home: Household, person: str, what: str) -> Told:
        tied = tuple(account.name for account in home.accounts if person in account.tied) or None
        return Told(
            at=self.before(7 if what == "call" else self.one_of((30, 50))),
            person=person,
            what=f"consent:{what}",
            accounts=self.some_of(tied) if what == "call" and tied else tied,
            line=self.one_of(_lines_of(home, person)).number if what in {"prerecorded", "sms"} else None,
            over_at=self.start + timedelta(days=2) if self.chance(0.1) else None,
        )

    def asked(self, home: Household) -> Told:
        person, what = self.one_of(self.people), self.one_of(ASKED)
        tied = [account.name for account in home.accounts if person in account.tied]
        at = self.start + timedelta(seconds=self.draw.randrange(-5 * 86_400, 4 * 86_400))
        of_one = {"attorney_represented", "dispute", "documents_requested", "refusal_to_pay"}
        about = self.some_of(tied) if tied and (what in of_one or what.startswith("hold:")) else None
        line = self.one_of(_lines_of(home, person)).number
        came: date | None = None
        if what in {"cease_communication", "refusal_to_pay"} and self.chance(0.5):
            came = at.astimezone(ZoneInfo(self.zone)).date() + timedelta(days=self.one_of((0, 1, 3)))
        return Told(
            at=at,
            person=person,
            what=what,
            accounts=None if self.chance(0.2) else about,
            line=line if what in {"stop_number", "wrong_number_learned"} else None,
            medium=self.one_of(("call", "sms", "email", "letter")) if what == "stop_medium" else None,
            written=True if came is not None else self.one_of((True, False, None)),
            came=came,
            over_at=at + timedelta(days=2) if self.chance(0.25) else None,
        )

    def meant(self, home: Household, how_many: int) -> tuple[Meant, ...]:
        found: list[Meant] = []
        at = self.start
        for _ in range(how_many):
            at = self.reasonable(at + timedelta(seconds=self.one_of(CLOSE_S)))
            found.append(self.one(home, at))
        return tuple(found)

    def reasonable(self, at: datetime) -> datetime:
        """Mostly within the hours of the day; often at an edge of them."""
        local = at.astimezone(ZoneInfo(self.zone))
        if 9 <= local.hour < 20 or self.chance(0.1):
            return at
        day = local if local.hour < 9 else local + timedelta(days=1)
        if self.chance(0.15):
            return day.replace(hour=8, minute=0, second=self.one_of((0, 1))).astimezone(UTC)
        return day.replace(hour=9 + self.draw.randrange(9), minute=self.draw.randrange(60)).astimezone(UTC)

    def one(self, home: Household, at: datetime) -> Meant:
        account = self.one_of(home.accounts)
        person = self.one_of(sorted(account.tied))
        medium = self.one_of(MEDIA)
        together = [
            other.name
            for other in home.accounts
            if other.creditor == account.creditor and person in other.tied
        ]
        line = self.one_of(_lines_of(home, person))
        if self.chance(0.5) and person in home.lines[0].had_by:
            line = home.lines[0]
        return Meant(
            at=at,
            person=person,
            medium=medium,
            line=line.number if medium in {"call", "sms"} else None,
            accounts=self.some_of(together) if self.chance(0.3) else (account.name,),
            recorded=medium == "call" and self.chance(0.1),
            held=self.chance(0.3),
            ring_s=25.0 if medium == "call" else 0.0,
        )

    def outcome(self) -> str | None:
        return self.one_of(OUTCOMES) if self.chance(0.6) else "no_answer"


def _country_of(place: str) -> str:
    if place in PROVINCES:
        return "CA"
    return place if place in ABROAD else "US"


def _lines_of(home: Household, person: str) -> list[TelephoneLine]:
    return [line for line in home.lines if person in line.had_by]


def make_household(
    seed: int, number: int, *, contacts: int, where: Where = Where.FIRST
) -> tuple[Household, tuple[tuple[Meant, str | None], ...]]:
    """The household of that number, what is meant to be done, and what would come of each if it were done.

    Args:
        where: of which places.
    """
    maker = _Maker(seed, number, _PLACES[where])
    home = maker.household()
    meant = maker.meant(home, contacts)
    return home, tuple((each, maker.outcome()) for each in meant)
