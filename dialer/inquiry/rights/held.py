"""Everything that is held of one person, for themselves: who they are, what was told, done, and who looked.

The account of what was done is the compliance report's own (`dialer.inquiry.person`), so that a person and an
examiner read the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from compliance_gate.request import PersonFile
from dialer.access.record import Deed, Entry
from dialer.inquiry import stored
from dialer.inquiry.person import person_facts
from dialer.inquiry.rights.erasure import ErasedBy
from dialer.results.person_events import PersonFacts
from dialer.results.person_report import report_of
from dialer.storage.access import deeds
from dialer.storage.identities import Identity, identities_of
from dialer.storage.journal.codecs import encode_value
from dialer.storage.spoken_words import opened_words
from dialer.storage.store import Store

MOST_DEEDS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """All of it.

    Args:
        identity: who they are; None = they were erased.
        file: what decisions rest on, words as they were said; None = of a rehearsal.
        deeds: who changed something about them or looked at it, the newest first.
    """

    facts: PersonFacts
    identity: Identity | None
    file: PersonFile | None
    deeds: tuple[Entry, ...]

    def as_json(self) -> Mapping[str, object]:
        """For a program."""
        return {
            "person": self.facts.person,
            "identity": None if self.identity is None else msgspec.to_builtins(self.identity),
            "file": None if self.file is None else msgspec.json.decode(encode_value(self.file)),
            "report": report_of(self.facts),
            "deeds": [
                {
                    "at": entry.deed.at,
                    "who": entry.deed.who,
                    "what": entry.deed.action,
                    "why": entry.deed.why,
                    "outcome": entry.deed.outcome,
                }
                for entry in self.deeds
            ],
        }


def held_of(store: Store, person: str) -> Held:
    """Everything of a person.

    Raises:
        NotThereError: nobody knows the person.
    """
    facts = person_facts(store, person, since=None, until=None, with_name=True)
    file = stored.person_file(store, person, at=stored.FAR)
    found = store.read(lambda connection: identities_of(connection, store.keyring, [person]))
    told = store.read(lambda connection: deeds.newest(connection, about=f"person:{person}", limit=MOST_DEEDS))
    return Held(
        facts=facts,
        identity=found.get(person),
        file=None if file is None else opened_words(store.keyring, file),
        deeds=tuple(told),
    )


def handed_out(store: Store, person: str, *, by: ErasedBy, at: float) -> Held:
    """The same, written down in the record of who did what.

    Raises:
        NotThereError: nobody knows the person.
    """
    found = held_of(store, person)
    deed = Deed(
        at=at, who=by.who, address=by.address, action="export", about=(f"person:{person}",), why=by.why
    )
    store.write(lambda connection: deeds.append(connection, [deed]))
    return found
