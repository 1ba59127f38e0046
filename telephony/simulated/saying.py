"""What a scripted collector writes down: what came of a talk, in the words that the floor offers."""

from collections.abc import Mapping, Sequence
from typing import Any

from dialer.domain.disposition import DispositionKind

_PROMISED_CENTS = 5_000
_PROMISED_IN_S = 7 * 86_400.0
_NOTE = "said by a scripted collector"


def body_of(kind: DispositionKind, offered: Sequence[Mapping[str, Any]], *, now: float) -> dict[str, object]:
    """The body of a disposition, without its agent.

    Args:
        kind: what came of it.
        offered: what `/api/agents/{agent}/dispositions` offers; () = not known, and the kind alone is said.
        now: POSIX seconds of the floor's clock, from which what is promised is dated.

    A kind that is not offered is said as the next best that asks nothing of us: nobody wanted us to stop.
    """
    row = next((row for row in offered if row["kind"] == kind.value), None) or _next_best(offered)
    if row is None:
        return {"kind": kind.value}
    body: dict[str, object] = {"kind": row["kind"]}
    if row["code"]:
        body["code"] = row["code"]
    asked = {
        "amount": ("promised_cents", _PROMISED_CENTS),
        "date": _date_of(row["kind"], now),
        "note": ("words", _NOTE),
    }
    return body | dict(asked[each] for each in row["asks"])


def _next_best(offered: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    plain = [row for row in offered if not row["protects"]]
    usual = [row for row in plain if row["kind"] == DispositionKind.NO_COMMITMENT.value]
    return next(iter([*usual, *plain]), None)


def _date_of(kind: str, now: float) -> tuple[str, float]:
    field = "call_back_at" if kind == DispositionKind.CALL_BACK.value else "promised_for"
    return field, now + _PROMISED_IN_S
