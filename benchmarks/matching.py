"""How often matching is wrong, what it misses and how much it leaves to people, on made-up people.

    python -m benchmarks.matching --persons 100000 --seeds 501 502 503

Pairs are those that matching itself looks at (`candidates`), so a pair that it never looks at is missed.
Weights were chosen on seeds below 100. Wrong merges are counted over all pairs of a merged group, whoever
joined them.
"""

import argparse
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from benchmarks.matching_people import Public, Record
from dialer.casework.matching.blocks import Blocks, Sharing, without_common
from dialer.casework.matching.candidates import keys_of
from dialer.casework.matching.evidence import CONTRADICTIONS
from dialer.casework.matching.grouping import Pair, grouped
from dialer.casework.matching.judging import Verdict, judged, rarity_of
from dialer.casework.matching.people import Compared

PEOPLE_OF_A_TOWN = 400


_COUNTS = (
    "records",
    "persons",
    "true_pairs",
    "compared",
    "merged",
    "wrong",
    "found",
    "listed",
    "listed_true",
    "listed_persons",
)


@dataclass
class Result:
    """What came of one public, or of several.

    Args:
        records: persons on file; persons: as many as they are when those that are one are merged; true_pairs:
            pairs of records that are one person.
        merged, wrong: pairs made one by nobody, and those of them that are two people.
        found: true pairs merged or listed; listed: pairs listed, listed_persons: who is in one.
    """

    records: int = 0
    persons: int = 0
    true_pairs: int = 0
    compared: int = 0
    merged: int = 0
    wrong: int = 0
    found: int = 0
    listed: int = 0
    listed_true: int = 0
    listed_persons: int = 0
    missed: Counter[str] = field(default_factory=Counter[str])
    listed_wrong: Counter[str] = field(default_factory=Counter[str])
    listed_right: Counter[str] = field(default_factory=Counter[str])
    mistakes: list[str] = field(default_factory=list[str])

    def add(self, other: "Result") -> None:
        """Another public's, beside it."""
        for name in _COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.missed.update(other.missed)
        self.listed_wrong.update(other.listed_wrong)
        self.listed_right.update(other.listed_right)
        self.mistakes += other.mistakes

    @property
    def wrong_per_merged(self) -> float:
        """Wrong merges per pair merged without review."""
        return self.wrong / max(self.merged, 1)

    @property
    def found_per_true(self) -> float:
        """Pairs merged or listed per pair that is one person."""
        return self.found / max(self.true_pairs, 1)

    @property
    def listed_per_person(self) -> float:
        """Persons on the review list per person, as they are after merging."""
        return self.listed_persons / max(self.persons, 1)


def sharing(people: Iterable[Compared]) -> Sharing:
    """Who shares what with whom."""
    blocks = Blocks()
    for person in people:
        blocks.add(keys_of(person))
    return blocks.found()


