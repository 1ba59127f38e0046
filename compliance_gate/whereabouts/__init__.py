"""Where a person may be: the union of zones over every number and address on file."""

from compliance_gate.whereabouts.packaged import packaged_tables
from compliance_gate.whereabouts.places import (
    AddressOnFile,
    Whereabouts,
    regions_of_address,
    regions_of_number,
    whereabouts_of_person,
    zones_of_address,
    zones_of_number,
    zones_of_person,
)
from compliance_gate.whereabouts.tables import PlaceTable, WhereaboutsTables, read_table

__all__ = [
    "AddressOnFile",
    "PlaceTable",
    "Whereabouts",
    "WhereaboutsTables",
    "packaged_tables",
    "read_table",
    "regions_of_address",
    "regions_of_number",
    "whereabouts_of_person",
    "zones_of_address",
    "zones_of_number",
    "zones_of_person",
]
