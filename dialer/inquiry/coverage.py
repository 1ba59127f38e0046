"""What is covered where, how it was checked and when.

Two levels: the jurisdiction in the register's own words, and each of its rules as the rulebook holds it. Law
that is known and not loaded is a line of its own, `missing`.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from compliance_gate.book.primacy import Primacy, primacy
from compliance_gate.book.register import Entry, Status
from compliance_gate.book.register.readings import HowRead, Paragraph, Reading
from compliance_gate.book.rulebook import Rulebook
from compliance_gate.book.shipped import standard_rulebook
from dialer.floor.law import rulebook_for_calls
from dialer.inquiry.errors import NotThereError
from dialer.inquiry.rules import RuleTold, told

HOW_CHECKED = {
    "primary": "the law's own text was read",
    "secondary": "known from a secondary source",
    "memory": "not verified",
    "policy": "policy, not law",
}
LawRead = Reading
"""What was read of one place's law."""
ParagraphRead = Paragraph
"""One paragraph of it, loaded or not and why."""
HOW_READ = {
    HowRead.OFFICIAL: "official text read",
    HowRead.CONVERTED: "official text read, as converted by others",
    HowRead.GUIDE: "an authority's guide read, not the text",
    HowRead.UNOFFICIAL: "read in an unofficial copy",
    HowRead.SECONDARY: "known from somebody's summary",
    HowRead.NOT_READ: "not read: it could not be had",
    HowRead.NOT_LOOKED_FOR: "not looked for",
}
STATUSES = tuple(status.value for status in Status)
_NAMES_IN_HINT = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """A jurisdiction of the register with the rules of its packs, every edition, by name.

    Args:
        status: what the gate does there; `needs_signature` = it denies until somebody signs.
        extent: `complete`, `partial` or `absent`: the word the register begins with; `means`: what the extent
            is of, in its words, empty where it says no more; `stands`: both, as they stand.
        missing: law that is known and not loaded.
        checked, checked_on: how and when the register's own line was checked.
        read: what was read of its law and of its packs', paragraph by paragraph, loaded or not and why.
    """

    name: str
    country: str
    region: str | None
    cities: tuple[str, ...]
    status: str
    needs_signature: bool
    extent: str
    means: str
    stands: str
    missing: str | None
    checked: str
    checked_on: date
    signed_by: str | None
    dated: date | None
    packs: tuple[str, ...]
    rules: tuple[RuleTold, ...]
    read: tuple[LawRead, ...]

    @property
    def checks(self) -> dict[str, int]:
        """How many rules were checked in which way, in the order of `HOW_CHECKED`."""
        counts = Counter(rule.checked for rule in self.rules)
        return {word: counts[word] for word in HOW_CHECKED if counts[word]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The register, or one jurisdiction of it.

    Args:
        rulebook: hash of the law in force.
        primacy: how much of all the law was read, and whether what lets a contact go was.
    """

    rulebook: str
    primacy: Primacy
    places: tuple[Covered, ...]

    def as_json(self) -> dict[str, object]:
        """The same for a program."""
        return {
            "rulebook": self.rulebook,
            "primacy": primacy_json(self.primacy),
            "jurisdictions": [_as_json(each) for each in self.places],
        }


def primacy_json(found: Primacy) -> dict[str, object]:
    """The figures, for a program."""
    return {
        "values": found.values,
        "primary": found.primary,
        "letting_go": found.letting_go,
        "letting_go_primary": found.letting_go_primary,
        "letting_go_signed": list(found.signed),
        "letting_go_unanswered": list(found.unanswered),
        "letting_go_if_all_were_signed": found.at_most,
        "letting_go_primary_if_all_were_signed": found.at_most_primary,
    }


def is_a_place(name: str) -> bool:
    """Whether the register has a jurisdiction of this name."""
    return standard_rulebook().register.entry(name) is not None


def coverage(place: str | None = None) -> Coverage:
    """What is covered; of one jurisdiction, or of all.

    Raises:
        NotThereError: there is no jurisdiction of this name.
    """
    book = rulebook_for_calls()
    entries = book.register.entries
    if place is not None:
        entry = book.register.entry(place)
        if entry is None:
            near = [each.name for each in entries if each.name.startswith(place[:2].upper())]
            raise NotThereError(
                f"the register has no {place!r}, so the gate denies there",
                mend=f"there are: {', '.join(near[:_NAMES_IN_HINT])}, ..." if near else "see the whole list.",
            )
        entries = (entry,)
    return Coverage(
        rulebook=book.hash,
        primacy=primacy(book),
        places=tuple(_covered(entry, book) for entry in entries),
    )


def _covered(entry: Entry, book: Rulebook) -> Covered:
    extent = entry.extent.split(":", 1)[0].split(";", 1)[0].strip()
    return Covered(
        name=entry.name,
        country=entry.country,
        region=entry.region,
        cities=tuple(entry.cities),
        status=entry.status.value,
        needs_signature=entry.needs_signature,
        extent=extent,
        means=entry.extent.removeprefix(extent).lstrip(":; "),
        stands=entry.extent,
        missing=entry.missing,
        checked=entry.checked,
        checked_on=entry.checked_on,
        signed_by=entry.signed_by,
        dated=entry.dated,
        packs=tuple(entry.packs),
        rules=tuple(told(rule) for pack in entry.packs for rule in book.packs[pack].rules),
        read=entry.readings,
    )


def _as_json(each: Covered) -> dict[str, object]:
    return {
        "name": each.name,
        "country": each.country,
        "region": each.region,
        "cities": list(each.cities),
        "status": each.status,
        "extent": each.extent,
        "extent_of": each.means,
        "missing": each.missing,
        "checked": each.checked,
        "checked_on": each.checked_on.isoformat(),
        "signed_by": each.signed_by,
        "dated": each.dated.isoformat() if each.dated else None,
        "packs": list(each.packs),
        "rules": [_rule_json(rule) for rule in each.rules],
        "read": [_reading_json(reading) for reading in each.read],
    }


def _reading_json(reading: LawRead) -> dict[str, object]:
    return {
        "place": reading.place,
        "law": reading.law,
        "read_on": reading.read_on.isoformat(),
        "source": reading.source,
        "paragraphs": [
            {
                "cite": each.cite,
                "about": each.subject.value,
                "says": each.says,
                "read": each.read.value,
                "loaded": list(each.loaded),
                "not_loaded": each.why,
            }
            for each in reading.paragraphs
        ],
    }


def _rule_json(rule: RuleTold) -> dict[str, object]:
    return {
        "rule": rule.rule,
        "pack": rule.pack,
        "stands": "loaded",
        "citation": rule.citation,
        "checked": rule.checked,
        "checked_on": rule.checked_on.isoformat(),
        "effective_from": rule.effective_from.isoformat(),
        "effective_to": rule.effective_to.isoformat() if rule.effective_to else None,
        "expected": rule.expected,
    }
