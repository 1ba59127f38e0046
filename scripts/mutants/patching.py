"""Puts a mutant into a process that has imported everything already.

A function's code can be exchanged while it lives: whoever holds the function, holds the mutant. So a mutant
within a function needs no import anew. What stands outside of functions (constants, fields, defaults,
decorators) was computed when the module was imported; such a mutant needs a process of its own.
"""

import gc
from collections import defaultdict
from collections.abc import Iterator
from types import CodeType, FunctionType

from scripts.mutants.plan import ROOT

Place = tuple[str, str, int]
"""File, qualified name, first line of a function."""


def _outermost(code: CodeType) -> Iterator[CodeType]:
    """The functions of a module or class body, not those within functions."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            # A class's body is code without new locals; a function's has its own.
            if constant.co_flags & 0x2:
                yield constant
            else:
                yield from _outermost(constant)


def _bare(code: CodeType) -> tuple[object, ...]:
    """A code object's substance, without what stands in outermost functions."""
    kept = tuple(
        (_bare(one) if not one.co_flags & 0x2 else one.co_qualname) if isinstance(one, CodeType) else one
        for one in code.co_consts
    )
    return (code.co_code, tuple(map(repr, kept)), code.co_names)


def exchanged(path: str, before: str, after: str) -> list[tuple[CodeType, CodeType]] | None:
    """The outermost functions that differ, old and new; None if something outside of functions differs."""
    old, new = compile(before, path, "exec"), compile(after, path, "exec")
    if _bare(old) != _bare(new):
        return None
    pairs = list(zip(_outermost(old), _outermost(new), strict=True))
    return [(one, other) for one, other in pairs if one != other]


class Functions:
    """Every living function of the product, by where it stands in its file."""

    def __init__(self) -> None:
        self._living: dict[Place, list[FunctionType]] = defaultdict(list)
        for thing in gc.get_objects():
            if isinstance(thing, FunctionType) and thing.__code__.co_filename.startswith(str(ROOT)):
                code = thing.__code__
                self._living[code.co_filename, code.co_qualname, code.co_firstlineno].append(thing)

    def exchange(self, pairs: list[tuple[CodeType, CodeType]]) -> bool:
        """Give the living functions their new code; whether each was found."""
        for old, new in pairs:
            living = self._living.get((old.co_filename, old.co_qualname, old.co_firstlineno), [])
            if not living:
                return False
            for function in living:
                if function.__code__.co_freevars != new.co_freevars:
                    return False
                function.__code__ = new
        return True
