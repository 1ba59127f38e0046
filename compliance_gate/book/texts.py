"""The one module of the gate that opens files: packaged law texts and the pinned zone data.

Zones are read from the `tzdata` package itself, never from the host: a host's older file puts
Vancouver an hour wrong from November 2026, which would dial at an unlawful hour.
"""

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from zoneinfo import ZoneInfo

import tzdata

ABANDONMENT = "abandonment.yaml"
"""The law file that holds no pack: definitions of the abandonment rate."""


class UnknownZoneError(ValueError):
    """A zone name that the pinned zone data does not know."""


def tzdata_version() -> str:
    """Edition of the zone data in use, such as `2026f`; part of the rulebook's hash."""
    return tzdata.IANA_VERSION


def load_zone(name: str) -> ZoneInfo:
    """Read one zone from the pinned data.

    Raises:
        UnknownZoneError: there is no such zone.
    """
    node: Traversable = files("tzdata") / "zoneinfo"
    for part in name.split("/"):
        if not part or part.startswith("."):
            raise UnknownZoneError(name)
        node = node / part
    try:
        exists = node.is_file()
    except (OSError, ValueError):
        exists = False  # a name longer than any file's
    if not exists:
        raise UnknownZoneError(name)
    with node.open("rb") as stream:
        return ZoneInfo.from_file(stream, key=name)


def law_texts() -> Iterator[tuple[str, str]]:
    """Yield `(path under law/, text)` of every packaged law file, sorted by path."""
    yield from sorted(_texts_under(files("compliance_gate") / "law", ""))


def abandonment_text() -> str:
    """The packaged definitions of the abandonment rate."""
    return (files("compliance_gate") / "law" / ABANDONMENT).read_text(encoding="utf-8")


def retention_text() -> str:
    """The packaged rules of how long records must be kept."""
    return (files("compliance_gate") / "retention" / "rules.yaml").read_text(encoding="utf-8")


def register_texts() -> Iterator[tuple[str, str]]:
    """Yield `(file name, text)` of every packaged register file, sorted by name."""
    yield from sorted(_texts_under(files("compliance_gate") / "book" / "register", ""))


def _texts_under(folder: Traversable, prefix: str) -> Iterator[tuple[str, str]]:
    for node in folder.iterdir():
        if node.is_dir():
            yield from _texts_under(node, f"{prefix}{node.name}/")
        elif node.name.endswith(".yaml"):
            yield f"{prefix}{node.name}", node.read_text(encoding="utf-8")
