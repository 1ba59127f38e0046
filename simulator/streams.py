"""Chance, by name: every random number of a rehearsal comes from here and from nowhere else.

Two ways to draw, both keyed by a hash of names under one seed, so that changing one model, adding an agent
or dialing in another order leaves every other number where it was:

- `draws(...)`: sixteen numbers for one occasion (the third call to one number of one person), used by
  position. No state: who asks first does not matter, hence two policies meet the same public (common random
  numbers), and one more question leaves the answers to the others alone.
- `stream(...)`: a numpy Generator (PCG64) for one process that draws on and on (one agent's breaks).
"""

import hashlib
import struct

import numpy as np
from numpy.random import PCG64, Generator

_SEPARATOR = "\x1f"
"""Between names, so that ('ab', 'c') and ('a', 'bc') are different occasions."""
_SIXTEEN = struct.Struct("<16I")
_SCALE = 2.0**-32
_HALF = 2.0**-33
"""Draws are the middles of 2**32 cells: never 0 and never 1, so every quantile is finite."""
_BLOCK = 256


class Stream:
    """Uniform numbers of one named process, drawn in blocks since a call into numpy costs more than a number.

    Args:
        generator: the process's own generator; nobody else may draw from it.
    """

    __slots__ = ("_block", "_generator", "_position")

    def __init__(self, generator: Generator) -> None:
        self._generator = generator
        self._block: list[float] = []
        self._position = 0

    def next(self) -> float:
        """The next number, in (0, 1)."""
        if self._position == len(self._block):
            self._block = (self._generator.random(_BLOCK) * (1.0 - 2.0**-52) + 2.0**-53).tolist()
            self._position = 0
        value = self._block[self._position]
        self._position += 1
        return value


class Streams:
    """All chance of one rehearsal.

    Args:
        seed: the one number that, with the scenario, decides everything; it is part of every result.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._prefix = hashlib.sha512(f"fairdial{_SEPARATOR}{seed}{_SEPARATOR}".encode())

    def draws(self, *names: str) -> tuple[float, ...]:
        """Sixteen numbers in (0, 1) that belong to this occasion, the same whenever they are asked for."""
        digest = self._prefix.copy()
        digest.update(_SEPARATOR.join(names).encode())
        return tuple([word * _SCALE + _HALF for word in _SIXTEEN.unpack(digest.digest())])

    def generator(self, *names: str) -> Generator:
        """A numpy generator of its own for the process of this name."""
        digest = hashlib.sha256(f"{self.seed}{_SEPARATOR}{_SEPARATOR.join(names)}".encode()).digest()
        return Generator(PCG64(np.frombuffer(digest, dtype=np.uint32)))

    def stream(self, *names: str) -> Stream:
        """Uniform numbers of the process of this name, in blocks."""
        return Stream(self.generator(*names))
