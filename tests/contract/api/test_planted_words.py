"""Every field of text that HTTP takes about somebody, a word planted in each: which of them lie in clear?

In the files of a running floor's store, its journal unpacked, and its checkpoint. What is found there must be
named here with its reason; what is not found is sealed. A field that nobody plants fails, too.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
from pydantic import BaseModel
from sqlalchemy import Connection, select

from dialer.cli.rights import StoreRights
from dialer.storage.database import tables as t
from dialer.storage.journal.rows import ENTRY, unpacker
from dialer.storage.store import Store
from dialer.web import models, rights

MONDAY = datetime(2026, 11, 23, 15, tzinfo=UTC)
AT = MONDAY.isoformat()

CLEAR: dict[str, str] = {
    **{
        f"{route}.made_in.{name}": "an id of a call, a message or a recording, or a number of ours"
        for route in ("requests", "consents", "holds", "suppressions")
        for name in ("contact", "caller_id", "recording")
    },
    "contacts.entry": "the id by which the contact is told again",
    "contacts.caller_id": "a number of ours",
    "notices.notice": "the id by which the notice is told again",
    "holds.source": "says by which list or paper it is so, and lifts name it",
    "suppressions.source": "says by which list it is so, and findings show it",
    "limitations.source": "says who worked the day out",
    "lines.source": "says who looked the line up",
    "correction.why": "the house's own word in the record of deeds, which is evidence past an erasure",
}
"""In clear by intent; each stands in `dialer/access/ASVS.md`, 6.1."""

FIELDS: dict[str, type[BaseModel]] = {
    "requests": models.Ask,
    "consents": models.Allow,
    "holds": models.PlaceHold,
    "suppressions": models.Suppress,
    "notices": models.Notify,
    "contacts": models.Happened,
    "limitations": models.Limit,
    "lines": models.LineIs,
    "correction": rights.Correct,
    "asked": rights.TakeIn,
}
IDS = frozenset({"person", "number", "debt", "debts", "conversation_debts", "intended_debts"})

Serve = Callable[..., Any]
Filled = tuple[str, str, str]
FOUND = re.compile(rb"zorblax-([a-z]+\.[a-z_0-9.]*[a-z0-9])-")


def word(route: str, field: str) -> str:
    return f"zorblax-{route}.{field}-"


def heard(route: str) -> dict[str, str]:
    return {name: word(route, f"made_in.{name}") for name in models.Heard.model_fields}


def texts_of(route: str) -> Iterator[str]:
    """Fields of a body that take any text."""
    for name, field in FIELDS[route].model_fields.items():
        hint = str(field.annotation)
        if name == "made_in" or (name not in IDS and re.search(r"\bstr\b", hint) and "list" not in hint):
            yield name


def body_of(route: str, **given: Any) -> dict[str, Any]:
    """A body with a word planted in every field of text that is not given."""
    free = {name: heard(route) if name == "made_in" else word(route, name) for name in texts_of(route)}
    return {**free, **given}


def bodies(person: str, debt: str, number: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """One body for each route by which something is told of somebody."""
    mail = f"{word('requests', 'address')}@hidden.example"
    yield "facts/requests", body_of("requests", person=person, kind="time_preference", at=AT, address=mail)
    mail = f"{word('consents', 'address')}@hidden.example"
    consent = body_of("consents", person=person, scope="call", at=AT, given_to="collector", address=mail)
    yield "facts/consents", consent
    yield "facts/holds", body_of("holds", person=person, kind="vulnerability", since=AT)
    yield "facts/suppressions", body_of("suppressions", scope="person", person=person)
    yield "facts/notices", body_of("notices", person=person, sent_on="2026-11-20")
    yield "facts/contacts", body_of("contacts", person=person, at=AT, event="letter")
    yield "facts/limitations", body_of("limitations", debt=debt, ends="2030-01-01")
    yield "facts/lines", body_of("lines", number=number, kind="mobile", found_on="2026-11-20")
    correction = body_of("correction", date_of_birth="1961-07-23", ssn_last4="8Z6X")
    yield f"persons/{person}/correction", correction
    yield f"persons/{person}/requests", body_of("asked", law="ccpa", kind="access", received="2026-11-20")


def in_clear(database: str) -> set[str]:
    """Fields whose word is found."""
    found: set[str] = set()
    for path in Path(database).parent.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            found |= {each.decode() for each in FOUND.findall(content)}
            found |= {secret for secret in ("8Z6X", "1961-07-23") if secret.encode() in content}

    def unpacked(connection: Connection) -> list[bytes]:
        plain = unpacker(connection)
        rows = connection.execute(select(*ENTRY)).all()
        checkpoints = connection.execute(select(t.checkpoints.c.body)).scalars().all()
        return [*(plain(row.entry, row.dictionary) for row in rows), *map(bytes, checkpoints)]

    with Store.open(database) as store:
        for content in store.read(unpacked):
            found |= {each.decode() for each in FOUND.findall(content)}
    return found


def test_whatever_is_told_of_somebody_is_sealed_or_has_a_reason(serve: Serve, filled: Filled) -> None:
    database, person, debt = filled
    with Store.open(database) as store:
        number = store.identifiers.number("+12125550103")
    planted: set[str] = set()
    with serve(database, rights=StoreRights(database=database, now=MONDAY.timestamp)) as base:
        for route, body in bodies(person, debt, number):
            planted |= {each.decode() for each in FOUND.findall(str(body).encode())}
            answer = httpx2.post(
                f"{base}/api/{route}", json=body, headers={"Authorization": "Bearer all"}, timeout=30
            )
            assert answer.status_code == 200, (route, answer.text)
        assert in_clear(database) == set(CLEAR)
    assert in_clear(database) == set(CLEAR), "nor in the checkpoint of a floor that ended"
    assert set(CLEAR) <= planted
    assert {f"{route}.made_in.words" for route in ("requests", "consents", "holds")} <= planted