def measured(count: int, seed: int, again: float) -> Result:
    """One public of so many people."""
    public = Public(random.Random(seed), towns=max(count // PEOPLE_OF_A_TOWN, 1), again=again)
    public.settle(count)
    records = list(public.records())
    shared = sharing(record.compared for record in records)
    people = [without_common(record.compared, shared) for record in records]
    who = {person.person: record.who for person, record in zip(people, records, strict=True)}
    result = Result(records=len(people))
    result.true_pairs = sum(size * (size - 1) // 2 for size in Counter(who.values()).values())
    looked = compared_pairs(people, shared)
    result.compared = len(looked)
    put_together(result, people, who, looked)
    count_missed(result, records, people, looked)
    return result


def compared_pairs(people: Sequence[Compared], shared: Sharing) -> dict[tuple[str, str], Pair]:
    """What was found between all who were compared, by the two in order."""
    families = Counter("".join(person.name.family) for person in people)
    looked: dict[tuple[str, str], Pair] = {}
    for a, b in shared.pairs():
        one, other = sorted((people[a], people[b]), key=lambda each: each.person)
        rarity = rarity_of(families["".join(one.name.family)], len(people))
        judgment = judged(one, other, rarity=rarity)
        looked[one.person, other.person] = Pair(one=one.person, other=other.person, judgment=judgment)
    return looked


def put_together(
    result: Result, people: Sequence[Compared], who: dict[str, int], looked: dict[tuple[str, str], Pair]
) -> None:
    """Merge what is one, list what is for somebody to look at, and count both."""
    by_id = {person.person: person for person in people}
    same = [pair for pair in looked.values() if pair.judgment.verdict is Verdict.SAME]
    listed = [pair for pair in looked.values() if pair.judgment.verdict is Verdict.REVIEW]
    groups, waiting = grouped(same, lambda one, other: may_be_one(by_id[one], by_id[other]))
    group_of = {person: at for at, group in enumerate(groups) for person in group}
    for one, other in (pair for group in groups for pair in combinations(group, 2)):
        result.merged += 1
        if who[one] == who[other]:
            result.found += 1
        else:
            result.wrong += 1
            result.mistakes.append(f"{by_id[one]}\n  {by_id[other]}\n  {looked.get((one, other))}")
    on_list = [
        pair
        for pair in (*listed, *waiting)
        if pair.one not in group_of or group_of[pair.one] != group_of.get(pair.other)
    ]
    result.persons = len(people) - sum(len(group) - 1 for group in groups)
    result.listed = len(on_list)
    result.listed_persons = len({group_of.get(p, p) for pair in on_list for p in (pair.one, pair.other)})
    result.found += reached(on_list, group_of, who)
    for pair in on_list:
        is_one = who[pair.one] == who[pair.other]
        result.listed_true += is_one
        (result.listed_right if is_one else result.listed_wrong)[told(pair)] += 1


def may_be_one(one: Compared, other: Compared) -> bool:
    """Whether nothing contradicts that two are one."""
    return judged(one, other).says.isdisjoint(CONTRADICTIONS)


def reached(on_list: Sequence[Pair], group_of: dict[str, int], who: dict[str, int]) -> int:
    """True pairs that nobody merged and that the list leads to: a pair of two groups is of all in them."""
    members: defaultdict[int, list[str]] = defaultdict(list)
    for person, group in group_of.items():
        members[group].append(person)
    pairs: set[tuple[str, str]] = set()
    for pair in on_list:
        mine = members[group_of[pair.one]] if pair.one in group_of else [pair.one]
        theirs = members[group_of[pair.other]] if pair.other in group_of else [pair.other]
        pairs.update((min(a, b), max(a, b)) for a in mine for b in theirs if who[a] == who[b] and a != b)
    return len(pairs)


def told(pair: Pair) -> str:
    """What was found between two, as one text."""
    return ", ".join(reason.says.name for reason in pair.judgment.reasons)


def count_missed(
    result: Result, records: Sequence[Record], people: Sequence[Compared], looked: dict[tuple[str, str], Pair]
) -> None:
    """Why pairs that are one were called different, or never looked at."""
    of: defaultdict[int, list[Compared]] = defaultdict(list)
    for record, person in zip(records, people, strict=True):
        of[record.who].append(person)
    for group in of.values():
        for one, other in combinations(group, 2):
            pair = looked.get((min(one.person, other.person), max(one.person, other.person)))
            if pair is None:
                result.missed["never looked at"] += 1
            elif pair.judgment.verdict is Verdict.DIFFERENT:
                result.missed[told(pair)] += 1


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--persons", type=int, default=20_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[501, 502, 503])
    parser.add_argument(
        "--again", type=float, default=0.12, help="share of people whom two clients have, 0-1"
    )
    parser.add_argument("--show", type=int, default=0, help="so many kinds of what went wrong")
    options = parser.parse_args()
    whole = Result()
    for seed in options.seeds:
        began = time.process_time()
        result = measured(options.persons, seed, options.again)
        print(f"seed {seed}: {line_of(result)} ({time.process_time() - began:.0f} s of processor time)")
        whole.add(result)
    print(f"together: {line_of(whole)}")
    for mistake in whole.mistakes[: options.show]:
        print(f"wrong:  {mistake}")
    for name, kinds in (
        ("missed", whole.missed),
        ("listed, and one", whole.listed_right),
        ("listed, and two", whole.listed_wrong),
    ):
        for kind, count in kinds.most_common(options.show):
            print(f"{name} {count}: {kind}")


def line_of(result: Result) -> str:
    """The figures in one line."""
    listed = result.listed / max(result.persons, 1)
    return (
        f"{result.records:,} records, {result.persons:,} persons when merged; "
        f"{result.true_pairs:,} pairs are one; {result.compared:,} compared; "
        f"merged {result.merged:,} pairs, {result.wrong} wrong "
        f"({result.wrong_per_merged * 10_000:.2f} in 10,000); merged or listed {result.found_per_true:.2%}; "
        f"{result.listed:,} pairs on the list ({result.listed_true:,} of them one): {listed:.2%} of persons, "
        f"and {result.listed_per_person:.2%} of all persons stand on it"
    )


if __name__ == "__main__":
    main()
