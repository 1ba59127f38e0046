"""Numbers and campaigns from the settings file: what is not right is refused, with what to do."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dialer.domain.caller_id import AtCeiling, Attestation, CallerIdPool
from dialer.domain.errors import MendableError
from dialer.domain.voice import Unserved
from dialer.floor.settings import caller_id_pools_of, caller_ids_of, campaigns_of, demand_declared
from dialer.settings import Settings

EXAMPLE = Path(__file__).parents[3] / "config/campaigns/example.toml"


def example() -> dict[str, Any]:
    return tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))


def test_the_example_is_a_campaign_with_numbers_and_approved_texts() -> None:
    settings = Settings(**example())
    (campaign,), owned = campaigns_of(settings), caller_ids_of(settings)
    (pool,) = caller_id_pools_of(settings)
    demand_declared((campaign,), owned, (pool,))
    assert (campaign.caller_id_pool, pool.client) == (pool.pool, campaign.client)
    assert pool.numbers == tuple(each.number for each in owned)
    assert pool == CallerIdPool(pool="acme's", client=campaign.client, numbers=pool.numbers)
    assert (owned[1].cnam, owned[1].attestation_granted) == ("ACME SERVICES", Attestation.FULL)
    assert campaign.at_ceiling is AtCeiling.STOP
    assert owned[0].daily_ceiling == 400
    assert campaign.voice is not None
    assert campaign.voice.unserved is Unserved.MESSAGE
    assert campaign.voice.voicemail is not None
    assert campaign.voice.voicemail.on_passes == (1, 4)
    assert campaign.voice.recording is not None
    assert campaign.voice.recording.notices[0].seconds == 1.2


def test_a_campaign_that_would_show_a_number_which_is_not_declared_is_refused() -> None:
    values = listed()
    del values["caller_ids"][1]
    settings = Settings(**values)
    with pytest.raises(MendableError, match=r"would show \+18885550101, which is not declared"):
        demand_declared(campaigns_of(settings), caller_ids_of(settings))


def listed() -> dict[str, Any]:
    """The example, its campaign with a list of its own."""
    values = example()
    del values["campaigns"][0]["caller_id_pool"]
    values["campaigns"][0]["caller_ids"] = ["+12125550100", "+18885550101"]
    return values


def _without_a_number(values: dict[str, Any]) -> None:
    values["caller_ids"].pop()


def _of_another_client(values: dict[str, Any]) -> None:
    values["caller_id_pools"][0]["client"] = "bravo"


def _without_pools(values: dict[str, Any]) -> None:
    values["caller_id_pools"] = []


def _with_a_second_pool(values: dict[str, Any]) -> None:
    values["caller_id_pools"].append({**values["caller_id_pools"][0], "pool": "b"})


def _with_the_pool_twice(values: dict[str, Any]) -> None:
    values["caller_id_pools"] *= 2


@pytest.mark.parametrize(
    ("change", "says", "mend"),
    [
        (_without_a_number, r"pool acme's has \+18885550101, which is not declared", "declare it"),
        (_of_another_client, "names caller id pool acme's, which is bravo's", "own client"),
        (_without_pools, "pool acme's: there is none", "caller_id_pools"),
        (_with_a_second_pool, "in two caller id pools, acme's and b", "in one"),
        (_with_the_pool_twice, "the same name", "rename one"),
    ],
)
def test_a_pool_that_does_not_fit_is_refused_at_the_start_with_what_to_do(
    change: Callable[[dict[str, Any]], None], says: str, mend: str
) -> None:
    values = example()
    change(values)
    settings = Settings(**values)
    with pytest.raises(MendableError, match=says) as refused:
        demand_declared(campaigns_of(settings), caller_ids_of(settings), caller_id_pools_of(settings))
    assert mend in refused.value.mend
    assert refused.value.where


def test_a_campaign_that_shows_no_number_is_refused() -> None:
    values = example()
    del values["campaigns"][0]["caller_id_pool"]
    settings = Settings(**values)
    with pytest.raises(MendableError, match="shows no number"):
        demand_declared(campaigns_of(settings), caller_ids_of(settings))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"calls_back_to": ""}, "calls_back_to is empty"),
        ({"number": "0199"}, r"E\.164"),
        ({"daily_cieling": 3}, "no setting 'daily_cieling'"),
        ({"daily_ceiling": 0}, "daily_ceiling is 0; it is attempts a day, 1 to"),
        ({"time_zone": "Mars/Olympus"}, "no time zone"),
    ],
)
def test_a_number_that_is_declared_wrongly_is_refused(change: dict[str, Any], says: str) -> None:
    values = example()
    values["caller_ids"][0] |= change
    with pytest.raises(MendableError, match=says):
        caller_ids_of(Settings(**values))


def test_a_text_of_another_client_is_refused() -> None:
    values = example()
    values["campaigns"][0]["voice"]["messages"][0]["client"] = "other"
    with pytest.raises(MendableError, match="approved for another client"):
        campaigns_of(Settings(**values))


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ((), "calller_ids"),
        (("voice",), "voice.unservd"),
        (("voice", "messages", 0), "voice.messages[0].wrods"),
        (("voice", "recording"), "voice.recording.keep_day"),
    ],
)
def test_a_misspelt_name_is_refused_at_any_depth(place: tuple[str | int, ...], name: str) -> None:
    values = example()
    section = values["campaigns"][0]
    for part in place:
        section = section[part]
    section[name.rsplit(".", 1)[-1]] = 1
    with pytest.raises(MendableError, match=re.escape(f"no setting {name!r}")):
        campaigns_of(Settings(**values))
