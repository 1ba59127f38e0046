"""What one look at an Asterisk found."""

from __future__ import annotations

from dataclasses import dataclass

CONFIGURE = "write the configuration with `fairdial asterisk config` and reload Asterisk."


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One thing that was looked at; `mend` is for what is not well."""

    name: str
    ok: bool
    found: str
    mend: str = ""
