"""What is known of an area's mutants: a session file of Cosmic Ray, so that its reports can be made of it.

A verdict holds for the text of the mutated file; a killed mutant's also for the text of the test that killed
it, a survivor's for the text of all tests. What no longer holds is tried again.
"""

import difflib
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cosmic_ray.work_db import WorkDB
from cosmic_ray.work_item import MutationSpec, TestOutcome, WorkerOutcome, WorkItem, WorkResult

from scripts.mutants.candidates import Mutant
from scripts.mutants.plan import ROOT, shown
from scripts.mutants.trial import Docket, Verdict


class Session:
    """The mutants of a sample and what came of them."""

    def __init__(self, file: Path, tests: str) -> None:
        self._db: Any = WorkDB(str(file), WorkDB.Mode.create)
        self._tests = tests

    def take_up(self, sample: Sequence[Mutant], *, fresh: bool) -> None:
        """Make the session of this sample; keep the verdicts that hold, unless all is to be tried anew."""
        known = {} if fresh else dict(self._db.results)
        self._db.clear()
        self._db.add_work_items(_item(mutant) for mutant in sample)
        for mutant in sample:
            result = known.get(mutant.candidate.key)
            if result is not None and self._holds(mutant, json.loads(result.output)):
                self._db.set_result(mutant.candidate.key, result)

    def _holds(self, mutant: Mutant, row: dict[str, Any]) -> bool:
        if row["product"] != text_hash(mutant.before):
            return False
        killer = row["verdict"]["killed_by"]
        return row["tests"] == (self._tests if killer is None else hash_of_test(killer))

    def record(self, docket: Docket, verdict: Verdict) -> None:
        """Keep a verdict."""
        killer, before, after = verdict.killed_by, docket.before, docket.after
        row = {
            "verdict": asdict(verdict),
            "product": text_hash(before),
            "tests": self._tests if killer is None else hash_of_test(killer),
        }
        result = WorkResult(
            worker_outcome=WorkerOutcome.NORMAL,
            test_outcome=TestOutcome.SURVIVED if killer is None else TestOutcome.KILLED,
            output=json.dumps(row),
            diff="\n".join(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1)),
        )
        self._db.set_result(docket.key, result)

    def verdicts(self) -> dict[str, Verdict]:
        """What is known, by the mutant's key."""
        rows = {key: json.loads(result.output)["verdict"] for key, result in self._db.results}
        return {key: Verdict(**row) for key, row in rows.items()}


def text_hash(text: str) -> str:
    """A short hash of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def hash_of_test(name: str) -> str:
    """The hash of the file a test stands in; of nothing if it is gone."""
    file = ROOT / name.split("::", maxsplit=1)[0]
    return text_hash(file.read_text(encoding="utf-8")) if file.exists() else ""


def _item(mutant: Mutant) -> Any:
    candidate = mutant.candidate
    spec = MutationSpec(
        module_path=shown(candidate.path),
        operator_name=f"core/{candidate.operator}",
        occurrence=candidate.place,
        start_pos=candidate.start,
        end_pos=candidate.end,
        definition_name=candidate.symbol,
    )
    return WorkItem(candidate.key, (spec,))
