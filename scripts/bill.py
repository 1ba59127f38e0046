"""What a floor is made of: a software bill of materials (CycloneDX 1.6) and a list of licences.

    python -m scripts.bill requirements-production.lock --sbom sbom.json --licences licences.csv

Names, versions and hashes are those of the lock; licences are what the installed packages say of themselves.
The same lock gives the same bytes: there is no time in it, and its serial number is made of the names.
"""

import argparse
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from importlib import metadata
from pathlib import Path
from typing import Any, cast
from uuid import NAMESPACE_URL, uuid5

from cyclonedx import model
from cyclonedx.model import bom, component, license
from cyclonedx.output import json
from packageurl import PackageURL

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(?:\s*;\s*([^\\]+))?")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
NOT_SAID = "not said"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One package of a lock. `marker`: where it is needed; '' = everywhere."""

    name: str
    version: str
    marker: str = ""
    hashes: tuple[str, ...] = field(default=())


def parts_of(lock: str) -> Iterator[Part]:
    """Every package of a lock in requirements form, in its order."""
    for block in re.split(r"\n(?=[A-Za-z0-9])", lock):
        pin = _PIN.match(block)
        if pin is not None:
            hashes = tuple(sorted(_HASH.findall(block)))
            yield Part(name=pin[1], version=pin[2], marker=(pin[3] or "").strip(), hashes=hashes)


def licence_of(name: str) -> str:
    """What an installed package says of itself: an SPDX expression, or the last words of its classifiers."""
    try:
        told = cast("Message", metadata.metadata(name))
    except metadata.PackageNotFoundError:
        return "not installed here"
    expression = told.get("License-Expression")
    if expression:
        return str(expression)
    rows = [str(row) for row in told.get_all("Classifier") or [] if str(row).startswith("License ::")]
    words = sorted({row.rsplit(" :: ", 1)[1] for row in rows} - {"OSI Approved"})
    short = str(told.get("License") or "").strip().splitlines()
    return " / ".join(words) or (short[0][:80] if short else NOT_SAID)


def bill_of(parts: list[Part]) -> str:
    """CycloneDX, as JSON."""
    kinds = cast("Any", model), cast("Any", bom), cast("Any", component), cast("Any", license)
    of_hash, of_bom, of_part, of_licence = kinds  # its classes are made by decorators that no checker reads
    named = "\n".join(f"{part.name}=={part.version}" for part in parts)
    made = of_bom.Bom(serial_number=uuid5(NAMESPACE_URL, named))
    made.metadata.timestamp = None  # it would differ each time
    for part in parts:
        licence = of_licence.DisjunctiveLicense(name=licence_of(part.name))
        algorithm = of_hash.HashAlgorithm.SHA_256
        made.components.add(
            of_part.Component(
                type=of_part.ComponentType.LIBRARY,
                name=part.name,
                version=part.version,
                purl=PackageURL(type="pypi", name=part.name.lower(), version=part.version),
                bom_ref=f"{part.name}=={part.version}",
                hashes=[of_hash.HashType(alg=algorithm, content=one) for one in part.hashes],
                licenses=[licence],
            )
        )
    return str(json.JsonV1Dot6(made).output_as_string(indent=2))


def licences_of(parts: list[Part]) -> str:
    """One row a package: name, version, where it is needed, licence."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("package", "version", "only where", "licence"))
    rows.writerows((part.name, part.version, part.marker, licence_of(part.name)) for part in parts)
    return text.getvalue()


def main() -> None:
    """Write both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("lock", type=Path)
    parser.add_argument("--sbom", type=Path, required=True)
    parser.add_argument("--licences", type=Path, required=True)
    given = parser.parse_args()
    parts = list(parts_of(Path(given.lock).read_text(encoding="utf-8")))
    Path(given.sbom).write_text(bill_of(parts) + "\n", encoding="utf-8")
    Path(given.licences).write_text(licences_of(parts), encoding="utf-8")
    print(f"{len(parts)} packages: {given.sbom}, {given.licences}")


if __name__ == "__main__":
    main()
