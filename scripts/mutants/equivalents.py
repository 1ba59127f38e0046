"""The mutants that change nothing anybody could see, named one by one in `tests/mutants/equivalent.toml`."""

import tomllib

from scripts.mutants.candidates import Mutant
from scripts.mutants.plan import EQUIVALENT


class Equivalents:
    """What the file names: by symbol and by the changed lines before and after, wherever they stand."""

    def __init__(self) -> None:
        rows = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")).get("mutant", [])
        for row in rows:
            if set(row) != {"symbol", "before", "after", "reason"} or not row["reason"].strip():
                raise ValueError(
                    f"{EQUIVALENT.name}: each mutant has symbol, before, after and a reason: {row}"
                )
        self._known = {(row["symbol"], row["before"], row["after"]) for row in rows}

    def has(self, mutant: Mutant) -> bool:
        """Whether it is named."""
        return (mutant.candidate.symbol, *mutant.change) in self._known
