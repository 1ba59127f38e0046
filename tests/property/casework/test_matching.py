"""Matching on a made-up public of whom it is known who is who, in a small dose."""

from benchmarks.matching import Result, measured


def test_nobody_is_merged_wrongly_and_nearly_everybody_is_found() -> None:
    whole = Result()
    for seed in (601, 602):
        whole.add(measured(4_000, seed, 0.12))
    assert whole.merged > 1_000
    assert whole.wrong == 0, whole.mistakes[0]
    assert whole.found_per_true >= 0.95
    assert whole.listed_per_person <= 0.055  # the goal is 0.05, of more people than these
