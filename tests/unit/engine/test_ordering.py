"""Whom to call first: unlikely leads are put off, a lead's likeliest number is tried first."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from compliance_gate.request import HistoryEntry
from compliance_gate.words import EventKind, Outcome
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.ids import NumberId, PersonId
from dialer.domain.lead import Target
from dialer.engine.launching.ordering import PUT_OFF

REST_S = 6 * 3600.0


def _calls(number: str, now: float, *, many: int, talks: int, days: float = 1.0) -> tuple[HistoryEntry, ...]:
    """Calls of a number, of which the last was so many days ago, and of which the first were talks."""
    last = datetime.fromtimestamp(now, UTC) - timedelta(days=days)
    return tuple(
        HistoryEntry(
            entry=f"{number}-{call}",
            at=last - timedelta(hours=many - 1 - call),
            event=EventKind.CALL_PLACED,
            outcome=Outcome.CONVERSATION if call < talks else Outcome.NO_ANSWER,
            number=number,
        )
        for call in range(many)
    )


def _feed(floor: Any, histories: Sequence[tuple[HistoryEntry, ...]], **more: object) -> None:
    """A lead for each of these pasts, in this order."""
    refill = floor.last(c.RefillHopper)
    floor.send(
        e.LeadsFetched(
            campaign=floor.settings.campaign,
            request=refill.request,
            as_of=refill.sequence,
            leads=tuple(floor.lead(i, **more) for i in range(len(histories))),
            persons=tuple(replace(floor.person(i), history=past) for i, past in enumerate(histories)),
            leads_left=10_000,
        )
    )


def _works(make_floor: Any, script: Any, histories: Any, launches: int, **parameters: float) -> Any:
    floor = make_floor(
        script=script, policy_parameters=parameters, hopper_size=200, lines=100, launches_per_second=100.0
    )
    floor.send(e.CampaignStarted(campaign=floor.settings.campaign))
    _feed(floor, histories(floor))
    script.launch(launches)
    floor.seat("ann")
    floor.wait(5.0)
    return floor


def _called(floor: Any) -> set[int]:
    return {int(str(order.number)[1:]) for order in floor.all(c.Originate)}


def _put_off(floor: Any) -> list[c.RestLead]:
    return [row for row in floor.all(c.RestLead) if row.reason == PUT_OFF]


def _every_other(floor: Any) -> list[tuple[HistoryEntry, ...]]:
    """Even ones answered two calls of three, odd ones none of nine."""
    return [
        _calls(f"n{i}", floor.now, many=9, talks=0) if i % 2 else _calls(f"n{i}", floor.now, many=9, talks=6)
        for i in range(60)
    ]


def test_the_unlikely_are_put_off_for_the_likely(make_floor: Any, script: Any) -> None:
    """They come back in six hours, with the same passes; who is likely is called in the list's order."""
    floor = _works(make_floor, script, _every_other, 20, order_put_off=0.5)
    rested = _put_off(floor)
    assert rested
    assert all(int(str(row.lead)[1:]) % 2 for row in rested)
    assert all(abs(row.not_before - floor.now - REST_S) < 6.0 and row.passes == 0 for row in rested)
    assert {0, 2, 4, 6, 8} <= _called(floor)
    assert not _called(floor) & {int(str(row.lead)[1:]) for row in rested}


def test_without_the_parameter_all_are_called_in_their_order(make_floor: Any, script: Any) -> None:
    floor = _works(make_floor, script, _every_other, 20)
    assert _put_off(floor) == []
    assert _called(floor) == set(range(20))


def test_the_last_in_hand_are_called_however_unlikely(make_floor: Any, script: Any) -> None:
    """Ten others at least must be in hand: an agent who waits is worth less than an unlikely call."""

    """When fewer than five others are in hand: an agent who waits is worth less than an unlikely call."""

    def eleven(floor: Any) -> list[tuple[HistoryEntry, ...]]:
        return _every_other(floor)[:11]

    floor = _works(make_floor, script, eleven, 11, order_put_off=0.9)
    assert {6, 7, 8, 9, 10} <= _called(floor)
    assert len(_called(floor)) + len(_put_off(floor)) == 11


def test_who_was_never_called_or_not_for_days_is_called(make_floor: Any, script: Any) -> None:
    def pasts(floor: Any) -> list[tuple[HistoryEntry, ...]]:
        likely = [_calls(f"n{i}", floor.now, many=9, talks=6) for i in range(20)]
        never = [() for _ in range(20, 30)]
        long_ago = [_calls(f"n{i}", floor.now, many=9, talks=0, days=15.0) for i in range(30, 40)]
        return [
            *likely,
            *never,
            *long_ago,
            *(_calls(f"n{i}", floor.now, many=9, talks=6) for i in range(40, 55)),
        ]

    floor = _works(make_floor, script, pasts, 40, order_put_off=0.5)
    assert not {int(str(row.lead)[1:]) for row in _put_off(floor)} & set(range(20, 40))
    assert set(range(20, 40)) <= _called(floor)


def test_what_was_promised_is_not_put_off(make_floor: Any, script: Any) -> None:
    floor = make_floor(script=script, policy_parameters={"order_put_off": 0.9}, hopper_size=200)
    floor.send(e.CampaignStarted(campaign=floor.settings.campaign))
    _feed(floor, [_calls(f"n{i}", floor.now, many=9, talks=0) for i in range(40)], reserve_agent=True)
    floor.seat("ann")
    floor.wait(5.0)
    assert (len(_called(floor)), _put_off(floor)) == (1, [])


def test_of_two_numbers_the_one_that_was_answered_is_tried_first(make_floor: Any, script: Any) -> None:
    """And without the parameter the creditor's first one."""

    def called(**parameters: float) -> str:
        floor = make_floor(script=script, policy_parameters=parameters)
        floor.send(e.CampaignStarted(campaign=floor.settings.campaign))
        mobile = floor.person(0).numbers[0]
        past = _calls("n0", floor.now, many=8, talks=0) + _calls("n0b", floor.now, many=8, talks=4)
        person = replace(floor.person(0), numbers=(mobile, replace(mobile, number="n0b")), history=past)
        targets = tuple(
            Target(person=PersonId("p0"), number=NumberId(name), answer_segment="mobile")
            for name in ("n0", "n0b")
        )
        refill = floor.last(c.RefillHopper)
        floor.send(
            e.LeadsFetched(
                campaign=floor.settings.campaign,
                request=refill.request,
                as_of=refill.sequence,
                leads=(floor.lead(0, targets=targets),),
                persons=(person,),
                leads_left=1,
            )
        )
        script.launch(1)
        floor.seat("ann")
        floor.wait(5.0)
        return str(floor.last(c.Originate).number)

    assert called(order_numbers=1.0) == "n0b"
    assert called() == "n0"
