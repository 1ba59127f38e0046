"""Trunks: order, share, bounds, and the circuit breaker."""

from __future__ import annotations

from collections import Counter

import pytest

from telephony.asterisk.trunks import Chosen, NoTrunk, TrunkBook, TrunkPlan, TrunkState, WayOut


def chosen(book: TrunkBook, now: float) -> Chosen:
    choice = book.choose(now)
    assert isinstance(choice, Chosen), choice
    return choice


def refused(book: TrunkBook, now: float) -> str:
    choice = book.choose(now)
    assert isinstance(choice, NoTrunk)
    return choice.reason


def test_calls_are_spaced_so_that_no_second_holds_more_than_its_bound() -> None:
    book = TrunkBook([TrunkPlan(name="a", calls_per_second=10)], patience=10)
    times = [chosen(book, 0.0).at for _ in range(30)]
    for start in times:
        assert sum(1 for at in times if start <= at < start + 1.0 - 1e-9) <= 10


def test_a_call_that_would_wait_too_long_for_its_turn_is_refused() -> None:
    book = TrunkBook([TrunkPlan(name="a", calls_per_second=2)], patience=0.6)
    assert chosen(book, 0.0).at == 0.0
    assert chosen(book, 0.0).at == 0.5
    assert "2 calls a second" in refused(book, 0.0)


def test_lines_are_bounded_and_come_back() -> None:
    book = TrunkBook([TrunkPlan(name="a", lines=2, calls_per_second=1000)])
    chosen(book, 0.0)
    chosen(book, 0.0)
    assert "all 2 lines" in refused(book, 0.0)
    book.released("a")
    assert chosen(book, 0.0).trunk == "a"


def test_shares_are_kept_without_bursts() -> None:
    plans = [
        TrunkPlan(name="a", share=3, calls_per_second=1e6),
        TrunkPlan(name="b", share=1, calls_per_second=1e6),
    ]
    book = TrunkBook([*plans])
    taken = [chosen(book, float(n)).trunk for n in range(40)]
    assert Counter(taken) == {"a": 30, "b": 10}
    assert "bb" not in "".join(taken)


def test_a_later_order_is_taken_only_when_the_first_is_full() -> None:
    book = TrunkBook([TrunkPlan(name="a", lines=1), TrunkPlan(name="b", order=1)])
    assert chosen(book, 0.0).trunk == "a"
    assert chosen(book, 0.0).trunk == "b"


def test_failures_in_a_row_break_a_trunk_and_one_success_in_between_does_not() -> None:
    book = TrunkBook([TrunkPlan(name="a", failures=3, rest=5)])
    assert [book.failed("a", 0.0), book.failed("a", 0.0)] == [False, False]
    book.succeeded("a")
    assert [book.failed("a", 0.0), book.failed("a", 0.0), book.failed("a", 0.0)] == [False, False, True]
    assert book.state_of("a") is TrunkState.BROKEN
    assert "failed 3 times" in refused(book, 4.9)


def test_a_rested_trunk_is_tried_with_one_call_only() -> None:
    book = TrunkBook([TrunkPlan(name="a", failures=1, rest=5)])
    book.failed("a", 0.0)
    assert chosen(book, 5.0).trunk == "a"
    assert "being tried" in refused(book, 6.0)
    book.succeeded("a")
    assert chosen(book, 6.0).trunk == "a"


def test_a_trial_that_fails_lets_the_trunk_rest_again() -> None:
    book = TrunkBook([TrunkPlan(name="a", failures=3, rest=5)])
    for _ in range(3):
        book.failed("a", 0.0)
    chosen(book, 5.0)
    book.failed("a", 5.1)
    book.released("a")
    assert "rests" in refused(book, 10.0)
    assert chosen(book, 10.2).trunk == "a"


def test_a_trial_without_a_word_does_not_block_the_trunk_for_ever() -> None:
    book = TrunkBook([TrunkPlan(name="a", failures=1, rest=5)])
    book.failed("a", 0.0)
    chosen(book, 5.0)
    book.released("a")
    assert chosen(book, 6.0).trunk == "a"


