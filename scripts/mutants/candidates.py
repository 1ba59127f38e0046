"""Every mutant that the areas offer, and the sample that is drawn from them.

The operators are Cosmic Ray's. Of its 213 those are taken that change what is decided (a bound, a number, a
condition, a sum, a loop) to its neighbour or its contrary: `<` to `<=` or `>=`, not to `is`; replacing `+` by
each of eleven others would fill the sample with mutants that die of a TypeError.

Left out is what decides nothing: annotations and unions of types, decorators, assertions, what a `raise` or
an f-string tells. The operators touch no strings, so docstrings and texts are left alone.

A mutant's key is made of the symbol it stands in and the statement's text, not of file and line: code that
moves keeps its mutants in the sample.
"""

import ast
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import cosmic_ray.ast
import cosmic_ray.mutating
import cosmic_ray.plugins

from scripts.mutants.plan import Area, Plan, shown

# Cosmic Ray has few annotations.
_plugins: Any = cosmic_ray.plugins
_trees: Any = cosmic_ray.ast
_mutating: Any = cosmic_ray.mutating

_COMPARISONS = {
    "Lt": ("LtE", "GtE"), "LtE": ("Lt", "Gt"), "Gt": ("GtE", "LtE"), "GtE": ("Gt", "Lt"),
    "Eq": ("NotEq",), "NotEq": ("Eq",), "Is": ("IsNot",), "IsNot": ("Is",),
}  # fmt: skip
_ARITHMETIC = {
    "Add": "Sub", "Sub": "Add", "Mul": "Div", "Div": "Mul", "FloorDiv": "Mul", "Mod": "Mul", "Pow": "Mul",
    "BitOr": "BitAnd", "BitAnd": "BitOr",
}  # fmt: skip
OPERATORS = (
    *(f"ReplaceComparisonOperator_{old}_{new}" for old, many in _COMPARISONS.items() for new in many),
    *(f"ReplaceBinaryOperator_{old}_{new}" for old, new in _ARITHMETIC.items()),
    "ReplaceUnaryOperator_Delete_Not",
    "ReplaceUnaryOperator_Delete_USub",
    "AddNot",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "NumberReplacer",
    "ExceptionReplacer",
    "ZeroIterationForLoop",
)
_NODES = {
    "ReplaceComparisonOperator": frozenset({"comparison"}),
    "ReplaceBinaryOperator": frozenset({"operator"}),
    "ReplaceUnaryOperator": frozenset({"factor", "not_test"}),
    "AddNot": frozenset({"if_stmt", "while_stmt", "assert_stmt", "test"}),
    "ReplaceAndWithOr": frozenset({"keyword"}),
    "ReplaceOrWithAnd": frozenset({"keyword"}),
    "ReplaceTrueWithFalse": frozenset({"keyword"}),
    "ReplaceFalseWithTrue": frozenset({"keyword"}),
    "ReplaceBreakWithContinue": frozenset({"keyword"}),
    "ReplaceContinueWithBreak": frozenset({"keyword"}),
    "NumberReplacer": frozenset({"number"}),
    "ExceptionReplacer": frozenset({"except_clause"}),
    "ZeroIterationForLoop": frozenset({"for_stmt"}),
}
"""The kinds of nodes an operator looks at: asking it about all the others takes most of the time."""

_NAME_OF_A_TYPE = re.compile(r"^(?:\w+\.)?(?:[A-Z]\w*[a-z]\w*|None|str|int|float|bool|bytes)(?:\[.*\])?$")
_STATEMENTS = frozenset({"simple_stmt", "if_stmt", "while_stmt", "for_stmt", "with_stmt", "match_stmt"})


@cache
def _dump(source: str) -> str:
    return ast.dump(ast.parse(source))


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One change that can be made. `start`, `end`: line and column; `symbol`: in what; `place`: the
    how-many-th of its operator in the file."""

    path: Path
    symbol: str
    operator: str
    place: int
    start: tuple[int, int]
    end: tuple[int, int]
    key: str

    def mutated(self, source: str) -> str | None:
        """The file's text with the change; None if there is none that Python reads otherwise."""
        operator = _plugins.get_operator(f"core/{self.operator}")
        text = _mutating.mutate_code(source, operator(), self.place)
        if text is None:
            return None
        try:
            is_same = ast.dump(ast.parse(text)) == _dump(source)
        except SyntaxError:
            return None
        return None if is_same else text


@dataclass(frozen=True)
class Mutant:
    """A candidate that was drawn, with the text before and after."""

    candidate: Candidate
    area: Area
    before: str
    after: str

    @cached_property
    def change(self) -> tuple[str, str]:
        """The lines that differ, before and after, stripped and joined."""
        old, new = self.before.splitlines(), self.after.splitlines()
        first = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0)
        last = next((n for n, (a, b) in enumerate(zip(old[::-1], new[::-1], strict=False)) if a != b), 0)
        told = [" ".join(line.strip() for line in text[first : len(text) - last]) for text in (old, new)]
        return told[0], told[1]

    @property
    def where(self) -> str:
        """`file:line`."""
        return f"{shown(self.candidate.path)}:{self.candidate.start[0]}"


