"""One fact about people, whom it binds, and how it changes a person's file.

A change names whom it binds (a person, everybody who has a number, everybody who owes a debt) and carries
one fact. What happened on a line with one person is a second change, for everybody else who has the line
(`news_for_line`). `apply` gives the person's file with the fact. The engine applies changes to the persons in
play; stores apply the same changes to everybody. Which events and commands are facts, and whom they bind, is
in `dialer.casework.facts`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import TypeVar

from compliance_gate.request import (
    Consent,
    HistoryEntry,
    Hold,
    KnownLocation,
    Notice,
    PersonFile,
    PersonRequest,
    on_line,
)
from compliance_gate.revocations import with_ends
from compliance_gate.words import HoldKind, Institution, NumberKind, RequestKind
from dialer.domain.fellows import entry_of_fellow, request_of_fellow, with_ended
from dialer.domain.ids import DebtId, NumberId, PersonId
from dialer.domain.placement import RECALL_DATE

T = TypeVar("T")

ENDS = frozenset(
    {
        RequestKind.DISPUTE_ANSWERED,
        RequestKind.ATTORNEY_RELEASED,
        RequestKind.DOCUMENTS_PROVIDED,
        RequestKind.ORIGINAL_CREDITOR_NAMED,
    }
)
"""Requests that are none: they say that an earlier one was answered, or is over."""

_ANSWERS = ENDS | {RequestKind.CALLBACK_REQUEST}
"""Requests that open what was closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineKind:
    """What kind of line a number is, as found on a local day by `source`."""

    kind: NumberKind
    institution: Institution | None
    found_on: date
    source: str


