"""What a run tells: a line per area, and each survivor with its change."""

from collections.abc import Mapping, Sequence

from scripts.mutants.candidates import Mutant
from scripts.mutants.plan import Plan
from scripts.mutants.trial import Verdict

HEADING = ("area", "mutants", "killed", "survived", "share", "at most", "equivalent, left out")


def told(
    plan: Plan, sample: Sequence[Mutant], left_out: Sequence[Mutant], verdicts: Mapping[str, Verdict]
) -> tuple[str, bool]:
    """The report as Markdown, and whether no area has more survivors than it may."""
    lines = [f"| {' | '.join(HEADING)} |", "|---" * len(HEADING) + "|"]
    is_good = True
    for area in plan.areas:
        own = [mutant for mutant in sample if mutant.area == area]
        known = [verdicts[m.candidate.key] for m in own if m.candidate.key in verdicts]
        survived = sum(verdict.killed_by is None for verdict in known)
        share = survived / len(known) if known else 0.0
        is_good = is_good and share <= area.most and len(known) == len(own)
        left = sum(mutant.area == area for mutant in left_out)
        count = str(len(own)) if len(known) == len(own) else f"{len(known)} of {len(own)}"
        row = (area.name, count, len(known) - survived, survived, f"{share:.1%}", f"{area.most:.0%}", left)
        lines.append(f"| {' | '.join(map(str, row))} |")
    lines.append("")
    for mutant in sample:
        verdict = verdicts.get(mutant.candidate.key)
        if verdict is not None and verdict.killed_by is None:
            before, after = mutant.change
            where = f"{mutant.area.name}: {mutant.where} in {mutant.candidate.symbol}"
            lines += [
                f"{where} ({verdict.tried} tests passed)",
                f"    - {before}",
                f"    + {after}",
            ]
    return "\n".join(lines) + "\n", is_good