def _ancestors(node: Any) -> Iterator[tuple[Any, Any]]:
    while node.parent is not None:
        yield node.parent, node
        node = node.parent


def _decides_nothing(node: Any) -> bool:
    for parent, child in _ancestors(node):
        kind = parent.type
        if kind in {"decorator", "assert_stmt", "raise_stmt", "fstring", "tfpdef"}:
            return True
        if kind == "annassign" and child is parent.children[1]:
            return True
        if kind == "funcdef" and child is getattr(parent, "annotation", None):
            return True
        if kind == "if_stmt" and "TYPE_CHECKING" in parent.children[1].get_code():
            return True
    return False


def _is_union(node: Any) -> bool:
    operands = [child.get_code().strip() for child in node.children[::2]]
    return all(_NAME_OF_A_TYPE.match(text) for text in operands)


def _is_left_out(node: Any, operator: str) -> bool:
    if node.type == "assert_stmt":
        return True
    if operator.startswith("ReplaceBinaryOperator_Bit") and _is_union(node.parent):
        return True
    if operator == "AddNot":
        # The operators on the comparison, or on its `not`, make the same mutant.
        condition = node.children[2] if node.type == "test" else node.children[1]
        if condition.type == "not_test" or (
            condition.type == "comparison"
            and condition.children[1].get_code().strip() not in {"in", "not in"}
        ):
            return True
    return _decides_nothing(node)


def _symbol(node: Any) -> str:
    names = [
        parent.name.value for parent, _child in _ancestors(node) if parent.type in {"funcdef", "classdef"}
    ]
    return ".".join(reversed(names)) or "<module>"


def _statement(node: Any) -> str:
    for parent, child in ((node, node), *_ancestors(node)):
        if parent.type in _STATEMENTS:
            text = parent.get_code(include_prefix=False)
            return " ".join((text if child.type != "suite" else text.split("\n")[0]).split())[:400]
    return " ".join(node.get_code(include_prefix=False).split())[:400]


def candidates_of(path: Path) -> Iterator[Candidate]:
    """Every candidate of a file, in order."""
    source = path.read_text(encoding="utf-8")
    nodes = list(_trees.ast_nodes(_trees.get_ast(source)))
    seen = Counter[str]()
    for name in OPERATORS:
        operator = _plugins.get_operator(f"core/{name}")()
        kinds = _NODES[name.split("_")[0]]
        positions = [
            (node, *span)
            for node in nodes
            if node.type in kinds
            for span in operator.mutation_positions(node)
        ]
        for place, (node, start, end) in enumerate(positions):
            symbol = _symbol(node)
            mark = f"{symbol}\0{_statement(node)}\0{name}"
            seen[mark] += 1
            if not _is_left_out(node, name):
                key = hashlib.sha256(f"{mark}\0{seen[mark]}".encode()).hexdigest()[:24]
                yield Candidate(
                    path=path, symbol=symbol, operator=name, place=place, start=start, end=end, key=key
                )


def _size(path: Path) -> int:
    """Lines that hold code: neither blank nor comment nor docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.expr | ast.stmt) and id(node) not in texts:
            lines.add(node.lineno)
    return len(lines)


def _shares(plan: Plan) -> dict[str, int]:
    """How many mutants each area gives: in proportion to its code."""
    sizes = {area.name: sum(map(_size, area.files())) for area in plan.areas}
    whole = sum(sizes.values())
    return {name: max(1, round(plan.sample * size / whole)) for name, size in sizes.items()}


def draw(
    plan: Plan, area: Area, *, is_equivalent: Callable[[Mutant], bool]
) -> tuple[list[Mutant], list[Mutant]]:
    """An area's part of the sample, by place, and the equivalent mutants that were drawn and left out."""
    every = [candidate for path in area.files() for candidate in candidates_of(path)]
    every.sort(key=lambda one: hashlib.sha256(f"{plan.seed}\0{one.key}".encode()).digest())
    wanted = _shares(plan)[area.name]
    drawn: dict[str, Mutant] = {}
    left_out: list[Mutant] = []
    for candidate in every:
        if len(drawn) == wanted:
            break
        before = candidate.path.read_text(encoding="utf-8")
        after = None if candidate.key in drawn else candidate.mutated(before)
        if after is None:
            continue
        mutant = Mutant(candidate, area, before, after)
        if is_equivalent(mutant):
            left_out.append(mutant)
        else:
            drawn[candidate.key] = mutant
    return sorted(drawn.values(), key=lambda one: (str(one.candidate.path), one.candidate.start)), left_out
