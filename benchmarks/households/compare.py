"""The gate against a reading of the law by other hands, on households that share lines.

    python -m benchmarks.households.compare --histories 100000 --out households.jsonl

Two or three people with shared lines, calls and texts and e-mail and letters, several creditors of whom one
collects in its own name: each contact is decided by the gate on the file of one person, and by
`benchmarks.households.reading` on the list of all that happened. What the gate lets go happens. Counted are
contacts that the gate allowed and the reading calls unlawful (there must be none), and those the reading
finds lawful that the gate denied (at most three in a thousand), each by the rule that denied.

Histories are judged in pieces; a piece that is over is a line of `--out`, and is not judged again.
"""

import argparse
import json
import sys
import time as clock
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import cast
from zoneinfo import reset_tzpath

from benchmarks.households.files import Files, happened, proposed
from benchmarks.households.happenings import Household, Meant
from benchmarks.households.made_up import PROVINCES, Where, make_household
from benchmarks.households.reading import reasons_against
from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.book.shipped import standard_rulebook
from compliance_gate.findings import Layer
from compliance_gate.request import PersonFile
from compliance_gate.words import Profile

MOST_LAWFUL_DENIED = 0.003
CONTACTS = 10
PIECE = 500
KEPT_EXAMPLES = 5
_COUNTRY_PACKS = {"US": "US-federal", "CA": "CA-federal-bank"}


@dataclass(slots=True)
class Tally:
    """What came out."""

    histories: int = 0
    decisions: int = 0
    lawful: int = 0
    allowed: int = 0
    others_on_the_line: int = 0
    by_medium: Counter[str] = field(default_factory=Counter[str])
    reasons: Counter[str] = field(default_factory=Counter[str])
    denials: Counter[str] = field(default_factory=Counter[str])
    unlawful_allows: Counter[str] = field(default_factory=Counter[str])
    lawful_denied: Counter[str] = field(default_factory=Counter[str])
    examples: list[str] = field(default_factory=list[str])

    @property
    def share_denied(self) -> float | None:
        """Share of the lawful contacts that were denied, 0-1; `None` when none was lawful."""
        return None if self.lawful == 0 else self.lawful_denied.total() / self.lawful

    def told(self) -> dict[str, object]:
        """As JSON can have it."""
        found: dict[str, object] = {}
        for each in fields(self):
            value: object = getattr(self, each.name)
            counted = isinstance(value, Counter)
            found[each.name] = dict(cast("Counter[str]", value).most_common()) if counted else value
        return found

    def add(self, other: "Tally") -> None:
        """Join another piece's tally."""
        self.histories += other.histories
        self.decisions += other.decisions
        self.lawful += other.lawful
        self.allowed += other.allowed
        self.others_on_the_line += other.others_on_the_line
        self.by_medium += other.by_medium
        self.reasons += other.reasons
        self.denials += other.denials
        self.unlawful_allows += other.unlawful_allows
        self.lawful_denied += other.lawful_denied
        self.examples = (self.examples + other.examples)[:40]


class Gates:
    """The gate with the house's policy, for every other household, and by law alone: its limits hide the
    law's.
    """

    def __init__(self) -> None:
        self.with_house = ComplianceGate(standard_rulebook())
        self.law_only = ComplianceGate(standard_rulebook(), layers={Layer.LAW})


def judge_household(
    gates: Gates, seed: int, number: int, tally: Tally, *, where: Where = Where.FIRST
) -> None:
    """Decide one household's contacts by both, and tally where they part."""
    home, meant = make_household(seed, number, contacts=CONTACTS, where=where)
    house = number % 2 == 0
    gate = gates.with_house if house else gates.law_only
    files = Files(home)
    tally.histories += 1
    for each, outcome in meant:
        denied_by = _denials(gate, home, files.of(each.person), each)
        against = reasons_against(home, each, house=house)
        _count(f"household {number}: {each}", denied_by, against, tally)
        tally.by_medium[each.medium] += 1
        tally.others_on_the_line += any(
            before.line == each.line and before.person != each.person
            for before in home.happened
            if before.line
        )
        if not denied_by:
            done = happened(each, outcome)
            files.add(done)
            home = replace(home, happened=(*home.happened, done))


