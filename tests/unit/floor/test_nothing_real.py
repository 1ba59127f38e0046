"""Nobody is anybody without a password, but where nothing is real and nobody else can come."""

from pathlib import Path
from typing import Any, cast

import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from dialer.floor.accounts import Accounts
from dialer.floor.nothing_real import NotMadeUpError, demand_made_up, is_loopback
from dialer.floor.shown_accounts import ShownAccounts
from dialer.web.application import make_web
from dialer.web.mounting import HttpSide
from dialer.web.tokens import Tokens
from telephony.in_memory.network import InMemoryNetwork
from telephony.in_memory.public import Public, PublicPlan
from telephony.simulated.client import Address, SimulatedNetwork


def made_up() -> InMemoryNetwork:
    return InMemoryNetwork(Public(PublicPlan(), seed=1), now=lambda: 0.0)


class Nobody:
    """A floor that nobody looks at."""

    def snapshot(self) -> None:
        """Of nothing."""


class Shown:
    """As much of a demonstration as is looked at before it stands."""

    shown = cast("Any", object())


async def mounted(network: Any, **given: Any) -> None:
    side = HttpSide(tokens=Tokens([]), shown=cast("Any", Shown()), **{"accounts": Shown.shown, **given})
    async with side.mount(cast("Any", None), network, CollectorRegistry()):
        raise AssertionError("it stood")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"host": "0.0.0.0"}, "others could come"),
        ({"host": "192.0.2.7"}, "others could come"),
        ({"host": "floor.example"}, "others could come"),
        ({"outside": object()}, "given a provider"),
        ({"certificate": object()}, "given a certificate"),
        ({"trusted_proxies": ("127.0.0.1",)}, "given proxies"),
        ({"archive": object()}, "given recordings"),
        ({"accounts": object()}, "given accounts of its own"),
        ({"accounts": None}, "given accounts of its own"),
    ],
)
async def test_a_demonstration_stands_beside_nothing_real(given: dict[str, Any], why: str) -> None:
    with pytest.raises(NotMadeUpError, match=why):
        await mounted(made_up(), **given)


async def test_a_demonstration_stands_on_no_network_but_its_own() -> None:
    with pytest.raises(NotMadeUpError, match="not the made-up one of this process"):
        await mounted(SimulatedNetwork(Address(path="/nowhere")))


def test_what_is_made_up_and_this_machines_own_is_taken() -> None:
    for host in ("127.0.0.1", "127.8.8.8", "::1", "localhost"):
        demand_made_up(made_up(), host, besides={"recordings": None})
    assert not is_loopback("128.0.0.1")
    assert not is_loopback("")


def test_any_other_floor_is_no_demonstration() -> None:
    """It says so to whoever looks, and does nothing of what a demonstration does."""
    web = make_web(floor=cast("Any", Nobody()), tokens=Tokens([]), registry=CollectorRegistry())
    client = TestClient(web.application, client=("127.0.0.1", 50_000))
    assert client.get("/api/demonstration").json()["is_on"] is False
    assert client.get("/api/demonstration").json()["roles"] == []
    answer = client.post("/api/demonstration/sign-in", json={"role": "administrator"})
    assert (answer.status_code, answer.cookies) == (404, {})


def test_only_the_command_floor_signs_anybody_in_without_a_password() -> None:
    """Whoever starts a floor makes its accounts: those that ask for no password are made in one place."""
    assert not hasattr(Accounts, "sign_in_for_show")
    assert issubclass(ShownAccounts, Accounts)
    root = Path(__file__).parents[3]
    using = {
        str(file.relative_to(root))
        for folder in ("dialer", "telephony", "simulator")
        for file in (root / folder).rglob("*.py")
        if "ShownAccounts" in file.read_text("utf-8")
    }
    assert using == {
        "dialer/floor/shown_accounts.py",
        "dialer/floor/demonstration.py",
        "dialer/cli/demonstration.py",
    }
    giving = {
        str(file.relative_to(root))
        for file in (root / "dialer" / "cli").rglob("*.py")
        if "shown=" in file.read_text("utf-8")
    }
    assert giving == {"dialer/cli/demonstration.py"}
