"""For the API's description: what it answers when it does not do what was asked; bodies it reads itself."""

from typing import Any, cast

from pydantic import BaseModel, JsonValue, TypeAdapter

from dialer.web.strict import closed


class Problem(BaseModel):
    """What is wrong: a sentence, or for a body a list of places."""

    detail: str | list[dict[str, JsonValue]]


PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "The body is not what it says it is"},
    401: {"model": Problem, "description": "No token and no session, or one that is not known"},
    403: {"model": Problem, "description": "Whoever asks may not do this, or it is outside their walls"},
    404: {"model": Problem, "description": "There is no such thing"},
    408: {"model": Problem, "description": "The body did not come in time"},
    409: {
        "model": Problem,
        "description": "It changed nothing: late, twice, or not now",
    },
    413: {"model": Problem, "description": "The body is too long"},
    415: {"model": Problem, "description": "The body is packed"},
    422: {"model": Problem, "description": "A value that cannot be taken"},
    429: {"model": Problem, "description": "Too many requests, or too many wrong tries; wait as it says"},
    503: {"model": Problem, "description": "Nothing was taken; try again"},
    504: {"model": Problem, "description": "Taken, but its commit was not heard of in time"},
}
"""For every route behind a token."""


def body_of(kind: type) -> dict[str, Any]:
    """The description of a body that a route reads by itself, whole in its place."""
    schema = TypeAdapter[object](kind).json_schema()
    defined = cast("dict[str, JsonValue]", schema.pop("$defs", {}))
    content = {"application/json": {"schema": closed(cast("dict[str, Any]", _in_place(schema, defined)))}}
    return {"requestBody": {"required": True, "content": content}}


def _in_place(node: JsonValue, defined: dict[str, JsonValue]) -> JsonValue:
    """References into `$defs`, which mean nothing inside a larger document, by what they refer to."""
    if isinstance(node, list):
        return [_in_place(inner, defined) for inner in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _in_place(defined[str(node["$ref"]).rsplit("/", 1)[-1]], defined)
    return {name: _in_place(inner, defined) for name, inner in node.items()}