def _denials(gate: ComplianceGate, home: Household, file: PersonFile, meant: Meant) -> list[str]:
    request = ContactRequest(
        person=PreparedPerson(file),
        proposed=proposed(home, meant),
        profile=Profile.STRICT,
        max_ring_s=meant.ring_s,
        packs=_packs(home),
    )
    decision = gate.evaluate(request, at=meant.at, with_retry=False)
    return sorted({finding.rule for finding in decision.denials})


def _packs(home: Household) -> tuple[str, ...]:
    if home.place in PROVINCES:
        return (f"CA-{home.place}",)
    country = _COUNTRY_PACKS.get(home.country, home.country)
    return (country, f"US-{home.place}") if home.place else (country,)


def _count(where: str, denied_by: list[str], against: list[str], tally: Tally) -> None:
    tally.decisions += 1
    tally.reasons.update(against)
    tally.denials.update(denied_by)
    tally.lawful += not against
    tally.allowed += not denied_by
    if against and not denied_by:
        told = "+".join(sorted(against))
        if tally.unlawful_allows[told] < KEPT_EXAMPLES:
            tally.examples.append(f"UNLAWFUL {where}: {told}")
        tally.unlawful_allows[told] += 1
    if denied_by and not against:
        told = "+".join(denied_by)
        if tally.lawful_denied[told] < KEPT_EXAMPLES:
            tally.examples.append(f"lawful, denied {where}: {told}")
        tally.lawful_denied[told] += 1


def run(seed: int, first: int, count: int, where: Where = Where.FIRST) -> Tally:
    """Judge `count` households from number `first` on."""
    reset_tzpath(to=())
    gates, tally = Gates(), Tally()
    for number in range(first, first + count):
        judge_household(gates, seed, number, tally, where=where)
    return tally


def _done(path: Path, seed: int, *, where: Where) -> dict[int, Tally]:
    """Pieces that were judged already, by the number they begin with."""
    found: dict[int, Tally] = {}
    for line in path.read_text().splitlines() if path.exists() else ():
        piece = json.loads(line)
        if piece["seed"] == seed and piece.get("where", Where.FIRST) == where:
            told = piece["tally"]
            for name in ("by_medium", "reasons", "denials", "unlawful_allows", "lawful_denied"):
                told[name] = Counter(told[name])
            found[piece["first"]] = Tally(**told)
    return found


def pieces(
    seed: int, histories: int, *, processes: int, out: Path | None, where: Where = Where.FIRST
) -> Iterator[Tally]:
    """The tallies of all pieces, those from an earlier run first."""
    done = {} if out is None else _done(out, seed, where=where)
    firsts = range(0, histories, PIECE)
    yield from (done[first] for first in firsts if first in done)
    left = [first for first in firsts if first not in done]
    with ProcessPoolExecutor(processes) as pool:
        sizes = [min(PIECE, histories - first) for first in left]
        found = pool.map(run, [seed] * len(left), left, sizes, [where] * len(left))
        for first, tally in zip(left, found, strict=True):
            if out is not None:
                with out.open("a") as kept:
                    piece = {"seed": seed, "where": where.value, "first": first, "tally": tally.told()}
                    kept.write(json.dumps(piece) + "\n")
            yield tally


def main() -> int:
    """Run the comparison; exit status 1 if a figure is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--histories", type=int, default=2_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--where", type=Where, choices=list(Where), default=Where.FIRST, help="which places")
    parser.add_argument("--out", type=Path, help="a file to go on from, a line for each piece that is over")
    wanted = parser.parse_args()
    began = clock.perf_counter()
    total = Tally()
    made = pieces(
        wanted.seed,
        wanted.histories,
        processes=wanted.processes,
        out=wanted.out,
        where=wanted.where,
    )
    for tally in made:
        total.add(tally)
    figures = total.told()
    figures["share_denied"] = total.share_denied
    figures["wall_s"] = round(clock.perf_counter() - began, 1)
    examples = cast("list[str]", figures.pop("examples"))
    print(json.dumps(figures, indent=2))
    print(*examples, sep="\n")
    share = total.share_denied
    return int(total.unlawful_allows.total() > 0 or share is None or share > MOST_LAWFUL_DENIED)


if __name__ == "__main__":
    sys.exit(main())
