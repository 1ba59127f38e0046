"""Numbers that are never called: emergency services, premium rates, and what else an operator shuts.

Pure, and a table. A pattern is the beginning of a number in E.164: digits stand for themselves, `X` for any
digit, `N` for 2 to 9. The list is shut unless a setting names an entry of it and opens it; emergency services
cannot be opened. It is asked before the order for every call, whatever the gate said: a list of accounts may
hold anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from dialer.settings_reader import SettingsError

_PATTERN = re.compile(r"\+[0-9NX]{1,15}")
_SIGNS = {"N": "[2-9]", "X": "[0-9]", "+": r"\+"}


class Kind(Enum):
    """Why a number is shut."""

    EMERGENCY = "emergency and service codes"
    PREMIUM = "premium rates"
    OWN = "shut by the settings"


@dataclass(frozen=True, slots=True)
class ShutRow:
    """One entry of the list: what begins so, why, and where that is written."""

    pattern: str
    kind: Kind
    what: str
    source: str


_NANP = "NANPA, 47 CFR 52"
_OFCOM = "Ofcom, National Telephone Numbering Plan"
_ITU = "ITU-T E.164, list of assigned country codes"

SHUT: tuple[ShutRow, ...] = (
    ShutRow("+1N11", Kind.EMERGENCY, "911 and the other N11 codes with a country code before them", _NANP),
    ShutRow("+1NXX911", Kind.EMERGENCY, "911 behind an area code; no exchange begins so", _NANP),
    ShutRow("+10", Kind.EMERGENCY, "no area code begins so: operators, 011", _NANP),
    ShutRow("+11", Kind.EMERGENCY, "no area code begins so: 112 written as a number", _NANP),
    ShutRow("+999", Kind.EMERGENCY, "999 written as a number; no country has it", _ITU),
    ShutRow("+44112", Kind.EMERGENCY, "112 with a country code before it", _OFCOM),
    ShutRow("+44999", Kind.EMERGENCY, "999 with a country code before it", _OFCOM),
    ShutRow("+1900", Kind.PREMIUM, "900 numbers", "47 CFR 64.1501"),
    ShutRow("+1NXX976", Kind.PREMIUM, "976 exchanges", "47 CFR 64.1501"),
    ShutRow("+449", Kind.PREMIUM, "UK 09", _OFCOM),
    ShutRow("+4487", Kind.PREMIUM, "UK 087", _OFCOM),
    ShutRow("+4484", Kind.PREMIUM, "UK 084", _OFCOM),
    ShutRow("+4470", Kind.PREMIUM, "UK 070, personal numbers", _OFCOM),
    ShutRow("+979", Kind.PREMIUM, "international premium rate", _ITU),
    ShutRow("+808", Kind.PREMIUM, "international shared cost", _ITU),
    ShutRow("+870", Kind.PREMIUM, "satellite", _ITU),
    ShutRow("+881", Kind.PREMIUM, "satellite", _ITU),
    ShutRow("+882", Kind.PREMIUM, "international networks", _ITU),
    ShutRow("+883", Kind.PREMIUM, "international networks", _ITU),
)

_AREAS = "242 246 264 268 284 345 441 473 649 658 664 721 758 767 784 809 829 849 868 869 876"
CARIBBEAN = tuple(f"+1{area}" for area in _AREAS.split())
"""Countries behind +1 at foreign prices; shut where the settings say `caribbean`. Source: NANPA."""

GROUPS = {"caribbean": CARIBBEAN}


class ShutNumbers:
    """What this installation never calls.

    Args:
        shut: patterns, or names of groups, besides the list.
        opened: patterns of the list that are open.

    Raises:
        SettingsError: no pattern, an entry that is not in the list, or an emergency service.
    """

    def __init__(self, *, shut: Iterable[str] = (), opened: Iterable[str] = ()) -> None:
        listed = {row.pattern: row for row in SHUT}
        is_open = set(opened)
        for pattern in sorted(is_open):
            row = listed.get(pattern)
            if row is None or row.kind is Kind.EMERGENCY:
                may = ", ".join(row.pattern for row in SHUT if row.kind is not Kind.EMERGENCY)
                what = "is not in the list" if row is None else "leads to emergency services"
                raise SettingsError(f"{pattern!r} {what} and cannot be opened", mend=f"choose among {may}.")
        rows = [row for row in SHUT if row.pattern not in is_open]
        for name in shut:
            for pattern in GROUPS.get(name, (name,)):
                if not _PATTERN.fullmatch(pattern):
                    raise SettingsError(
                        f"{name!r} is no beginning of a number",
                        mend=f"write one such as +1809 or +44NXX, or {', '.join(sorted(GROUPS))}.",
                    )
                rows.append(ShutRow(pattern, Kind.OWN, name, "the settings"))
        self.rows = tuple(rows)
        self._tests = tuple((re.compile(_expression(row.pattern)), row) for row in rows)

    def why(self, number: str) -> str | None:
        """Why a number is not called; None when it may be. The number itself is not told."""
        if not number.startswith("+"):
            return "shut: it is no number in E.164"
        for test, row in self._tests:
            if test.match(number):
                return f"shut: {row.kind.value} ({row.pattern})"
        return None


def _expression(pattern: str) -> str:
    return "".join(_SIGNS.get(sign, sign) for sign in pattern)
