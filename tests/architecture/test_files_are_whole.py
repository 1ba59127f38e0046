"""Files are written in one place, `dialer.files`: whole or not at all, and for their owner alone."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("dialer", "pacing", "telephony", "compliance_gate", "simulator", "config")
HOME = "dialer/files.py"
WRITES = frozenset("wax+")

ALLOWED = {
    ("telephony/asterisk/recordings.py", "open"),  # cuts a line that was torn off a manifest, in its place
    ("telephony/asterisk/recordings.py", "replace"),  # parts of recordings and manifests, handed to the disk
    ("dialer/storage/keys/secret_files.py", "open"),  # a key is linked, not moved: the first of two counts
    ("dialer/storage/keys/secret_files.py", "replace"),
    ("dialer/results/workbook.py", "open"),  # a part of an archive, which its caller makes whole
    ("dialer/storage/evidence/heads.py", "open"),  # signed lines are added to a book that grows
    ("dialer/storage/evidence/heads.py", "replace"),
}
"""What another program reads while it grows, or what is changed where it lies."""


def made_otherwise(path: Path) -> Iterator[str]:
    """The calls of a file that write files by themselves."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            owner = ast.unparse(function.value) if isinstance(function, ast.Attribute) else ""
            if _writes(name, owner, node):
                yield name


def _writes(name: str, owner: str, call: ast.Call) -> bool:
    if name in ("write_text", "write_bytes", "touch", "mkstemp", "NamedTemporaryFile"):
        return True
    if name == "replace" and len(call.args) == 1 and not call.keywords:
        return owner != "sys"  # of a path; of a text it takes two
    if name == "open" and owner == "os":
        return True
    if name == "open" and owner != "wave":
        given = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg == "mode")]
        modes = [one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        return any(set(mode) & WRITES and len(mode) <= 3 for mode in modes)
    return False


def test_only_one_module_writes_files() -> None:
    found = {
        (path.relative_to(ROOT).as_posix(), name)
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        for name in made_otherwise(path)
    }
    assert {pair for pair in found if pair[0] != HOME} - ALLOWED == set()
    assert found >= ALLOWED, "what is allowed and not done any more goes from the list"
