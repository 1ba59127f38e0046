"""The auditor shares no code with the gate it audits."""

import ast
from pathlib import Path

import compliance_gate.auditor

PACKAGE = Path(compliance_gate.auditor.__file__).parent
STANDARD_LIBRARY = {"collections", "dataclasses", "datetime", "enum", "functools", "zoneinfo"}


def test_auditor_imports_only_itself_and_the_standard_library() -> None:
    seen: set[str] = set()
    for file in sorted(PACKAGE.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                seen.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0
                seen.add(node.module or "")
    foreign = {
        name
        for name in seen
        if not name.startswith("compliance_gate.auditor") and name.split(".")[0] not in STANDARD_LIBRARY
    }
    assert foreign == set()
