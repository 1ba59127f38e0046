"""The one module of this package that opens files: the tables shipped with the product, read once."""

from functools import cache
from importlib.resources import files

from compliance_gate.whereabouts.tables import WhereaboutsTables, build_tables


@cache
def packaged_tables() -> WhereaboutsTables:
    """The committed tables (a few milliseconds the first time, then the same object)."""
    here = files("compliance_gate.whereabouts")
    return build_tables(
        numbers=(here / "zones_by_number.csv").read_text(encoding="utf-8"),
        addresses=(here / "zones_by_address.csv").read_text(encoding="utf-8"),
    )
