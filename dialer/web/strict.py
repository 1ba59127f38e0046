"""What nobody asked for is refused: a field or a parameter that is silently ignored binds nobody.

A `person` written as `persno` in a list of parameters would ask about everybody, and a `withdrawn` in a
person's file would be no withdrawal. Bodies that are pydantic's refuse by themselves
(`dialer.web.models.Body`); here are those that are read in one piece, and whatever stands in an address.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, TypeVar, cast

import msgspec
from fastapi import HTTPException, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from msgspec import inspect
from starlette.requests import HTTPConnection

Kind = TypeVar("Kind")

_NOTHING = frozenset({b"", b"{}", b"null"})


def read_strictly(kind: type[Kind], body: bytes) -> Kind:
    """A dataclass out of JSON; `msgspec` alone takes no notice of what the dataclass does not have.

    Raises:
        HTTPException: 422, with what is wrong, where it stands, and how to mend it.
    """
    try:
        found = msgspec.json.decode(body, type=kind)
        raw: object = msgspec.json.decode(body)
    except msgspec.MsgspecError as error:
        raise HTTPException(422, str(error)) from error
    strangers = list(_strangers(raw, inspect.type_info(kind), "$"))
    if strangers:
        raise HTTPException(422, "; ".join(strangers))
    return found


def _strangers(raw: object, kind: inspect.Type, path: str) -> Iterable[str]:
    """A sentence for each field that its dataclass does not have."""
    if isinstance(kind, inspect.UnionType):
        fits = [inner for inner in kind.types if not isinstance(inner, inspect.NoneType)]
        kind = fits[0] if len(fits) == 1 else kind
    if isinstance(kind, inspect.DataclassType) and isinstance(raw, dict):
        values = cast("dict[str, object]", raw)
        fields = {field.encode_name: field.type for field in kind.fields}
        for name, value in values.items():
            if name in fields:
                yield from _strangers(value, fields[name], f"{path}.{name}")
            else:
                yield f"{_unknown('field', name, fields)} at {path}"
    elif isinstance(raw, list) and isinstance(kind, _ROWS):
        for place, value in enumerate(cast("list[object]", raw)):
            yield from _strangers(value, kind.item_type, f"{path}[{place}]")


_ROWS = (inspect.ListType, inspect.VarTupleType, inspect.SetType, inspect.FrozenSetType)


async def nothing_unknown(asked: HTTPConnection) -> None:
    """For every route: a parameter that it does not have is refused, and a body where it takes none.

    Raises:
        HTTPException: 422, with what is wrong and what the route takes.
    """
    route = asked.scope.get("route")
    if not isinstance(route, APIRoute) or not isinstance(asked, Request):
        return
    known = frozenset(_parameters(route.dependant))
    if (route.openapi_extra or {}).get("x-any-parameters"):  # somebody else's address leads there
        known |= frozenset(asked.query_params)
    for name in asked.query_params:
        if name not in known:
            raise HTTPException(422, f"{_unknown('parameter', name, known)} at {asked.url.path}")
    takes_body = route.body_field is not None or "requestBody" in (route.openapi_extra or {})
    if not takes_body and (await asked.body()).strip() not in _NOTHING:
        raise HTTPException(422, f"{asked.method} {asked.url.path} takes no body: leave it away")


def _parameters(dependant: Dependant) -> Iterable[str]:
    yield from (field.alias for field in dependant.query_params)
    for inner in dependant.dependencies:
        yield from _parameters(inner)


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    rows = sorted(known)
    near = difflib.get_close_matches(name, rows, n=1)
    mend = f"{near[0]!r} is meant?" if near else f"there is {', '.join(rows) or 'none'}; leave it away"
    return f"there is no {what} {name!r}: {mend}"


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    """The description of a body, every object of which has no fields but its own."""
    for inner in schema.values():
        nodes = cast("list[object]", inner) if isinstance(inner, list) else [cast("object", inner)]
        for node in nodes:
            if isinstance(node, dict):
                closed(cast("dict[str, Any]", node))
    if schema.get("type") == "object" and "properties" in schema:
        schema.setdefault("additionalProperties", False)
    return schema
