"""An examiner with a pencil: hours, counts and pauses worked out from the tables of a person's folder alone.

What is below knows no gate, no rulebook and no store: only the regulation, a calendar and four CSV columns of
text. It must come to what was decided, for each call that was placed and each that was not.
"""

import csv
import io
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import PreparedPerson
from compliance_gate.book.shipped import sample_rulebook
from compliance_gate.request import Consent, HistoryEntry, PersonRequest
from compliance_gate.words import ConsentScope, Direction, EventKind, GivenTo, RequestKind, Tech
from compliance_gate.words import Outcome as GateOutcome
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import CampaignSettings
from dialer.domain.commands import StoreAttempt, StoreDenial, StoreOutcome
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.events import CampaignConfigured, ConsentGiven, RequestReceived, TimeReached
from dialer.domain.fact_events import ContactRecorded
from dialer.domain.ids import AttemptId, CampaignId, ClientId
from dialer.domain.placement import PlacedAddress
from dialer.inquiry.asking import asked_again, proposed_contact
from dialer.inquiry.instants import file_at
from dialer.inquiry.person_folder import person_folder
from dialer.results.person_folder import files_of
from dialer.storage.rehearsal import RehearsalWriter

SETTINGS = CampaignSettings(campaign=CampaignId("c"), client=ClientId("acme"), ring_s=25.0)
ZONES = frozenset({"America/Chicago", "America/New_York"})
"""Of a county in Indiana: which of the two is not known, and either that denies is enough."""
FIRST_DAY = date(2026, 11, 10)
CLOCKS = (
    "07:59:59", "08:00:00", "08:00:01", "09:30:00", "12:00:00", "15:30:00", "19:59:24", "19:59:25",
    "20:20:00", "20:59:24", "20:59:25", "21:00:00",
)  # fmt: skip
"""New York's wall clock. A telephone that is rung may ring for 35 seconds: 25, and 10 until it begins."""


class Played:
    """Sixteen days of calls to a person: asked of the gate, placed or not, written down as a floor does."""

    def __init__(self, floor: Any, seed: int) -> None:
        self.floor, self.chance = floor, random.Random(seed)
        floor.now = datetime(2026, 11, 9, 12, tzinfo=UTC).timestamp()
        indiana = PlacedAddress(country="US", region="IN", city="Tell City", postal_code="47586", zones=ZONES)
        account = floor.account("A1", ref="them", numbers=(floor.number(1), floor.number(2)))
        floor.place(replace(account, person=replace(account.person, addresses=(indiana,))))
        self.book = sample_rulebook()
        floor.store.enter_rulebook(self.book.hash, text=self.book.text, now=floor.now)
        (self.lead,) = floor.leads()
        self.person = self.lead.targets[0].person
        self.write(CampaignConfigured(settings=SETTINGS))
        self.names = iter(range(10_000))

    def write(self, event: Any, *commands: Any) -> None:
        with RehearsalWriter(self.floor.store) as writer:
            writer.append(self.floor.step(event, *commands))

    def play(self) -> None:
        for day in range(16):
            clocks = sorted(self.chance.sample(CLOCKS, k=4))
            for clock in clocks:
                local = datetime.fromisoformat(f"{FIRST_DAY + timedelta(days=day)}T{clock}")
                self.floor.now = local.replace(tzinfo=ZoneInfo("America/New_York")).timestamp()
                self.happen()
                self.ask()

    def happen(self) -> None:
        """Between two decisions: calls of another office, now and then a word of the person's."""
        at = datetime.fromtimestamp(self.floor.now - 120.0, UTC)
        if self.chance.random() < 0.35:
            entry = HistoryEntry(
                entry=f"office-{next(self.names)}",
                at=at,
                event=EventKind.CALL_PLACED,
                direction=Direction.OUTBOUND,
                outcome=self.chance.choice(
                    [GateOutcome.NO_ANSWER, GateOutcome.BUSY, GateOutcome.RING_NO_ANSWER]
                ),
                debts=(self.lead.debt,),
                number=self.lead.targets[0].number,
                tech=Tech.MANUAL_LIVE,
            )
            self.write(ContactRecorded(person=self.person, entry=entry))
        if self.chance.random() < 0.04:
            consent = Consent(
                at=at,
                scope=ConsentScope.CALL,
                given_to=GivenTo.COLLECTOR,
                debts=(self.lead.debt,),
                valid_until=at.date() + timedelta(days=2),
            )
            self.write(ConsentGiven(person=self.person, consent=consent))
        if self.chance.random() < 0.02:
            wrong = PersonRequest(
                at=at, type=RequestKind.WRONG_NUMBER_LEARNED, number=self.lead.targets[1].number
            )
            self.write(RequestReceived(person=self.person, request=wrong))

    def ask(self) -> None:
        """As an engine: the gate first; then the attempt with what came of it, or the denial."""
        now = self.floor.now
        number = self.chance.choice(self.lead.targets).number
        file = file_at(self.floor.store, self.person, now)
        proposed = proposed_contact(SETTINGS, number=number, debts=(self.lead.debt,))
        at = datetime.fromtimestamp(now, UTC)
        gate = ComplianceGate(self.book)
        decision = asked_again(gate, PreparedPerson(file), proposed, at=at, rings_s=SETTINGS.ring_s)
        house = {each.rule for each in decision.denials if each.layer.value != "law"}
        if decision.denials and {each.rule for each in decision.denials} != house:
            denial = StoreDenial(
                lead=self.lead.lead,
                person=self.person,
                number=number,
                at=now,
                findings=decision.findings,
                retry_at=None,
                rulebook=self.book.hash,
            )
            self.write(TimeReached(), denial)
            return
        self.call(number, decision.findings)

    def call(self, number: Any, findings: Any) -> None:
        """What only the house forbids is placed here: its policy would keep the law's counts from filling."""
        now = self.floor.now
        record = self.floor.record(
            f"a-{next(self.names)}", self.lead, number=number, rulebook=self.book.hash, launched_at=now
        )
        record = replace(
            record, attempt=AttemptId(record.attempt), zones=tuple(sorted(ZONES)), ended_at=now + 30.0
        )
        what = self.chance.random()
        if what < 0.06:
            talked = Disposition(kind=DispositionKind.REFUSED_TO_PAY)
            record = replace(
                record,
                outcome=Outcome.CONNECTED,
                answered_at=now + 5.0,
                bridged_at=now + 5.1,
                talk_ended_at=now + 30.0,
                wrapped_at=now + 40.0,
                disposition=talked,
            )
        else:
            other = self.chance.choice([Outcome.NO_ANSWER, Outcome.BUSY, Outcome.NO_ANSWER])
            record = replace(record, outcome=other)
        self.write(TimeReached(), StoreAttempt(record=record, findings=findings), StoreOutcome(record=record))


