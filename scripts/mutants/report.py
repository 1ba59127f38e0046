"""What a run tells: a line per area, and each survivor with its change."""

from collections.abc import Mapping, Sequence

from scripts.mutants.candidates import Mutant
from scripts.mutants.plan import Area
from scripts.mutants.trial import Verdict

HEADING = ("area", "mutants", "killed", "survived", "share", "at most", "equivalent, left out")


def told(
    areas: Sequence[Area],
    drawn: Mapping[str, tuple[Sequence[Mutant], Sequence[Mutant]]],
    verdicts: Mapping[str, Verdict],
) -> tuple[str, bool]:
    """The report as Markdown, and whether no area has more survivors than it may.

    Args:
        drawn: by area, its sample and the equivalent mutants that were left out.
        verdicts: by the mutant's key, as far as they are known.
    """
    lines = [f"| {' | '.join(HEADING)} |", "|---" * len(HEADING) + "|"]
    is_good = True
    for area in areas:
        own, left_out = drawn[area.name]
        known = [verdicts[m.candidate.key] for m in own if m.candidate.key in verdicts]
        survived = sum(verdict.killed_by is None for verdict in known)
        share = survived / len(known) if known else 0.0
        is_good = is_good and share <= area.most and len(known) == len(own)
        count = str(len(own)) if len(known) == len(own) else f"{len(known)} of {len(own)}"
        row = (
            area.name,
            count,
            len(known) - survived,
            survived,
            f"{share:.1%}",
            f"{area.most:.0%}",
            len(left_out),
        )
        lines.append(f"| {' | '.join(map(str, row))} |")
    lines.append("")
    for mutant in (one for area in areas for one in drawn[area.name][0]):
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
