"""`fairdial explain`, told: denials first, then warnings, then what cleared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialer.cli import console
from dialer.results.exports import iso

if TYPE_CHECKING:
    from dialer.inquiry.explain import Asked, Channel

_MARKS = {"denied": "DENIED", "warned": "warned", "cleared": "cleared"}
"""How each verdict is shown, in the order in which they are."""


def channel_named(name: str) -> Channel:
    """The means of this name.

    Raises:
        UserError: there are none.
    """
    from dialer.inquiry.explain import Channel

    try:
        return Channel(name)
    except ValueError as error:
        known = ", ".join(each.value for each in Channel)
        raise console.UserError(
            f"nobody is reached by {name!r}", where="--channel", mend=f"choose one of: {known}."
        ) from error


def tell(asked: tuple[Asked, ...]) -> None:
    """For a person."""
    order = list(_MARKS)
    for each in asked:
        console.heading(each.title)
        for name, value in (*each.about, ("next", each.next_says)):
            console.result(f"  {name:14} {value}")
        for said in each.statements:
            about = f"{', '.join(said.debts)}: {said.text} [{said.rule}, {said.citation}]"
            console.result(f"  {said.speech.value.replace('_', ' '):14} {about}")
        console.result("")
        for rule in sorted(each.rules, key=lambda rule: order.index(rule.verdict)):
            console.result(f"  {_MARKS[rule.verdict]:8} {rule.rule} ({rule.layer})")
            if rule.what is not None:
                console.result(f"           {rule.what}")
            console.result(f"           {rule.citation}")
            for name, value in rule.facts:
                console.result(f"             {name}: {value}")
        console.result("")


def tell_program(asked: tuple[Asked, ...], *, is_partial: bool) -> None:
    """For a program."""
    mark = {"partial": True} if is_partial else {}
    console.result_json([_as_json(each) | mark for each in asked])


def _as_json(asked: Asked) -> dict[str, object]:
    return {
        "title": asked.title,
        **dict(asked.about),
        "findings": [
            {
                "rule": rule.rule,
                "what": rule.what,
                "verdict": rule.verdict,
                "layer": rule.layer,
                "citation": rule.citation,
                "facts": dict(rule.facts),
            }
            for rule in asked.rules
        ],
        "statements": [
            {
                "speech": said.speech.value,
                "text": said.text,
                "debts": list(said.debts),
                "rule": said.rule,
                "citation": said.citation,
            }
            for said in asked.statements
        ],
        "allowed": asked.is_allowed,
        "next_allowed_at": iso(asked.next_at) or None,
        "next": asked.next_says,
    }