# --- with a pencil -----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Tables:
    decisions: list[dict[str, str]]
    ledger: list[dict[str, str]]
    said: dict[tuple[str, str], dict[str, dict[str, str]]]
    """(id, instant) -> rule -> its line of the report."""
    told: list[dict[str, str]]


def tables(files: dict[str, bytes]) -> Tables:
    def rows(name: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(files[name].decode())))

    said: dict[tuple[str, str], dict[str, dict[str, str]]] = {}
    for row in rows("report.csv"):
        if row["kind"] == "finding":
            said.setdefault((row["id"], row["at"]), {})[row["rule"]] = row
    told = [row for row in rows("report.csv") if row["known_at"]]
    return Tables(decisions=rows("decisions.csv"), ledger=rows("ledger.csv"), said=said, told=told)


def hours_allow(decision: dict[str, str]) -> bool:
    """After eight and silent before nine, on the wall clock of every place where they may be."""
    at, most = datetime.fromisoformat(decision["at"]), float(decision["silent_within_s"])
    for zone in decision["zones"].split(";"):
        clock = at.astimezone(ZoneInfo(zone))
        eight, nine = (clock.replace(hour=hour, minute=0, second=0, microsecond=0) for hour in (8, 21))
        if not (eight < clock and clock + timedelta(seconds=most) < nine):
            return False
    return True


NOT_CONNECTED = {"busy", "not_in_service", "no_connection"}


def is_open(table: Tables, row: dict[str, str], at: datetime) -> bool:
    """A call of ours that still goes on has come to nothing yet, so it counts."""
    return any(
        told["kind"] == "attempt"
        and told["id"] == row["id"]
        and datetime.fromisoformat(told["known_at"]) > at
        for told in table.told
    )


def was_known(table: Tables, row: dict[str, str], at: datetime) -> bool:
    """What we were told of later did not decide."""
    if datetime.fromisoformat(row["at"]) >= at:
        return False
    return not any(
        (row["row"] == "call" and told["id"] == row["id"]) or told["kind"] in KINDS.get(row["row"], ())
        for told in table.told
        if told["kind"] != "attempt"
        and datetime.fromisoformat(told["at"]) == datetime.fromisoformat(row["at"])
        and datetime.fromisoformat(told["known_at"]) > at
    )


KINDS = {"consent": ("consent",), "wrong_number": ("request",)}


