"""One person's file, indexed for speed, and the request that carries it to the gate."""

from dataclasses import dataclass, replace

from compliance_gate.request import Consent, HistoryEntry, Hold, PersonFile, PersonRequest, ProposedContact
from compliance_gate.words import Profile


class PreparedPerson:
    """A `PersonFile` with its indexes. Make it once; each `with_...` returns a new one cheaply."""

    __slots__ = ("file",)

    def __init__(self, file: PersonFile) -> None:
        self.file = file

    def with_entry(self, entry: HistoryEntry) -> "PreparedPerson":
        """The same person after one more thing happened."""
        return PreparedPerson(replace(self.file, history=(*self.file.history, entry)))

    def with_request(self, request: PersonRequest) -> "PreparedPerson":
        """The same person after one more request."""
        return PreparedPerson(replace(self.file, requests=(*self.file.requests, request)))

    def with_consent(self, consent: Consent) -> "PreparedPerson":
        """The same person after one more consent."""
        return PreparedPerson(replace(self.file, consents=(*self.file.consents, consent)))

    def with_hold(self, hold: Hold) -> "PreparedPerson":
        """The same person with one more hold."""
        return PreparedPerson(replace(self.file, holds=(*self.file.holds, hold)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRequest:
    """One contact to be decided.

    Attributes:
        packs: law packs to apply; `None` lets the register find them from where the person is.
        max_ring_s: seconds of ringing that must fit before a calling window ends.
    """

    person: PreparedPerson
    proposed: ProposedContact
    profile: Profile = Profile.STRICT
    max_ring_s: float = 0.0
    packs: tuple[str, ...] | None = None