HISTORY_UNTOLD = "contacts before the placement are not told"
"""Source of the holds of accounts that came without a word of their history, where their client's terms ask
for one. They end when every count is whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """A named officer's word that nobody contacted anybody about an account, but for what is on file.

    Args:
        since: the first local day of which it speaks; it says nothing of the days before.
        made_at: when it was made; nor of the time after.
        why: what the officer goes by.
    """

    by: str
    since: date
    made_at: datetime
    why: str

    @property
    def whole_from(self) -> datetime:
        """From when on what is on file is all there was: when the first day has begun everywhere."""
        return datetime.combine(self.since, time(12), UTC)

    def is_against(self, entry: HistoryEntry) -> bool:
        """Whether a contact that is told later shows that the word was not right."""
        return self.whole_from <= entry.at < self.made_at

    def shortened(self, hold: Hold) -> Hold:
        """A hold of an untold history, as long from the first day as it was from the placement."""
        if hold.source != HISTORY_UNTOLD or hold.until is None or hold.since <= self.whole_from:
            return hold
        return replace(hold, since=self.whole_from, until=self.whole_from + (hold.until - hold.since))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """Somebody's word on whether another record is the same person's.

    Args:
        fellow: the other record.
        by: who answers for it; why: what they go by.
    """

    fellow: PersonId
    by: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactChange:
    """One fact and whom it binds: exactly one of person, number, debt names them; exactly one fact is set.

    Attributes:
        about: of what binds by a number, the person it came from. What happened on the line with them
            (`on_line`) is on their own file; what they asked of an institution's line binds nobody else.
        lifted: kind of holds that end, but for those that only their source ends (`Hold.ends_by_source`).
        released: source of holds that end, and no others; by an account, of its own alone.
    """

    person: PersonId | None = None
    number: NumberId | None = None
    debt: DebtId | None = None
    entry: HistoryEntry | None = None
    request: PersonRequest | None = None
    consent: Consent | None = None
    hold: Hold | None = None
    lifted: HoldKind | None = None
    replaced: PersonFile | None = None
    placed: PersonFile | None = None
    notice: Notice | None = None
    location: KnownLocation | None = None
    limitation_ends: date | None = None
    on_line: HistoryEntry | None = None
    about: PersonId | None = None
    line_kind: LineKind | None = None
    released: str | None = None
    attested: Attestation | None = None
    joined: Tie | None = None
    parted: Tie | None = None

    def binds(self, file: PersonFile) -> bool:
        """Whether the change concerns this person."""
        if self.person is not None:
            return file.person == self.person or self.person in file.fellows
        if self.number is not None:
            return self._binds_by_number(file)
        return any(debt.debt == self.debt for debt in file.debts)

    def _binds_by_number(self, file: PersonFile) -> bool:
        named = next((number for number in file.numbers if number.number == self.number), None)
        if named is None:
            return False
        if self.on_line is not None:
            return file.person != self.about
        return named.institution is None or self.about in (None, file.person)

    def apply(self, file: PersonFile) -> PersonFile:
        """The person's file with the fact; the caller has asked `binds`."""
        if self.person is not None and self.person != file.person:
            return self.apply_to_fellow(file)
        if self.replaced is not None:
            return replace(with_lines_of(self.replaced, file), fellows=file.fellows)
        if self.placed is not None:
            return with_placed(file, self.placed)
        if self.entry is not None:
            return with_entry(file, self.entry)
        if self.on_line is not None:
            return with_on_line(file, self.on_line)
        return self._told(self._added(file))

    def apply_to_fellow(self, file: PersonFile) -> PersonFile:
        """The file of another record of the person whom the fact is of: with what protects of it."""
        if self.entry is not None:
            entry = entry_of_fellow(self.entry)
            return file if entry is None else with_entry(file, entry)
        if self.request is not None:
            request = request_of_fellow(self.request)
            return file if request is None else replace(file, requests=_joined(file.requests, (request,)))
        if self.hold is not None:
            return replace(file, holds=_joined(file.holds, (self.hold,)))
        if self.consent is not None:
            return replace(file, consents=with_ended(file.consents, (self.consent,)))
        return file

    def _added(self, file: PersonFile) -> PersonFile:
        """The file with what is told beside all that was told before, or without what is over."""
        if self.request is not None:
            return replace(file, requests=(*file.requests, self.request))
        if self.consent is not None:
            return replace(file, consents=with_ends((*file.consents, self.consent)))
        if self.hold is not None:
            return replace(file, holds=(*file.holds, self.hold))
        if self.lifted is not None or self.released is not None or self.attested is not None:
            return replace(file, holds=tuple(self._left(file.holds)))
        return file

    def _left(self, holds: Iterable[Hold]) -> Iterable[Hold]:
        """What is left of holds when some end, or end earlier."""
        if self.lifted is not None:
            return (hold for hold in holds if hold.ends_by_source or hold.kind is not self.lifted)
        if self.released is not None:
            return self._without(holds, self.released)
        assert self.attested is not None, "the caller has asked"
        return self._attested(holds, self.attested)

    def _attested(self, holds: Iterable[Hold], attested: Attestation) -> Iterator[Hold]:
        """Holds of an untold history are of one account each."""
        for hold in holds:
            yield attested.shortened(hold) if hold.debts == (self.debt,) else hold

    def _without(self, holds: Iterable[Hold], source: str) -> Iterator[Hold]:
        """What is left of holds when those of a source end: where it is for an account, those on its own."""
        for hold in holds:
            if hold.source != source:
                yield hold
            elif self.debt is not None and hold.debts is not None:
                others = tuple(debt for debt in hold.debts if debt != self.debt)
                if others:
                    yield replace(hold, debts=others)

    def _told(self, file: PersonFile) -> PersonFile:
        """The file with what takes the place of something told before."""
        if self.notice is not None:
            kept = [known for known in file.notices if known.notice != self.notice.notice]
            return replace(file, notices=(*kept, self.notice))
        if self.location is not None:
            return replace(file, known_location=self.location)
        if self.limitation_ends is not None:
            debts = [
                replace(debt, limitation_ends=self.limitation_ends) if debt.debt == self.debt else debt
                for debt in file.debts
            ]
            return replace(file, debts=tuple(debts))
        if self.line_kind is not None:
            return self._with_line_kind(file, self.line_kind)
        return self._tied(file)

    def _tied(self, file: PersonFile) -> PersonFile:
        """The file with one fellow more, whose own facts are still to be read, or with one less."""
        if self.joined is not None:
            return replace(file, fellows=_fellows(file, (self.joined.fellow,)))
        if self.parted is not None:
            return replace(file, fellows=tuple(one for one in file.fellows if one != self.parted.fellow))
        return file

    def _with_line_kind(self, file: PersonFile, found: LineKind) -> PersonFile:
        numbers = [
            replace(number, kind=found.kind, institution=found.institution)
            if number.number == self.number
            else number
            for number in file.numbers
        ]
        return replace(file, numbers=tuple(numbers))

    @property
    def may_free(self) -> bool:
        """Whether what was denied before may be allowed now: whoever waits for a hint is looked at again."""
        opening = (
            self.consent,
            self.lifted,
            self.released,
            self.replaced,
            self.notice,
            self.location,
            self.limitation_ends,
            self.line_kind,
            self.attested,
            self.parted,
        )
        answers = self.request is not None and self.request.type in _ANSWERS
        return answers or any(fact is not None for fact in opening)

    def is_in(self, file: PersonFile) -> bool:
        """Whether the request, the hold or the line's entry is in the file already, word for word; no other
        fact is looked for."""
        return self.request in file.requests or self.hold in file.holds or self.on_line in file.line_history

    def news_for_line(self) -> "FactChange | None":
        """What everybody else who has the line must know of it; None where no line is concerned."""
        told = None if self.entry is None else on_line(self.entry)
        if told is None or told.number is None:
            return None
        return FactChange(number=NumberId(told.number), on_line=told, about=self.person)


