"""What a placement says of somebody in play is added; nothing that came in the meantime is lost by it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from compliance_gate.request import Debt, HistoryEntry, Hold, NumberOnFile, PersonFile, PersonRequest
from compliance_gate.words import EventKind, HoldKind, NumberRole, RequestKind
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import DebtId, NumberId, PersonId
from dialer.engine.people import LASTING

AT = datetime(2026, 5, 28, 20, tzinfo=UTC)
P19 = PersonId("p19")
"""The last of twenty leads: in the hopper, not called yet."""


def file_of(floor: Any, person: PersonId = P19) -> PersonFile:
    return floor.engine.checkpoint().persons[person].file


def sequence(floor: Any) -> int:
    return floor.engine.checkpoint().sequence


def stop_calling() -> PersonRequest:
    return PersonRequest(at=AT, type=RequestKind.STOP_CALLING)


def more(file: PersonFile) -> PersonFile:
    """The file with another number and another debt."""
    return replace(
        file,
        numbers=(*file.numbers, NumberOnFile(number="n-new", role=NumberRole.OWN)),
        debts=(*file.debts, Debt(debt="d-new")),
    )


def test_an_opt_out_acknowledged_between_reading_and_sending_stays(floor: Any) -> None:
    read, as_of = more(file_of(floor)), sequence(floor)
    floor.send(e.RequestReceived(person=P19, request=stop_calling()))
    floor.send(e.PersonPlacedAgain(person=read, as_of=as_of))
    file = file_of(floor)
    assert file.requests == (stop_calling(),)
    assert [number.number for number in file.numbers] == ["n19", "n-new"]
    assert [debt.debt for debt in file.debts] == ["d19", "d-new"]


def test_a_suppressed_number_binds_whoever_a_placement_gives_it_to(floor: Any) -> None:
    read, as_of = more(file_of(floor)), sequence(floor)
    floor.send(
        e.SuppressionAdded(scope=e.SuppressionScope.NUMBER, source="internal", number=NumberId("n-new"))
    )
    floor.send(e.AccountRecalled(debt=DebtId("d-new")))
    floor.send(e.PersonPlacedAgain(person=read, as_of=as_of))
    file = file_of(floor)
    assert [(asked.type, asked.number) for asked in file.requests] == [(RequestKind.DO_NOT_CALL, "n-new")]
    assert [(hold.kind, hold.debts) for hold in file.holds] == [(HoldKind.RECALLED, ("d-new",))]


def test_a_suppressed_number_is_remembered_as_long_as_a_file_may_be_under_way(floor: Any) -> None:
    floor.feed(0)  # no fetch is under way
    read, as_of = more(file_of(floor)), sequence(floor)
    for n in range(2 * LASTING):
        floor.send(
            e.SuppressionAdded(scope=e.SuppressionScope.NUMBER, source="list", number=NumberId(f"x{n}"))
        )
    assert len(floor.engine.checkpoint().changes) == 1024, "the memory is bounded: the newest 1,024"
    with pytest.raises(InvalidFactError, match="read it again"):
        floor.send(e.PersonPlacedAgain(person=read, as_of=as_of))
    assert file_of(floor).numbers[-1].number == "n19", "nothing of a file that is too old is taken"
    floor.send(e.PersonPlacedAgain(person=read, as_of=sequence(floor)))
    assert file_of(floor).numbers[-1].number == "n-new"


@pytest.mark.parametrize("undone", ["hold", "number"])
def test_what_was_taken_away_meanwhile_does_not_come_back(floor: Any, undone: str) -> None:
    held = replace(more(file_of(floor)), holds=(Hold(kind=HoldKind.BANKRUPTCY, since=AT),))
    floor.send(e.PersonEdited(person=held))
    read, as_of = file_of(floor), sequence(floor)
    if undone == "hold":
        floor.send(e.HoldLifted(person=P19, kind=HoldKind.BANKRUPTCY, by="compliance"))
    else:
        floor.send(e.PersonEdited(person=replace(held, numbers=held.numbers[:1])))
    before = file_of(floor)
    with pytest.raises(InvalidFactError, match="read it again"):
        floor.send(e.PersonPlacedAgain(person=read, as_of=as_of))
    assert file_of(floor) == before


def test_a_file_told_twice_changes_nothing_the_second_time(floor: Any) -> None:
    read = replace(more(file_of(floor)), requests=(stop_calling(),))
    as_of = sequence(floor)
    floor.send(e.PersonPlacedAgain(person=read, as_of=as_of))
    once = file_of(floor)
    floor.send(e.PersonPlacedAgain(person=read, as_of=as_of))
    assert file_of(floor) == once


def test_what_a_placement_asks_for_hangs_up_what_rings(floor: Any) -> None:
    ringing = floor.all(c.Originate)[0]
    read = replace(file_of(floor, ringing.person), requests=(stop_calling(),))
    floor.send(e.PersonPlacedAgain(person=read, as_of=sequence(floor)))
    assert [hangup.attempt for hangup in floor.all(c.Hangup)] == [ringing.attempt]


def test_a_call_that_rings_is_not_held_against_itself(floor: Any) -> None:
    """The store has a row of the attempt already; it is history only once it is over."""
    ringing = floor.all(c.Originate)[0]
    entry = HistoryEntry(entry=ringing.attempt, at=AT, event=EventKind.CALL_PLACED, debts=("d0",))
    earlier = replace(entry, entry="earlier")
    read = replace(file_of(floor, ringing.person), history=(earlier, entry))
    floor.send(e.PersonPlacedAgain(person=read, as_of=sequence(floor)))
    assert file_of(floor, ringing.person).history == (earlier,)
    assert not floor.all(c.Hangup)


def test_a_fetch_that_was_read_before_the_placement_brings_it_all_the_same(make_floor: Any) -> None:
    floor = make_floor()
    floor.send(e.CampaignStarted(campaign=floor.settings.campaign))
    floor.seat("agent0", ready=False)
    assert floor.engine.may_know(PersonId("p0")), "a fetch is under way and may bring anybody"
    asked = PersonFile(person="p0", requests=(stop_calling(),))
    floor.send(e.PersonPlacedAgain(person=asked, as_of=sequence(floor)))
    floor.feed(2)
    assert file_of(floor, PersonId("p0")).requests == (stop_calling(),)
    assert file_of(floor, PersonId("p1")).requests == ()


def test_nobody_else_need_be_told(floor: Any) -> None:
    floor.send(e.EngineRestarted(checkpoint="", generation=2))
    state = floor.engine.checkpoint()
    for campaign in state.campaigns.values():
        campaign.refill = None
    assert floor.engine.may_know(P19)
    assert not floor.engine.may_know(PersonId("p-unknown"))
    assert P19 in floor.engine.persons_in_play


def test_a_file_read_before_the_start_is_read_again(floor: Any) -> None:
    """What came between is not in the memory of the engine that starts."""
    as_of = sequence(floor) - 1
    floor.send(e.EngineRestarted(checkpoint="", generation=2))
    with pytest.raises(InvalidFactError, match="read it again"):
        floor.send(e.PersonPlacedAgain(person=file_of(floor), as_of=as_of))
