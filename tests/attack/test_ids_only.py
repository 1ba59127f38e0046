"""What a floor says of itself while it calls people, in its log, its metrics and its files, has ids alone."""

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from served import Served, served
from sqlalchemy import select

from dialer.clock import monotonic_now
from dialer.storage.database.tables import sealed
from dialer.storage.identities import identities_of
from dialer.storage.store import Store

SAID = "my cousin Mirabunda of Zorblaxia answers"
WAIT_S = 120.0


@pytest.fixture(scope="module")
def shift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Some people are called by agents who are there."""
    folder = tmp_path_factory.mktemp("ids") / "floor"
    options = ("--agents", "4", "--persons", "60", "--factor", "5")
    with served(folder, *options) as floor:
        yield floor


def identities(folder: Path) -> list[str]:
    """Every number, reference and account of everybody the floor calls."""
    with Store.open(str(folder / "fairdial.db")) as store:
        persons = list(store.read(lambda c: c.scalars(select(sealed.c.subject)).all()))
        found = store.read(lambda c: identities_of(c, store.keyring, persons)).values()
        told = [text for one in found for text in (one.person_ref, *one.numbers.values())]
        accounts = [account.client_account for one in found for account in one.accounts.values()]
    assert len(told) >= 120
    return [*told, *(number.removeprefix("+1") for number in told if number.startswith("+")), *accounts]


def metric(text: str, name: str) -> float:
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(name))


def test_a_shift_that_calls_people_names_none_of_them_anywhere(shift: Served) -> None:
    until = monotonic_now() + WAIT_S
    while metric(shift.text("/metrics"), 'fairdial_steps_total{event="CallAnswered"}') < 5:
        assert monotonic_now() < until, shift.text("/metrics")
        Event().wait(0.25)
    secrets = identities(shift.folder)
    with Store.open(str(shift.folder / "fairdial.db")) as store:
        person = store.read(lambda c: c.scalar(select(sealed.c.subject).order_by(sealed.c.subject)))
    asked = {"person": person, "kind": "time_preference", "at": "2026-03-10T15:00:00Z", "text": SAID}
    asked["made_in"] = {"words": SAID}
    status, told = shift.ask("POST", "/api/facts/requests", json.dumps(asked).encode())
    assert status == 200, told
    secrets.append(SAID)
    for where, text in (
        ("metrics", shift.text("/metrics")),
        ("metrics with a token", shift.text("/metrics", token=shift.token)),
        ("health", shift.text("/health")),
        ("log", shift.log.read_text()),
    ):
        assert [secret for secret in secrets if secret in text] == [], where
    files = [path for path in sorted(shift.folder.rglob("*")) if path.is_file()]
    assert {"fairdial.db", "fairdial.db-wal"} <= {path.name for path in files}, [p.name for p in files]
    for path in files:
        if path.name != "network.log":  # of the telephone network, which must know whom to ring
            data = path.read_bytes()
            assert [secret for secret in secrets if secret.encode() in data] == [], path.name
