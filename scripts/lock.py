"""Pin every dependency: `python scripts/lock.py [--upgrade]` (or `make lock`, `make upgrade`).

Writes four things that agree with each other, and the pin of uv itself:

- `requirements-production.lock`: what a floor needs, with PostgreSQL and sign-in by a provider, and nothing
  of the tests;
- `requirements.lock`: what running and testing need, each version with the hashes of its files;
- `requirements-all.lock`: the same and what checking, browser tests and law data need;
- `scripts/uv.pin`: uv in its pinned version, with the hashes of its files (`scripts/bootstrap.sh`);
- `[tool.uv] constraint-dependencies` in pyproject.toml, so that a plain `uv run` takes the same versions.

None of them records where packages come from; `uv.lock` does, and is therefore never committed.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = ROOT / "pyproject.toml"
UV_PIN = ROOT / "scripts" / "uv.pin"
BEGIN = "# pinned by scripts/lock.py: begin\n"
END = "# pinned by scripts/lock.py: end\n"
BLOCK = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
QUIET = ("--no-emit-project", "--no-header", "--no-annotate", "--quiet")
ADDRESS = re.compile(r"\w+://|^\s*--(index|extra-index|find-links)", re.MULTILINE)


def uv(*arguments: str) -> str:
    """What uv prints; its complaints go to our stderr."""
    local = ROOT / ".uv" / "bin" / "uv"
    program = str(local) if local.exists() else shutil.which("uv")
    if program is None:
        sys.exit("uv is not here. Mend: run `make .uv/bin/uv` first.")
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    done = subprocess.run(
        [program, *arguments], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode != 0:
        sys.exit(f"uv {arguments[0]} failed with status {done.returncode}; its reason is above.")
    return done.stdout


def exported(*groups: str) -> str:
    """The lock in requirements form, refused if it names an address."""
    text = uv("export", "--frozen", "--format", "requirements-txt", *QUIET, *groups)
    if ADDRESS.search(text):
        sys.exit("the export names an address of a registry; nothing was written.")
    return text


def pinned_uv() -> str:
    """The version that the bootstrap names, with the hashes of its files."""
    found = re.search(r"^uv==(\S+)", UV_PIN.read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        sys.exit(f"{UV_PIN} names no version of uv.")
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "uv.in"
        wanted.write_text(f"uv=={found[1]}\n", encoding="utf-8")
        text = uv(
            "pip", "compile", "--quiet", "--generate-hashes", "--no-header", "--no-annotate", str(wanted)
        )
    if ADDRESS.search(text):
        sys.exit("the pin of uv names an address of a registry; nothing was written.")
    return text


def constraints_block(pins: str) -> str:
    """The pins as TOML between the marks."""
    lines = [f'    "{line.replace(chr(34), chr(39))}",' for line in pins.splitlines() if "==" in line]
    return BEGIN + "constraint-dependencies = [\n" + "\n".join(lines) + "\n]\n" + END


def with_block(text: str, block: str) -> str:
    """pyproject.toml with its block of pins replaced, or put at the head of [tool.uv]."""
    bare = BLOCK.sub("", text)
    return bare.replace("[tool.uv]\n", "[tool.uv]\n" + block, 1)


def main() -> None:
    """Resolve, export, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--upgrade", action="store_true", help="forget the present pins and take the newest")
    upgrade = bool(parser.parse_args().upgrade)
    before = PYPROJECT.read_text(encoding="utf-8")
    if upgrade:
        PYPROJECT.write_text(BLOCK.sub("", before), encoding="utf-8")
    uv("lock", "--quiet", *(("--upgrade",) if upgrade else ()))
    everything = ("--all-groups", "--all-extras")
    pins = exported("--no-hashes", *everything)
    production = exported("--no-default-groups", "--extra", "postgres", "--extra", "sso")
    (ROOT / "requirements-production.lock").write_text(production, encoding="utf-8")
    UV_PIN.write_text(pinned_uv(), encoding="utf-8")
    (ROOT / "requirements.lock").write_text(exported("--group", "dev"), encoding="utf-8")
    (ROOT / "requirements-all.lock").write_text(exported(*everything), encoding="utf-8")
    PYPROJECT.write_text(with_block(before, constraints_block(pins)), encoding="utf-8")
    uv("lock", "--quiet")
    print(
        f"pinned {len(pins.splitlines())} requirements; commit requirements*.lock and pyproject.toml together"
    )


if __name__ == "__main__":
    main()
