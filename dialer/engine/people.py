"""Persons in play: their files, kept up to date by every fact that comes, in the step in which it comes.

A person is in play while a lead of theirs is in a hopper or an attempt on them is not wholly over. A fetch
that was asked for before a fact came may bring a file without it, so facts that come while a fetch is under
way are kept until its answer, and applied on top.
"""

from compliance_gate.request import PersonFile
from dialer.domain.facts import FactChange
from dialer.domain.ids import PersonId
from dialer.engine.context import Context
from dialer.engine.state import ChangeRow, PersonRow


class People:
    """The persons' table."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def take_in(self, files: dict[PersonId, PersonFile], *, as_of: int) -> None:
        """Files from a fetch that includes the engine's sequence `as_of`. Who is in play stays as is."""
        state = self._context.state
        later = [row for row in state.changes if row.sequence > as_of]
        for person, fetched in files.items():
            if person in state.persons:
                continue
            file = fetched
            for row in later:
                change = _change_of(row)
                if change.binds(file):
                    file = change.apply(file)
            state.persons[person] = PersonRow(file=file)

    def use(self, person: PersonId) -> None:
        """One more lead or attempt needs the file."""
        self._context.state.persons[person].uses += 1

    def release(self, person: PersonId) -> None:
        """One less; the last one forgets the file, the store has it."""
        state = self._context.state
        row = state.persons[person]
        row.uses -= 1
        if row.uses <= 0:
            del state.persons[person]
            self._context.prepared.pop(person, None)

    def drop_unused(self, persons: dict[PersonId, PersonFile]) -> None:
        """Forget files that came with a fetch and that no lead took up."""
        state = self._context.state
        for person in persons:
            row = state.persons.get(person)
            if row is not None and row.uses <= 0:
                del state.persons[person]
                self._context.prepared.pop(person, None)

    def apply(self, change: FactChange) -> tuple[PersonId, ...]:
        """Apply one fact to everybody in play whom it binds, and to whatever a fetch under way will bring.

        Returns:
            the persons whose file changed, sorted.
        """
        context = self._context
        state = context.state
        if change.person is not None:
            row = state.persons.get(change.person)
            bound = [change.person] if row is not None else []
        else:
            bound = sorted(person for person, row in state.persons.items() if change.binds(row.file))
        for person in bound:
            row = state.persons[person]
            row.file = change.apply(row.file)
            context.prepared.pop(person, None)
        if any(campaign.refill is not None for campaign in state.campaigns.values()):
            state.changes.append(_row_of(change, state.sequence))
        return tuple(bound)

    def forget_old_changes(self) -> None:
        """Drop kept facts that every fetch under way was asked after."""
        state = self._context.state
        if not state.changes:
            return
        asked = [row.refill_sequence for row in state.campaigns.values() if row.refill is not None]
        floor = min(asked, default=state.sequence)
        state.changes = [row for row in state.changes if row.sequence > floor]


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
    )