def before(table: Tables, decision: dict[str, str], zone: str) -> Iterator[dict[str, str]]:
    """Calls about the debt that were made, and known, before the decision."""
    at = datetime.fromisoformat(decision["at"])
    for row in table.ledger:
        is_call = (row["row"], row["zone"], row["debt"]) == ("call", zone, decision["debts"])
        if is_call and row["event"] == "call_placed" and was_known(table, row, at):
            yield row


def is_given_back(table: Tables, row: dict[str, str], at: datetime) -> bool:
    """The number was found another's after the call."""
    called = datetime.fromisoformat(row["at"])
    return any(
        other["row"] == "wrong_number"
        and other["number"] == row["number"]
        and called < datetime.fromisoformat(other["at"])
        and was_known(table, other, at)
        for other in table.ledger
    )


def is_left_out(table: Tables, decision: dict[str, str], row: dict[str, str]) -> bool:
    """Calls that are given back, and calls for which a consent stood."""
    at = datetime.fromisoformat(decision["at"])
    return has_consent(table, row, decision, at) or is_given_back(table, row, at)


def has_consent(
    table: Tables, call: dict[str, str], decision: dict[str, str], at: datetime | None = None
) -> bool:
    """Whether a consent stands for a call in every zone: given before it, not after its last day, and no talk
    about the debt since it was given."""
    called = datetime.fromisoformat(call["at"])
    consents = [
        row for row in table.ledger if row["row"] == "consent" and was_known(table, row, at or called)
    ]
    return all(
        any(stands(table, consent, called, zone) for consent in consents)
        for zone in decision["zones"].split(";")
    )


def stands(table: Tables, consent: dict[str, str], called: datetime, zone: str) -> bool:
    given, local = datetime.fromisoformat(consent["at"]), called.astimezone(ZoneInfo(zone)).date()
    if not (given <= called and local <= date.fromisoformat(consent["valid_until"])):
        return False
    return not any(
        row["outcome"] == "conversation" and given <= datetime.fromisoformat(row["at"]) < called
        for row in table.ledger
    )


def counted(table: Tables, decision: dict[str, str]) -> int:
    """The most calls in the seven days that end with the day of the decision, in any zone."""
    most, at = 0, datetime.fromisoformat(decision["at"])
    for zone in decision["zones"].split(";"):
        today = at.astimezone(ZoneInfo(zone)).date()
        week = {(today - timedelta(days=n)).isoformat() for n in range(7)}
        most = max(
            most,
            sum(
                row["local_day"] in week
                and (row["outcome"] not in NOT_CONNECTED or is_open(table, row, at))
                and not is_left_out(table, decision, row)
                for row in before(table, decision, zone)
            ),
        )
    return most


def talked_within_seven_days(table: Tables, decision: dict[str, str]) -> bool:
    """The day of the talk is the first of the seven."""
    at = datetime.fromisoformat(decision["at"])
    for zone in decision["zones"].split(";"):
        today = at.astimezone(ZoneInfo(zone)).date()
        week = {(today - timedelta(days=n)).isoformat() for n in range(7)}
        talks = (row for row in before(table, decision, zone) if row["outcome"] == "conversation")
        if any(row["local_day"] in week and not is_given_back(table, row, at) for row in talks):
            return True
    return False


@pytest.mark.parametrize("seed", [2, 11])
def test_whoever_has_only_the_tables_comes_to_what_was_decided(floor: Any, seed: int) -> None:
    played = Played(floor, seed)
    played.play()
    floor.now += 600.0
    table = tables(files_of(person_folder(floor.store, played.person, until=floor.now)))
    seen = Counter[tuple[str, str]]()
    assert len(table.decisions) == 64
    for decision in table.decisions:
        said = table.said[decision["id"], decision["at"]]
        consented = has_consent(table, decision, decision)
        count = counted(table, decision)
        pencil = {
            "us-regf-hours": hours_allow(decision),
            "us-regf-seven-in-seven": consented or count < 7,
            "us-regf-after-conversation": consented or not talked_within_seven_days(table, decision),
        }
        for rule, allows in pencil.items():
            verdict = said[rule]["verdict"]
            assert verdict == ("cleared" if allows else "denied"), (rule, decision, said[rule]["facts"])
            assert (rule in decision["denied_by"].split(";")) is not allows
            seen[rule, verdict] += 1
        if not consented and count < 7:
            assert said["us-regf-seven-in-seven"]["facts"] == f"counted: {count} of at most 7 per debt"
        if not consented and count >= 7:
            assert f"already counted: {count}; at most 7" in said["us-regf-seven-in-seven"]["facts"]
    for rule in ("us-regf-hours", "us-regf-seven-in-seven", "us-regf-after-conversation"):
        assert min(seen[rule, "denied"], seen[rule, "cleared"]) > 5, rule
