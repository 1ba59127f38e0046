"""A call back that was promised is covered by its own consent, wherever the person lives, and no longer."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.book.shipped import sample_rulebook
from compliance_gate.findings import Layer
from compliance_gate.request import (
    Address,
    Debt,
    HistoryEntry,
    NumberOnFile,
    PersonFile,
    ProposedContact,
)
from compliance_gate.words import EventKind, NumberKind, NumberRole, Outcome
from dialer.casework.consequences import Channel, Occasion, consequences
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.ids import DebtId, NumberId

GATE = ComplianceGate(sample_rulebook(), layers=[Layer.LAW])
FROM_TALK_ON = timedelta(minutes=2)


def person(zones: tuple[str, ...]) -> PersonFile:
    number = NumberOnFile(number="n1", kind=NumberKind.MOBILE, role=NumberRole.OWN, zones=frozenset(zones))
    home = Address(country="US", region="NJ", zones=frozenset(zones))
    return PersonFile(person="p1", addresses=(home,), numbers=(number,), debts=(Debt(debt="d1"),))


def after_promise(
    talked: datetime, promised: datetime, zones: tuple[str, ...], channel: Channel = Channel.OUTBOUND
) -> PersonFile:
    """The file of somebody who said on the telephone when they want to be called."""
    said = Disposition(
        kind=DispositionKind.CALL_BACK, debts_spoken_of=("d1",), call_back_at=promised.timestamp()
    )
    occasion = Occasion(
        channel=channel,
        at=(talked + FROM_TALK_ON).timestamp(),
        source="a1",
        about=(DebtId("d1"),),
        number=NumberId("n1"),
        zones=zones,
    )
    talk = HistoryEntry(
        entry="a1",
        at=talked,
        event=EventKind.CALL_PLACED,
        outcome=Outcome.CONVERSATION,
        debts=("d1",),
        number="n1",
    )
    return replace(person(zones), history=(talk,), consents=consequences(said, occasion).consents)


def denied(file: PersonFile, at: datetime) -> set[str]:
    """Rules of Regulation F on frequency that deny a call."""
    request = ContactRequest(
        person=PreparedPerson(file),
        proposed=ProposedContact(number="n1", debts=("d1",)),
        packs=("US-federal",),
    )
    rules = {finding.rule for finding in GATE.evaluate(request, at=at).denials}
    return rules & {"us-regf-after-conversation", "us-regf-seven-in-seven"}


def local(zone: str, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize("channel", [Channel.OUTBOUND, Channel.INBOUND])
def test_nine_in_sydney_is_covered_though_it_is_yesterday_in_utc(channel: Channel) -> None:
    """09:00 of the 26th in Sydney is 22:00 of the 25th in UTC."""
    sydney = "Australia/Sydney"
    promised = local(sydney, "2026-11-26T09:00:00")
    file = after_promise(local(sydney, "2026-11-24T10:00:00"), promised, (sydney,), channel)

    assert file.consents[0].valid_until == date(2026, 11, 26)
    assert denied(file, promised) == set()
    assert denied(file, local(sydney, "2026-11-26T23:59:59")) == set()
    assert denied(file, local(sydney, "2026-11-27T00:00:00")) == {"us-regf-after-conversation"}


def test_an_evening_in_los_angeles_is_no_day_longer_though_it_is_tomorrow_in_utc() -> None:
    """20:30 of the 25th in Los Angeles is 04:30 of the 26th in UTC: the 26th was never agreed to."""
    west = "America/Los_Angeles"
    promised = local(west, "2026-11-25T20:30:00")
    file = after_promise(local(west, "2026-11-24T10:00:00"), promised, (west,))

    assert file.consents[0].valid_until == date(2026, 11, 25)
    assert denied(file, promised) == set()
    assert denied(file, local(west, "2026-11-26T00:00:00")) == {"us-regf-after-conversation"}


def test_somebody_who_may_be_in_several_zones_is_covered_in_all_of_them() -> None:
    """Guam is a day ahead of Honolulu: the promised instant has two dates, and both are agreed to."""
    zones = ("Pacific/Guam", "Pacific/Honolulu")
    promised = local("Pacific/Guam", "2026-11-26T09:00:00")
    file = after_promise(local("Pacific/Guam", "2026-11-24T12:00:00"), promised, zones)

    assert file.consents[0].valid_until == date(2026, 11, 26)
    assert denied(file, promised) == set()


def test_where_no_zone_is_known_the_promised_instant_is_covered_anywhere() -> None:
    anywhere = local("Pacific/Kiritimati", "2026-11-26T01:00:00")
    file = after_promise(anywhere - timedelta(days=1), anywhere, ())

    assert file.consents[0].valid_until == date(2026, 11, 26)


def test_a_call_back_on_the_day_the_clocks_change_keeps_its_day() -> None:
    """The first of November 2026 has 25 hours in New York; its last second is covered, the next is not."""
    new_york = "America/New_York"
    promised = local(new_york, "2026-11-01T18:00:00")
    file = after_promise(local(new_york, "2026-10-30T10:00:00"), promised, (new_york,))

    assert denied(file, promised) == set()
    assert denied(file, local(new_york, "2026-11-01T23:59:59")) == set()
    assert denied(file, local(new_york, "2026-11-02T00:00:00")) == {"us-regf-after-conversation"}


def test_no_promise_lasts_an_eighth_day() -> None:
    """Asked for in ten days: the seventh local day is the last that the consent can cover."""
    new_york = "America/New_York"
    talked = local(new_york, "2026-06-08T10:00:00")
    file = after_promise(talked, local(new_york, "2026-06-18T10:00:00"), (new_york,))
    again = replace(file.history[0], entry="a0", at=talked - timedelta(minutes=5))
    barred = replace(file, history=tuple(replace(again, entry=f"a{i}") for i in range(8)))
    # A conversation on the 8th bars through the 14th; consent of the 8th covers through the 14th.
    assert denied(barred, local(new_york, "2026-06-14T23:59:59")) == set()
    without = replace(barred, consents=())
    assert denied(without, local(new_york, "2026-06-14T23:59:59")) == {
        "us-regf-after-conversation",
        "us-regf-seven-in-seven",
    }
