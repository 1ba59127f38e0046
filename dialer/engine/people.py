"""Persons in play: their files, kept up to date by every fact that comes, in the step in which it comes.

A person is in play while a lead of theirs is in a hopper or an attempt on them is not wholly over. A fetch
that was asked for before a fact came may bring a file without it, so facts that come while a fetch is under
way are kept until its answer, and applied on top.

A number that an edit gives a person comes without its past: whoever edits knows of no calls to others who
have it. It is not dialed until the store's file came with that past (`PersonPlacedAgain`).

The same holds for a file that a placement brings: it was read before it came. What binds by a number or a
debt may have passed a person by who had neither until now, and what takes away may be undone by it. The last
few hundred facts of these kinds are therefore kept; a file that is older than they reach is refused and read
again.
"""

from dataclasses import replace

from compliance_gate.request import PersonFile
from dialer.domain.as_told import as_of
from dialer.domain.errors import InvalidFactError
from dialer.domain.events import PersonPlacedAgain
from dialer.domain.facts import FactChange
from dialer.domain.ids import AttemptId, NumberId, PersonId
from dialer.engine.context import Context
from dialer.engine.state import ChangeRow, PersonRow

LASTING = 1024
"""Facts that are kept for placed files, when no fetch needs more: some minutes of a busy day, each call being
news for its line."""


class People:
    """The persons' table."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._having: dict[str, list[PersonId]] = {}
        self._of_fellow: dict[PersonId, list[PersonId]] = {}
        """Whoever is in play and has another record, by that record."""
        for person, row in context.state.persons.items():
            self._index(person, row.file)

    def take_in(self, files: dict[PersonId, PersonFile], *, as_of: int) -> None:
        """Files from a fetch that includes the engine's sequence `as_of`. Who is in play stays as is."""
        state = self._context.state
        later = [row for row in state.changes if row.sequence > as_of]
        for person, fetched in files.items():
            if person in state.persons:
                continue
            made = PersonRow(file=fetched)
            for row in later:
                change = _change_of(row)
                if change.binds(made.file):
                    _bring(made, change)
            state.persons[person] = made
            self._index(person, made.file)

    def set_back(self) -> None:
        """The clock was set back: what is on file of a time that is to come again binds all the same."""
        context = self._context
        at = context.instant()
        for person, row in context.state.persons.items():
            file = as_of(row.file, at=at)
            if file is not row.file:
                row.file = file
                context.prepared.pop(person, None)

    def use(self, person: PersonId) -> None:
        """One more lead or attempt needs the file."""
        self._context.state.persons[person].uses += 1

    def release(self, person: PersonId) -> None:
        """One less; the last one forgets the file, the store has it."""
        state = self._context.state
        row = state.persons[person]
        row.uses -= 1
        if row.uses <= 0:
            self._forget(person, row.file)

    def drop_unused(self, persons: dict[PersonId, PersonFile]) -> None:
        """Forget files that came with a fetch and that no lead took up."""
        state = self._context.state
        for person in persons:
            row = state.persons.get(person)
            if row is not None and row.uses <= 0:
                self._forget(person, row.file)

    def _forget(self, person: PersonId, file: PersonFile) -> None:
        del self._context.state.persons[person]
        self._context.prepared.pop(person, None)
        self._unindex(person, file)

    def _index(self, person: PersonId, file: PersonFile) -> None:
        for number in file.numbers:
            self._having.setdefault(number.number, []).append(person)
        for fellow in file.fellows:
            self._of_fellow.setdefault(PersonId(fellow), []).append(person)

    def _unindex(self, person: PersonId, file: PersonFile) -> None:
        for number in file.numbers:
            having = self._having[number.number]
            having.remove(person)
            if not having:
                del self._having[number.number]
        for fellow in file.fellows:
            having = self._of_fellow[PersonId(fellow)]
            having.remove(person)
            if not having:
                del self._of_fellow[PersonId(fellow)]

    def apply(self, change: FactChange) -> tuple[PersonId, ...]:
        """Apply one fact to everybody in play whom it binds, and to whatever a fetch under way will bring.

        What happened on a line with one person is told to everybody else in play who has the line, at once.

        Returns:
            the persons whose own facts changed, sorted; not those who were told of their line.
        """
        bound = self._apply_one(change)
        news = change.news_for_line()
        if news is not None:
            self._apply_one(news)
        return bound

    def _apply_one(self, change: FactChange) -> tuple[PersonId, ...]:
        context = self._context
        state = context.state
        bound = self._bound(change)
        for person in bound:
            row = state.persons[person]
            before = row.file
            _bring(row, change)
            context.prepared.pop(person, None)
            if row.file.numbers is not before.numbers or row.file.fellows != before.fellows:
                self._unindex(person, before)
                self._index(person, row.file)
        row = _row_of(change, state.sequence)
        is_fetching = any(campaign.refill is not None for campaign in state.campaigns.values())
        if is_fetching or _is_lasting(row):
            state.changes.append(row)
            if len(state.changes) >= 2 * LASTING and not is_fetching:
                self.forget_old_changes()
        return bound

    def _bound(self, change: FactChange) -> tuple[PersonId, ...]:
        persons = self._context.state.persons
        if change.person is not None:
            own = (change.person,) if change.person in persons else ()
            return tuple(sorted({*own, *self._of_fellow.get(change.person, ())}))
        if change.number is not None:
            having = self._having.get(change.number, ())
            return tuple(sorted(person for person in having if change.binds(persons[person].file)))
        return tuple(sorted(person for person, row in persons.items() if change.binds(row.file)))

    def placed_again(self, event: PersonPlacedAgain) -> FactChange:
        """What the placement adds, brought up to this step.

        Raises:
            InvalidFactError: too old to be brought up: the file must be read again.
        """
        state = self._context.state
        person = PersonId(event.person.person)
        later = [row for row in state.changes if row.sequence > event.as_of]
        is_undoing = any(row.person == person and _takes_away(row) for row in later)
        known = state.persons.get(person)
        if known is not None and not set(known.file.fellows).issubset(event.person.fellows):
            raise InvalidFactError(f"the file of {person} lacks another record of theirs: read it again")
        if is_undoing or event.as_of < state.changes_forgotten:
            raise InvalidFactError(
                f"the file of {person} is of step {event.as_of} and too old: read it again"
            )
        # An attempt that is not over yet is no history to itself; its end brings its entry.
        history = tuple(entry for entry in event.person.history if AttemptId(entry.entry) not in state.calls)
        file = replace(event.person, history=history)
        for row in later:
            change = _change_of(row)
            if row.person is None and change.binds(file) and not change.is_in(file):
                file = change.apply(file)
        return FactChange(person=person, placed=file)

    def may_know(self, person: PersonId) -> bool:
        """Whether the person is in play, or a fetch under way may bring them as they were."""
        state = self._context.state
        return person in state.persons or any(row.refill is not None for row in state.campaigns.values())

    def forget_old_changes(self) -> None:
        """Drop kept facts that every fetch under way was asked after, but for the newest lasting ones."""
        state = self._context.state
        if not state.changes:
            return
        asked = [row.refill_sequence for row in state.campaigns.values() if row.refill is not None]
        floor = min(asked, default=state.sequence)
        lasting = [row for row in state.changes if _is_lasting(row) and row.sequence <= floor]
        dropped = lasting[:-LASTING]
        if dropped:
            state.changes_forgotten = dropped[-1].sequence
        state.changes = [*lasting[-LASTING:], *(row for row in state.changes if row.sequence > floor)]


