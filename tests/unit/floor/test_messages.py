"""A floor does not start with a text that may not be said where it would be said."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from dialer.domain.errors import MendableError
from dialer.floor.messages import demand_messages
from dialer.floor.settings import campaigns_of
from dialer.settings import Settings
from simulator.scenario_file import load_scenario
from simulator.scenario_settings import campaign_settings

EXAMPLE = Path(__file__).parents[3] / "config/campaigns/example.toml"


def example() -> dict[str, Any]:
    return tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))


def refused(values: dict[str, Any]) -> MendableError:
    with pytest.raises(MendableError) as caught:
        demand_messages(campaigns_of(Settings(**values)))
    return caught.value


def test_the_sample_texts_may_all_be_said() -> None:
    demand_messages(campaigns_of(Settings(**example())))


@pytest.mark.parametrize("name", ["smoke", "full", "collections", "year"])
def test_the_texts_of_rehearsals_may_all_be_said(name: str) -> None:
    demand_messages([campaign_settings(load_scenario(name), campaign="c", client="acme")])  # pyright: ignore[reportArgumentType]  # names stand for ids


def test_a_message_for_a_machine_without_its_parts_is_told_with_what_to_do() -> None:
    values = example()
    del values["campaigns"][0]["voice"]["voicemail"]["texts"][0]["limited"]
    error = refused(values)
    assert error.what == (
        "campaign spring, voice.voicemail.texts[0], text acme-drop-v1: it does not say which parts of a "
        "limited-content message it has (12 CFR 1006.2(j))"
    )
    assert "`persons`" in error.mend


def test_words_that_are_not_the_parts_are_refused_where_they_are_read() -> None:
    values = example()
    values["campaigns"][0]["voice"]["voicemail"]["texts"][0]["words"] += " It is urgent."
    with pytest.raises(MendableError, match="'urgent'"):
        campaigns_of(Settings(**values))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"words": "This call about your account is recorded."}, "it says 'account'"),
        ({"client": "other"}, "it was approved for other"),
    ],
)
def test_what_agents_say_before_they_know_whom_is_held_to_the_same(change: dict[str, str], told: str) -> None:
    values = example()
    values["campaigns"][0]["voice"]["recording"]["spoken"][0] |= change
    assert told in refused(values).what


@pytest.mark.parametrize(
    ("place", "words", "told"),
    [
        ("messages", "Acme Collections, 212 555 0100. Press 9.", "it says 'Collections' to whoever hears it"),
        ("notices", "This call about your debt is recorded.", "it says 'debt' to whoever hears it"),
    ],
)
def test_what_anybody_hears_says_nothing_of_a_debt(place: str, words: str, told: str) -> None:
    values = example()
    voice = values["campaigns"][0]["voice"]
    texts = voice["messages"] if place == "messages" else voice["recording"]["notices"]
    texts[0]["words"] = words
    assert told in refused(values).what
