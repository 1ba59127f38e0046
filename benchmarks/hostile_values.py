"""Values that no honest client sends, and bodies made from the description of the interface."""

import json
from random import Random
from typing import Any, cast

DEEP = "[" * 3_000
NASTY: tuple[str, ...] = (
    "NaN",
    "Infinity",
    "-1e999",
    "1e308",
    "-1",
    "0",
    "123456789012345678901234567890",
    "1773151200000",
    "4102444801.0",
    "null",
    "true",
    "[]",
    "{}",
    '""',
    '"\\ud800"',
    '"\\u0000"',
    '"شخص"',
    '"人物"',
    '"9999-12-31T23:59:59Z"',
    '"2026-02-30T00:00:00Z"',
    '"2026-03-10T10:00:00"',
    '"0001-01-01"',
    '"../../etc/passwd"',
    f'"{"x" * 5_000}"',
    DEEP + "1" + "]" * 3_000,
    DEEP,
)
"""As JSON writes them, or as nothing does."""

TYPES = ("application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "é/é")
IDS = ("nobody", "%00", "..%2f..", "%ed%a0%80", "x" * 300, "人", "-1", "NaN", "' OR 1=1 --")


TEXTS = {"date": "2026-03-10", "date-time": "2026-03-10T14:00:00Z", "time": "10:00:00"}
DEEPEST = 6


def spoiled(body: dict[str, Any], chance: Random) -> str:
    """The body with one value of it, or something around it, made nasty; as text."""
    what = chance.random()
    if what < 0.7 and body:
        place, mark = chance.choice(sorted(body)), "@nasty@"
        return json.dumps({**body, place: mark}).replace(f'"{mark}"', chance.choice(NASTY))
    text = json.dumps(body)
    if what < 0.8:
        return text[: chance.randrange(len(text) + 1)]
    if what < 0.9:
        return chance.choice(NASTY)
    return json.dumps({**body, chance.choice(IDS): chance.choice(IDS)})


def made_of(schema: dict[str, Any], defined: dict[str, Any], chance: Random, depth: int = 0) -> Any:
    """Something that a schema describes, more or less."""
    if "$ref" in schema:
        schema = cast("dict[str, Any]", defined[schema["$ref"].rsplit("/", 1)[1]])
    several = [schema[name] for name in ("anyOf", "oneOf", "allOf") if name in schema]
    if several and depth < DEEPEST:
        return made_of(chance.choice(several[0]), defined, chance, depth + 1)
    if "const" in schema or "enum" in schema:
        return chance.choice(schema.get("enum") or [schema.get("const")])
    if schema.get("type") == "object" and depth < DEEPEST:
        fields = cast("dict[str, Any]", schema.get("properties", {}))
        needed = set(schema.get("required", ()))
        wanted = [name for name in fields if name in needed or chance.random() < 0.3]
        return {name: made_of(fields[name], defined, chance, depth + 1) for name in wanted}
    if schema.get("type") == "array" and depth < DEEPEST:
        some = range(chance.randrange(3))
        return [made_of(schema.get("items", {}), defined, chance, depth + 1) for _ in some]
    return _plain(schema, chance)


def _plain(schema: dict[str, Any], chance: Random) -> object:
    numbers: list[object] = [0, 1, 5, 1_773_151_200, 1_773_240_000, schema.get("minimum", -3)]
    texts: list[object] = [TEXTS.get(schema.get("format", ""), "a"), "ann", "words of theirs", *IDS]
    by_type: dict[str, list[object]] = {
        "integer": numbers,
        "number": numbers,
        "boolean": [True, False],
        "null": [None],
        "string": texts if schema.get("format") not in TEXTS else texts[:1],
    }
    return chance.choice(by_type.get(schema.get("type", ""), [None]))