def _bring(row: PersonRow, change: FactChange) -> None:
    """Apply a fact that binds the person; keeps which of their numbers have a past that is not read."""
    before, row.file = row.file, change.apply(row.file)
    if change.replaced is not None:
        known = {number.number for number in before.numbers}.difference(row.unread)
        if row.file.fellows:  # what protects under another record is not in what was written here
            known.clear()
        row.unread = tuple(sorted(NumberId(n.number) for n in row.file.numbers if n.number not in known))
    elif change.joined is not None and change.person == row.file.person:
        row.unread = tuple(sorted(NumberId(number.number) for number in row.file.numbers))
    elif change.placed is not None and change.person == row.file.person and row.unread:
        read = {number.number for number in change.placed.numbers}
        row.unread = tuple(number for number in row.unread if number not in read)


def _takes_away(row: ChangeRow) -> bool:
    undoing = (row.lifted, row.replaced, row.released, row.parted)
    return any(fact is not None for fact in undoing)


def _is_lasting(row: ChangeRow) -> bool:
    return row.person is None or _takes_away(row)


def _row_of(change: FactChange, sequence: int) -> ChangeRow:
    return ChangeRow(
        sequence=sequence,
        person=change.person,
        number=change.number,
        debt=change.debt,
        entry=change.entry,
        request=change.request,
        consent=change.consent,
        hold=change.hold,
        lifted=change.lifted,
        replaced=change.replaced,
        placed=change.placed,
        notice=change.notice,
        location=change.location,
        limitation_ends=change.limitation_ends,
        on_line=change.on_line,
        about=change.about,
        line_kind=change.line_kind,
        released=change.released,
        attested=change.attested,
        joined=change.joined,
        parted=change.parted,
    )


def _change_of(row: ChangeRow) -> FactChange:
    return FactChange(
        person=row.person,
        number=row.number,
        debt=row.debt,
        entry=row.entry,
        request=row.request,
        consent=row.consent,
        hold=row.hold,
        lifted=row.lifted,
        replaced=row.replaced,
        placed=row.placed,
        notice=row.notice,
        location=row.location,
        limitation_ends=row.limitation_ends,
        on_line=row.on_line,
        about=row.about,
        line_kind=row.line_kind,
        released=row.released,
        attested=row.attested,
        joined=row.joined,
        parted=row.parted,
    )