def with_entry(file: PersonFile, entry: HistoryEntry) -> PersonFile:
    """The file with the entry, in place of an earlier entry of the same id if there is one."""
    kept = [known for known in file.history if known.entry != entry.entry]
    return with_history(file, (*kept, entry))


def with_on_line(file: PersonFile, told: HistoryEntry) -> PersonFile:
    """The file with what happened on one of its lines for somebody else, in place of what was told of it
    before."""
    kept = [known for known in file.line_history if known.entry != told.entry]
    return with_history(file, file.history, line_history=(*kept, told))


def with_lines_of(file: PersonFile, known: PersonFile) -> PersonFile:
    """An edited file with what is known of its lines: whoever edits a person knows of no calls to others."""
    numbers = {number.number for number in file.numbers}
    told = {entry.entry for entry in file.line_history}
    kept = [e for e in known.line_history if e.number in numbers and e.entry not in told]
    return replace(file, line_history=(*file.line_history, *kept)) if kept else file


def with_history(
    file: PersonFile,
    history: tuple[HistoryEntry, ...],
    *,
    line_history: tuple[HistoryEntry, ...] | None = None,
) -> PersonFile:
    """`dataclasses.replace` for the fields that change at every attempt, several times as fast."""
    return PersonFile(
        person=file.person,
        role=file.role,
        addresses=file.addresses,
        numbers=file.numbers,
        debts=file.debts,
        history=history,
        consents=file.consents,
        requests=file.requests,
        holds=file.holds,
        known_location=file.known_location,
        line_history=file.line_history if line_history is None else line_history,
        notices=file.notices,
        fellows=file.fellows,
    )


def with_placed(file: PersonFile, placed: PersonFile) -> PersonFile:
    """The file with what a later placement says: nothing of it goes, and what both tell of one number or debt
    is told by the placement, which is the newer word, as is the order of numbers."""
    known = {entry.entry for entry in file.history}
    told = {entry.entry for entry in file.line_history}
    told_first = {number.number: number for number in placed.numbers}
    numbers = {**told_first, **{n.number: n for n in file.numbers if n.number not in told_first}}
    debts = {debt.debt: debt for debt in (*file.debts, *placed.debts)}
    holds = tuple(hold for hold in file.holds if not _is_told_anew(hold, placed))
    return replace(
        file,
        role=placed.role,
        addresses=_joined(file.addresses, placed.addresses),
        numbers=tuple(numbers.values()),
        debts=tuple(debts.values()),
        history=(*file.history, *(entry for entry in placed.history if entry.entry not in known)),
        consents=with_ends(_joined(file.consents, placed.consents)),
        requests=_joined(file.requests, placed.requests),
        holds=_joined(holds, placed.holds),
        known_location=file.known_location if placed.known_location is None else placed.known_location,
        notices=_newest_notices(file.notices, placed.notices),
        line_history=(*file.line_history, *(e for e in placed.line_history if e.entry not in told)),
        fellows=_fellows(file, placed.fellows),
    )


def _is_told_anew(hold: Hold, placed: PersonFile) -> bool:
    """The day on which an account goes back is the newest that is told."""
    owed = {debt.debt for debt in placed.debts}
    return hold.source == RECALL_DATE and hold.debts is not None and owed.issuperset(hold.debts)


def _newest_notices(known: tuple[Notice, ...], more: tuple[Notice, ...]) -> tuple[Notice, ...]:
    told = {notice.notice for notice in more}
    return (*(notice for notice in known if notice.notice not in told), *more)


def _joined(known: tuple[T, ...], more: tuple[T, ...]) -> tuple[T, ...]:
    return (*known, *(value for value in more if value not in known))


def _fellows(file: PersonFile, more: Iterable[str]) -> tuple[str, ...]:
    """Nobody is a fellow of their own."""
    return tuple(sorted({*file.fellows, *more} - {file.person}))
