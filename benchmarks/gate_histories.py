"""Random histories with planted hard people, told in the plain words of the auditor.

Each history is one person with a past (calls, letters, conversations, requests, consents, holds) and a
run of proposals at awkward instants: the second a window opens or closes, the days a count or a pause
runs out, the nights the clocks change. Everything hangs on one seed and the history's number.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import numpy as np

from compliance_gate.auditor import (
    AuditedConsent,
    AuditedContact,
    AuditedDebt,
    AuditedNumber,
    AuditedPerson,
    AuditedRequest,
    AuditedSuppression,
    HoursOfWeek,
    Medium,
    Proposal,
)

Chosen = TypeVar("Chosen")
# Around both changes of the clocks of 2026, and an ordinary stretch after New York City's rule began.
STARTS = (
    datetime(2026, 3, 2, 12, tzinfo=UTC),
    datetime(2026, 6, 8, 12, tzinfo=UTC),
    datetime(2026, 9, 21, 12, tzinfo=UTC),
    datetime(2026, 10, 26, 12, tzinfo=UTC),
    datetime(2026, 12, 28, 12, tzinfo=UTC),
)
PAST_DAYS = 12
# (zones of the numbers, zones of the addresses): one clock, several, half a world, not known, no place.
PLACES: tuple[tuple[tuple[frozenset[str] | None, ...], tuple[frozenset[str] | None, ...]], ...] = (
    ((frozenset({"America/New_York"}),), (frozenset({"America/New_York"}),)),
    ((frozenset({"America/New_York"}),), (frozenset({"America/New_York"}),)),
    ((frozenset({"America/Chicago"}), frozenset({"America/Chicago"})), (frozenset({"America/Chicago"}),)),
    ((frozenset({"America/Los_Angeles"}),), ()),
    ((frozenset({"America/New_York", "America/Chicago"}),), (frozenset({"America/Chicago"}),)),
    ((frozenset({"America/New_York"}),), (frozenset({"America/Los_Angeles"}),)),
    ((frozenset({"America/Phoenix", "America/Denver"}),), (frozenset({"America/Denver"}),)),
    ((frozenset({"America/Anchorage", "America/Adak"}),), ()),
    ((frozenset({"America/New_York"}),), (frozenset({"Pacific/Guam"}),)),
    ((frozenset({"America/Puerto_Rico"}), frozenset[str]()), (frozenset({"America/New_York"}),)),
    ((frozenset[str](),), (frozenset({"Pacific/Honolulu"}),)),
    ((frozenset[str](),), ()),
    ((None,), (frozenset({"America/New_York"}),)),
    ((frozenset({"America/St_Johns"}),), (frozenset({"America/St_Johns"}),)),
)
OUTCOMES: tuple[str | None, ...] = (
    "no_answer", "no_answer", "no_answer", "ring_no_answer", "voicemail_reached_no_message",
    "voicemail_left", "voicemail_limited_content", "voicemail_full_no_message",
    "ring_no_answer_no_voicemail", "busy", "not_in_service", "no_connection", "answered_then_dropped",
    "abandoned", "amd_machine", "conversation", None,
)  # fmt: skip
ROLES = (
    "consumer", "consumer", "consumer", "consumer", "consumer", "joint_debtor", "guarantor", "spouse",
    "guardian", "executor", "authorised_user", "reference", "relative", "third_party_location_contact",
    "consumer_attorney",
)  # fmt: skip
REQUESTS = (
    "stop_calling", "stop_number", "stop_medium", "wrong_number_learned", "cease_communication",
    "refusal_to_pay", "attorney_represented", "dispute", "employer_prohibits", "inconvenient_place",
    "inconvenient_times", "inconvenient_times", "time_preference", "time_preference", "do_not_call",
    "callback_request",
)  # fmt: skip
HOLDS = (
    "deceased",
    "bankruptcy",
    "active_duty",
    "vulnerability",
    "incarceration",
    "disaster_area",
    "litigation",
)
REGIONS = ("US-MA", "US-DC", "US-WA", "US-WV", "US-FL", "US-NY-NYC")
OFF_THE_HOUR_S = (-1, 0, 1, 60, 1800, -1800)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """One person, and what is proposed at which instants, in order of time."""

    number: int
    person: AuditedPerson
    proposals: tuple[Proposal, ...]
    max_ring_s: int


class _Maker:
    """Draws one history from its own stream."""

    def __init__(self, seed: int, number: int, *, decisions: int) -> None:
        self.number = number
        self.decisions = decisions
        self.draw = np.random.default_rng([seed, number])
        self.start = self.one_of(STARTS) + timedelta(seconds=int(self.draw.integers(0, 86_400)))

    def one_of(self, options: Sequence[Chosen]) -> Chosen:
        return options[int(self.draw.integers(0, len(options)))]

    def chance(self, share: float) -> bool:
        return bool(self.draw.random() < share)

    def instant(self, *, before_days: float, after_days: float) -> datetime:
        """A whole second somewhere around the start of the run."""
        seconds = self.draw.integers(int(-before_days * 86_400), int(after_days * 86_400))
        return self.start + timedelta(seconds=int(seconds))

    def debts(self) -> tuple[AuditedDebt, ...]:
        if self.chance(0.2):
            return tuple(
                AuditedDebt(debt=f"S{n}", is_student_loan=True, servicer_account="ACC") for n in range(3)
            )
        return tuple(AuditedDebt(debt=f"D{n}") for n in range(int(self.draw.integers(1, 4))))

    def numbers(self, zones: tuple[frozenset[str] | None, ...]) -> tuple[AuditedNumber, ...]:
        found: list[AuditedNumber] = []
        for place, among in enumerate(zones):
            at_work = self.chance(0.15)
            found.append(
                AuditedNumber(
                    number=f"+1212555{place:04d}",
                    zones=among,
                    is_mobile=self.one_of((True, False)) if not at_work else False,
                    place="work" if at_work else self.one_of((None, "home")),
                    role="work" if at_work else self.one_of(("own", "own", "own", "shared")),
                )
            )
        return tuple(found)

    def make(self) -> History:
        zones_of_numbers, address_zones = self.one_of(PLACES)
        person = AuditedPerson(
            person=f"P{self.number}",
            role=self.one_of(ROLES) if self.chance(0.25) else "consumer",
            numbers=self.numbers(zones_of_numbers),
            address_zones=address_zones,
            debts=self.debts(),
            regions=frozenset({self.one_of(REGIONS)}) if self.chance(0.4) else frozenset[str](),
        )
        person = replace(person, contacts=self.past(person))
        if self.chance(0.35):
            person = replace(person, consents=tuple(self.consent(person) for _ in range(2)))
        if self.chance(0.3):
            person = replace(person, requests=(self.request(person),))
        if self.chance(0.08):
            person = replace(person, suppressions=(self.suppression(person),))
        return History(
            number=self.number,
            person=person,
            proposals=self.proposals(person),
            max_ring_s=self.one_of((0, 25, 30)),
        )

    def some_debts(self, person: AuditedPerson) -> tuple[str, ...]:
        names = [debt.debt for debt in person.debts]
        wanted = int(self.draw.integers(1, len(names) + 1))
        return tuple(sorted(self.draw.permutation(names)[:wanted].tolist()))

    def past(self, person: AuditedPerson) -> tuple[AuditedContact, ...]:
        """What a former dialer did, lawfully or not: the gate must cope with what it finds."""
        how_many = self.one_of((0, 2, 4, 6, 7, 8, 12))
        contacts = [self.contact(person) for _ in range(how_many)]
        if self.chance(0.4):
            contacts += self.close_to_a_limit(person)
        return tuple(sorted(contacts, key=lambda contact: contact.at))

    def close_to_a_limit(self, person: AuditedPerson) -> list[AuditedContact]:
        """So many unanswered calls on one debt in the last days that one more or less decides."""
        debt, number = self.one_of(person.debts).debt, self.one_of(person.numbers).number
        days = self.one_of((2, 5, 6, 7))
        return [
            AuditedContact(
                at=self.instant(before_days=days, after_days=0),
                outcome="no_answer",
                number=number,
                debts=(debt,),
            )
            for _ in range(self.one_of((1, 2, 3, 4, 5, 6, 7)))
        ]

    def contact(self, person: AuditedPerson) -> AuditedContact:
        at = self.instant(before_days=PAST_DAYS, after_days=0)
        debts = None if self.chance(0.03) else self.some_debts(person)
        number = self.one_of(person.numbers).number if self.chance(0.95) else "+12125559999"
        if self.chance(0.12):
            medium = self.one_of((Medium.TEXT, Medium.EMAIL, Medium.LETTER, Medium.VOICEMAIL_WITHOUT_RINGING))
            return AuditedContact(at=at, medium=medium, outcome="sent", number=number, debts=debts)
        if self.chance(0.1):
            outcome = self.one_of(("conversation", "voicemail_left"))
            return AuditedContact(at=at, inbound=True, outcome=outcome, number=number, debts=debts)
        outcome = self.one_of(OUTCOMES) if self.chance(0.5) else "no_answer"
        spoken = self.some_debts(person) if outcome == "conversation" and self.chance(0.3) else None
        return AuditedContact(
            at=at,
            outcome=outcome,
            number=number,
            debts=debts,
            spoken_debts=spoken,
            purpose="location_information" if person.role == "third_party_location_contact" else "collection",
            reached="spouse" if person.role != "spouse" and self.chance(0.03) else None,
        )

    def consent(self, person: AuditedPerson) -> AuditedConsent:
        at = self.instant(before_days=9, after_days=2)
        scope = self.one_of(("call", "call", "call_back", "time_window", "prerecorded"))
        zone = self.zone_of(person)
        day = at.astimezone(ZoneInfo(zone)).date() + timedelta(days=int(self.draw.integers(0, 9)))
        return AuditedConsent(
            at=at,
            scope=scope,
            to_collector=self.chance(0.85),
            debts=None if scope == "time_window" else self.some_debts(person),
            number=self.one_of(person.numbers).number if self.chance(0.3) else None,
            only_on=day if scope == "call_back" and self.chance(0.7) else None,
            hours=(time(21), time(22)) if scope == "time_window" else None,
            withdrawn_at=at + timedelta(days=2) if self.chance(0.15) else None,
        )

    def zone_of(self, person: AuditedPerson) -> str:
        known = [*person.address_zones, *(number.zones for number in person.numbers)]
        return sorted({zone for zones in known for zone in zones or ()} or {"America/New_York"})[0]

    def request(self, person: AuditedPerson) -> AuditedRequest:
        kind = self.one_of(REQUESTS)
        at = self.instant(before_days=9, after_days=3)
        number = None
        if kind in {"stop_number", "wrong_number_learned"}:
            number = self.one_of(person.numbers).number if self.chance(0.5) else "+12125559999"
        timed = kind in {"inconvenient_times", "time_preference"}
        block = HoursOfWeek(
            weekdays=frozenset(self.one_of(((0, 1, 2, 3, 4), (5, 6), (1, 3), (0, 1, 2, 3, 4, 5, 6)))),
            start=self.one_of((time(0), time(9), time(15), time(17, 30))),
            until=self.one_of((None, time(18), time(20))),
        )
        return AuditedRequest(
            at=at,
            kind=kind,
            debts=self.some_debts(person) if kind in {"attorney_represented", "dispute"} else None,
            number=number,
            medium="phone_call" if kind == "stop_medium" else None,
            place=self.one_of(("home", "work")) if kind == "inconvenient_place" else None,
            avoid=(block,) if timed and kind == "inconvenient_times" else (),
            only=(block,) if timed and kind == "time_preference" else (),
            last_day=self.last_day(at) if timed and self.chance(0.3) else None,
            withdrawn_at=at + timedelta(days=3) if self.chance(0.25) else None,
        )

    def last_day(self, at: datetime) -> date:
        return at.date() + timedelta(days=int(self.draw.integers(1, 10)))

    def suppression(self, person: AuditedPerson) -> AuditedSuppression:
        since = self.instant(before_days=9, after_days=3)
        return AuditedSuppression(
            since=since,
            kind=self.one_of(HOLDS),
            until=since + timedelta(days=4) if self.chance(0.5) else None,
            debts=self.some_debts(person) if self.chance(0.5) else None,
        )

    def proposals(self, person: AuditedPerson) -> tuple[Proposal, ...]:
        at = sorted({self.awkward(person) for _ in range(self.decisions)})
        purpose = "location_information" if person.role == "third_party_location_contact" else "collection"
        return tuple(
            Proposal(
                at=instant,
                number=self.one_of(person.numbers).number,
                debts=self.some_debts(person),
                recorded=self.chance(0.05),
                agent_guaranteed=self.chance(0.2),
                purpose=purpose,
            )
            for instant in at
        )

    def awkward(self, person: AuditedPerson) -> datetime:
        """An edge of the calling hours in one of the zones, or a second of an ordinary day."""
        around = self.instant(before_days=0, after_days=9)
        local = around.astimezone(ZoneInfo(self.zone_of(person)))
        if self.chance(0.35):
            edge = local.replace(hour=self.one_of((8, 21)), minute=0, second=0)
            around = edge.astimezone(UTC) + timedelta(seconds=self.one_of(OFF_THE_HOUR_S))
        elif self.chance(0.8):
            around = local.replace(hour=int(self.draw.integers(9, 20))).astimezone(UTC)
        return max(around, self.start + timedelta(seconds=1))

    def outcome(self) -> str | None:
        """What comes of a call that was let go."""
        return self.one_of(OUTCOMES) if self.chance(0.4) else "no_answer"


def make_history(seed: int, number: int, *, decisions: int = 8) -> tuple[History, tuple[str | None, ...]]:
    """The history of that number, and what would come of each of its calls if it were let go."""
    maker = _Maker(seed, number, decisions=decisions)
    history = maker.make()
    return history, tuple(maker.outcome() for _ in history.proposals)
