"""The engine's state as bytes, and back: exact, the order of every table included.

JSON by msgspec over the rows themselves, so that nothing is listed twice. Dictionaries keep their order (the
engine walks its tables in it), floats are written in their shortest exact form. A floor of 500 agents is a
few megabytes.

An earlier version's checkpoint is read when nothing of it would be dropped, and what it lacks is filled in;
one that says more than this version understands is refused. Half of a state is never gone on from.
"""

import hashlib
from typing import cast

import msgspec

from dialer.domain.errors import FairdialError
from dialer.engine.older_state import WITHOUT_LAYOUT, bring_up, fill_in
from dialer.engine.state import LAYOUT, EngineState

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(EngineState)


class _Written(msgspec.Struct):
    """What is looked at first: how the tables are laid out."""

    layout: int = WITHOUT_LAYOUT


_layout_decoder = msgspec.json.Decoder(_Written)


class UnreadableCheckpointError(FairdialError):
    """Bytes that this version cannot read whole. Start the version that wrote them, or restore a back-up."""


def encode_state(state: EngineState) -> bytes:
    """The state written down; the caller does not step the engine meanwhile."""
    return _encoder.encode(state)


def decode_state(data: bytes) -> EngineState:
    """Read what `encode_state` wrote, in this version or an earlier one.

    Raises:
        UnreadableCheckpointError: damaged, or of a version that knows more.
    """
    try:
        data = _as_today(data)
        state = _decoder.decode(data)
    except (msgspec.MsgspecError, FairdialError, LookupError, ValueError) as error:
        raise UnreadableCheckpointError(f"the checkpoint cannot be read: {error}") from error
    kept = encode_state(state)
    if kept != data:  # another version, or only a set in another order
        dropped = _dropped(msgspec.json.decode(data), msgspec.json.decode(kept), "the state")
        if dropped is not None:
            raise UnreadableCheckpointError(
                f"the checkpoint holds {dropped}, which this version does not know: start the version that "
                "wrote it, or a newer one"
            )
        fill_in(state)
    return state


def _as_today(data: bytes) -> bytes:
    layout = _layout_decoder.decode(data).layout
    if layout > LAYOUT:
        raise UnreadableCheckpointError(
            f"the checkpoint has layout {layout}, and this version knows {LAYOUT}: start the version that "
            "wrote it, or a newer one"
        )
    if layout == LAYOUT:
        return data
    tree = cast("dict[str, object]", msgspec.json.decode(data))
    bring_up(tree, layout)
    tree["layout"] = LAYOUT
    return msgspec.json.encode(tree)


def _dropped(written: object, kept: object, place: str) -> str | None:
    """The first thing that was written and not read; None when all of it was."""
    if isinstance(written, dict):
        if not isinstance(kept, dict):
            return place
        values = cast("dict[str, object]", kept)
        for key, value in cast("dict[str, object]", written).items():
            inner = f"{key!r} of {place}"
            found = inner if key not in values else _dropped(value, values[key], inner)
            if found is not None:
                return found
    elif isinstance(written, list):
        rows, others = cast("list[object]", written), cast("list[object]", kept)
        found = (_dropped(row, other, place) for row, other in zip(rows, others, strict=True))
        return next((one for one in found if one is not None), None)
    return None


def hash_of(data: bytes) -> str:
    """What `EngineRestarted` carries: SHA-256, hexadecimal."""
    return hashlib.sha256(data).hexdigest()