def test_a_trunk_that_does_not_answer_its_checks_takes_no_call() -> None:
    book = TrunkBook([TrunkPlan(name="a")])
    assert book.reachable("a", False)
    assert not book.reachable("a", False)
    assert not book.reachable("somebody's phone", False)
    assert "does not answer" in refused(book, 0.0)
    assert book.reachable("a", True)
    assert chosen(book, 0.0).trunk == "a"


def test_no_trunk_at_all_is_a_mistake_of_the_settings() -> None:
    with pytest.raises(ValueError, match="trunk"):
        TrunkBook([])


# ------------------------------------------------------------------- a trunk to another system of ours
OWN = TrunkPlan(name="own", lines=2, failures=2, rest=5.0, calls_per_second=1e6)
OTHER = TrunkPlan(name="to-south", lines=7, failures=2, box="south", calls_per_second=1e6, order=-5)


def test_another_system_is_asked_only_when_no_trunk_of_our_own_works() -> None:
    book = TrunkBook([OTHER, OWN])
    assert [chosen(book, 0.0).trunk for _ in range(2)] == ["own", "own"]
    assert refused(book, 0.0) == "all 2 lines of trunk own are in use"  # full is not broken
    book.reachable("own", is_reachable=False)
    assert chosen(book, 0.0).trunk == "to-south"
    book.reachable("own", is_reachable=True)
    assert refused(book, 0.0) == "all 2 lines of trunk own are in use"


def test_a_broken_trunk_is_tried_with_one_call_while_the_others_go_elsewhere() -> None:
    book = TrunkBook([OWN, OTHER])
    assert [chosen(book, 0.0).trunk for _ in range(2)] == ["own", "own"]
    assert [book.failed("own", 0.0), book.failed("own", 0.0)] == [False, True]
    book.released("own")
    book.released("own")
    assert chosen(book, 4.99).trunk == "to-south"
    assert [chosen(book, 5.0).trunk for _ in range(3)] == ["own", "to-south", "to-south"]
    book.failed("own", 5.1)
    book.released("own")
    assert chosen(book, 10.0).trunk == "to-south"
    assert chosen(book, 10.1).trunk == "own"
    book.succeeded("own")
    assert chosen(book, 10.2).trunk == "own"


def test_a_call_that_an_own_trunk_refused_goes_elsewhere_only_when_that_trunk_is_broken() -> None:
    """One number that a carrier does not take is no reason to have another system ring it."""
    book = TrunkBook([OWN, OTHER])
    refused_there = frozenset({"own"})
    assert isinstance(book.choose(0.0, without=refused_there), NoTrunk)
    assert book.taking("") == {"own"}
    for _ in range(2):
        book.failed("own", 0.0)
    assert book.taking("") == {"own", "to-south"}
    choice = book.choose(0.0, without=refused_there)
    assert isinstance(choice, Chosen)
    assert choice.trunk == "to-south"


def test_how_many_calls_have_a_way_out_is_known() -> None:
    more = TrunkPlan(name="more", lines=3)
    book = TrunkBook([OWN, more, OTHER])
    assert book.way_out() == WayOut(lines=5)
    book.reachable("own", is_reachable=False)
    checks = "trunk own does not answer its checks"
    assert book.way_out() == WayOut(lines=3, reason=checks)
    for _ in range(5):
        book.failed("more", 0.0)
    wrong = f"{checks}; trunk more failed 5 times at once"
    assert book.way_out() == WayOut(lines=7, over="south", reason=wrong)
    book.reachable("to-south", is_reachable=False)
    assert book.way_out() == WayOut(lines=5, reason=wrong)  # the next call finds out


def test_a_trial_that_ended_without_a_word_is_made_again_while_older_calls_talk_on() -> None:
    book = TrunkBook([OWN])
    chosen(book, 0.0)
    book.failed("own", 0.0)
    book.failed("own", 0.0)
    assert chosen(book, 5.0).trunk == "own"
    book.released("own")  # of the trial, cancelled before anything was heard of it
    assert chosen(book, 5.1).trunk == "own"


def test_lines_that_others_calls_take_are_missing_to_ours() -> None:
    book = TrunkBook([OWN])
    book.taken("own", 0.0)
    assert chosen(book, 0.0).trunk == "own"
    assert refused(book, 0.0) == "all 2 lines of trunk own are in use"
    book.released("own")
    assert chosen(book, 0.0).trunk == "own"
    book.taken("unknown", 0.0)
    book.released("unknown")
