"""The numbers of call handling stand in the law files; no code keeps one of its own.

Only names that mean such a number are looked at: fifteen seconds of a ring, two seconds after an answer,
three percent of answers, seventy-two hours after an abandoned call. The auditor is a second reading of the
law, which shares nothing with the first; the research floors of pacing are no floors that call anybody.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("dialer", "pacing", "telephony", "compliance_gate", "simulator")
ELSEWHERE = (
    "compliance_gate/auditor/",
    "compliance_gate/call_handling.py",  # how a clearance of before is read, which no change of law touches
    "pacing/bench/",
    "pacing/rivals/",
    "pacing/optimum.py",
    "telephony/conformance/",
)
MEANINGS = (
    (re.compile(r"shortest_ring|least_ring|cancel_after|ring_s$|rings_at_least"), 15.0),
    (re.compile(r"answer_limit|connect_within|declared_limit|served_within|threshold_s|within_s$"), 2.0),
    (re.compile(r"abandon|^limit$|most_allowed"), 0.03),
    (re.compile(r"abandon|guaranteed"), 259_200.0),
)
THREE_DAYS_S = 259_200.0


def value_of(node: ast.expr | None) -> float | None:
    """The number that an expression of numbers alone makes; None for anything else."""
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return float(value)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = value_of(operand)
            return None if inner is None else -inner
        case ast.BinOp(left=left, op=ast.Mult() | ast.Div() as operator, right=right):
            one, other = value_of(left), value_of(right)
            if one is None or other is None or (isinstance(operator, ast.Div) and not other):
                return None
            return one * other if isinstance(operator, ast.Mult) else one / other
        case ast.Call(func=ast.Name(id="Fraction"), args=[above, below]):
            return value_of(ast.BinOp(left=above, op=ast.Div(), right=below))
        case _:
            return None


def named_values(tree: ast.AST) -> Iterator[tuple[str, ast.expr, int]]:
    """Every name that is given a value: assigned, by default, or as an argument."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value, node.lineno
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value, node.lineno
            case ast.keyword(arg=str() as name, value=value):
                yield name, value, value.lineno
            case ast.arguments():
                places = [*node.posonlyargs, *node.args][-len(node.defaults) :] if node.defaults else []
                for argument, default in (
                    *zip(places, node.defaults, strict=True),
                    *zip(node.kwonlyargs, node.kw_defaults, strict=True),
                ):
                    if default is not None:
                        yield argument.arg, default, default.lineno
            case _:
                pass


def kept(source: str) -> list[str]:
    """Line and name of each number of call handling that some code keeps."""
    tree = ast.parse(source)
    found = [
        f"{line}: {name} = {value:g}"
        for name, expression, line in named_values(tree)
        if (value := value_of(expression)) is not None
        and any(number == value and pattern.search(name.lower()) for pattern, number in MEANINGS)
    ]
    expressions = [node for node in ast.walk(tree) if isinstance(node, ast.expr)]
    found += [f"{node.lineno}: 72 hours" for node in expressions if is_72_hours(node)]
    return found


def is_72_hours(node: ast.expr) -> bool:
    """Whether an expression is seventy-two hours by its own words; three days of margin are not."""
    if value_of(node) != THREE_DAYS_S:
        return False
    numbers = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]
    return 72 in numbers or THREE_DAYS_S in numbers


def test_no_code_keeps_a_number_of_call_handling() -> None:
    """Law and policy are in compliance_gate/law; the engine, SQL and pacing are told."""
    offenders = [
        f"{shown}:{found}"
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if not (shown := path.relative_to(ROOT).as_posix()).startswith(ELSEWHERE)
        for found in kept(path.read_text(encoding="utf-8"))
    ]
    assert offenders == []


@pytest.mark.parametrize(
    "source",
    [
        "CANCEL_AFTER = 15.0",
        "SHORTEST_RING_S: float = 15",
        "GUARANTEED_AFTER_ABANDONMENT_S = 72 * 3600.0",
        "since = now - 72 * 3600",
        "since = now - 259_200",
        "class A:\n    abandonment_limit: float = 0.03",
        "def f(*, limit=0.03): ...",
        "def f(a, answer_limit_s=2.0): ...",
        "Order(answer_limit_s=2.0)",
        "MOST_ALLOWED = Fraction(3, 100)",
        "DECLARED_LIMIT_S = 2.0",
    ],
)
def test_a_kept_number_is_found(source: str) -> None:
    assert kept(source)


@pytest.mark.parametrize(
    "source",
    ["ring_s = 22.0", "pause_s = 2.0", "share = 0.03", "margin = 15.0", "abandoned = 0", "x = 3 * 86400"],
)
def test_other_numbers_are_nobodys_law(source: str) -> None:
    assert kept(source) == []
