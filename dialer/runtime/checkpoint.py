"""The engine's state as bytes, and back: exact, the order of every table included.

JSON by msgspec over the rows themselves, so that nothing is listed twice. Dictionaries keep their order (the
engine walks its tables in it), floats are written in their shortest exact form. A floor of 500 agents is a
few megabytes.
"""

import hashlib

import msgspec

from dialer.domain.errors import FairdialError
from dialer.engine.state import EngineState

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(EngineState)


class UnreadableCheckpointError(FairdialError):
    """Bytes that are no checkpoint of this version. Start the program that wrote them, or an older one."""


def encode_state(state: EngineState) -> bytes:
    """The state written down; the caller does not step the engine meanwhile."""
    return _encoder.encode(state)


def decode_state(data: bytes) -> EngineState:
    """Read what `encode_state` wrote.

    Raises:
        UnreadableCheckpointError: damaged, or of another version.
    """
    try:
        return _decoder.decode(data)
    except (msgspec.MsgspecError, FairdialError) as error:
        raise UnreadableCheckpointError(f"the checkpoint cannot be read: {error}") from error


def hash_of(data: bytes) -> str:
    """What `EngineRestarted` carries: SHA-256, hexadecimal."""
    return hashlib.sha256(data).hexdigest()
