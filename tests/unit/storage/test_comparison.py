"""A replay is compared as bytes; the first difference is told, and whether it is only rounding."""

from dialer.domain.commands import Command, Hangup, HangupReason, StorePacing
from dialer.domain.events import TimeReached
from dialer.domain.ids import AttemptId, CampaignId
from dialer.domain.ports import JournalEntry
from dialer.storage.journal.comparison import compare

HANGUP = Hangup(attempt=AttemptId("a1"), reason=HangupReason.GUARD)


def pacing(term: float, launches: int = 1) -> StorePacing:
    return StorePacing(
        campaign=CampaignId("c"), pool=("x",), launches=launches, launched=1, reason="r", terms=(("t", term),)
    )


def entry(*commands: Command) -> JournalEntry:
    return JournalEntry(sequence=3, now=10.0, event=TimeReached(), commands=commands)


def test_the_same_commands_do_not_diverge() -> None:
    assert compare(entry(HANGUP, pacing(0.5)), (HANGUP, pacing(0.5))) is None


def test_a_missing_command_is_told_with_its_position() -> None:
    divergence = compare(entry(HANGUP, pacing(0.5)), (HANGUP,))
    assert divergence is not None
    assert (divergence.position, divergence.replayed, divergence.drift) == (1, None, None)
    assert "(nothing)" in str(divergence)


def test_one_command_too_many_is_told() -> None:
    divergence = compare(entry(), (HANGUP,))
    assert divergence is not None
    assert divergence.recorded is None


def test_a_fraction_that_differs_is_numeric_drift() -> None:
    divergence = compare(entry(pacing(0.5)), (pacing(0.5 + 1e-12),))
    assert divergence is not None
    assert divergence.drift is not None
    assert 1e-12 < divergence.drift < 3e-12


def test_a_count_that_differs_is_another_decision() -> None:
    divergence = compare(entry(pacing(0.5, launches=1)), (pacing(0.6, launches=2),))
    assert divergence is not None
    assert divergence.drift is None


def test_the_order_of_commands_matters() -> None:
    assert compare(entry(HANGUP, pacing(0.5)), (pacing(0.5), HANGUP)) is not None
