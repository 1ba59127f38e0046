"""The store of a rehearsal, in memory: leads in their order, and the files of the people behind them.

It answers `RefillHopper` as the real store does, by the one declared ordering (`dialer.domain.ordering`), and
folds what the engine writes down into the files, so that the next answer includes it. Two heaps hold the
leads, those that are due (by the ordering) and those that rest (by the instant), so a fetch costs the
logarithm of their number. A lead that was handed out is claimed until it rests or closes.
"""

from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush

from compliance_gate.request import HistoryEntry, PersonFile, on_line
from dialer.casework.facts import change_of_command
from dialer.domain.commands import (
    CloseLead,
    CloseLeads,
    RefillHopper,
    RestLead,
    RestLeads,
    StoreConsent,
    StoreConversation,
    StoreHold,
    StoreNumberRequest,
    StoreRequest,
)
from dialer.domain.events import LeadsFetched
from dialer.domain.facts import FactChange, with_history
from dialer.domain.ids import CampaignId, DebtId, LeadId, NumberId, PersonId
from dialer.domain.inbound import Caller
from dialer.domain.lead import Lead, Target
from dialer.domain.ordering import lead_order_key
from dialer.domain.record import AttemptRecord, entry_of
from dialer.domain.targets import WITHOUT_NUMBER_REST_S, targets_of

_Due = tuple[tuple[float, float, int, str], LeadId]
_Resting = tuple[float, LeadId]


class UnknownPersonError(Exception):
    """A lead names a person whose file was not handed in. Hand in both together."""


_NO_TARGETS: dict[NumberId, Target] = {}


class _File:
    """One person's file while it changes.

    Most writes are attempts, written again and again while they go on and read only when the person's turn
    comes: they are kept as they came and become history when the file is asked for.
    """

    __slots__ = ("_base", "_built", "_history", "_line_records", "_lines", "_records")

    def __init__(self, base: PersonFile) -> None:
        self._base = base
        self._built: PersonFile | None = base
        self._history: dict[str, HistoryEntry] | None = None
        self._lines: dict[str, HistoryEntry] | None = None
        self._records: dict[str, AttemptRecord] = {}
        self._line_records: dict[str, AttemptRecord] = {}

    def write(self, record: AttemptRecord) -> None:
        """An attempt as it stands, in place of what was written of it before."""
        self._records[record.attempt] = record
        self._built = None

    def write_on_line(self, record: AttemptRecord) -> None:
        """An attempt on somebody else who has one of the person's numbers, as it stands."""
        self._line_records[record.attempt] = record
        self._built = None

    def take(self, change: FactChange) -> None:
        """Apply a fact that binds this person; an entry stands in place of the one of its id."""
        self._base = self._built = change.apply(self.now())
        self._history = self._lines = None

    def forget_before(self, posix: float) -> None:
        """Drop entries older than any rule looks back."""
        file = self.now()
        oldest = (*file.history[:1], *file.line_history[:1])
        if any(entry.at.timestamp() < posix for entry in oldest):
            kept = tuple(entry for entry in file.history if entry.at.timestamp() >= posix)
            on_lines = tuple(entry for entry in file.line_history if entry.at.timestamp() >= posix)
            self._base = self._built = with_history(file, kept, line_history=on_lines)
            self._history = self._lines = None

    def placed(self) -> PersonFile:
        """The file with every fact, perhaps without the attempts of late."""
        return self._base

    def now(self) -> PersonFile:
        """The file as of now."""
        if self._built is None:
            history = self._history
            if history is None:
                history = self._history = {old.entry: old for old in self._base.history}
            for record in self._records.values():
                entry = entry_of(record)
                if entry is not None:
                    history[entry.entry] = entry
                else:  # it turned out that no telephone rang
                    history.pop(record.attempt, None)
            self._records.clear()
            self._built = with_history(self._base, tuple(history.values()), line_history=self._lines_now())
        return self._built

    def _lines_now(self) -> tuple[HistoryEntry, ...]:
        known = self._lines
        if known is None:
            known = self._lines = {old.entry: old for old in self._base.line_history}
        for record in self._line_records.values():
            entry = entry_of(record)
            told = None if entry is None else on_line(entry)
            if told is None:
                known.pop(record.attempt, None)
            else:
                known[told.entry] = told
        self._line_records.clear()
        return tuple(known.values())


class LeadBook:
    """Leads and files of one rehearsal.

    Args:
        leads: every lead, of any campaign; not yet attempted or with their passes.
        persons: the file of everybody whom a lead names.
    """

    def __init__(self, *, leads: Iterable[Lead], persons: Iterable[PersonFile]) -> None:
        self._files = {file.person: _File(file) for file in persons}
        self._order = lead_order_key()
        self._due: dict[str, list[_Due]] = {}
        self._resting: dict[str, list[_Resting]] = {}
        self._leads: dict[LeadId, Lead] = {}
        self._claimed: set[LeadId] = set()
        self._not_before: dict[LeadId, float] = {}
        self._left: dict[str, int] = {}
        self._leads_of: dict[str, list[LeadId]] = {}
        self._leads_about: dict[DebtId, list[LeadId]] = {}
        self._targets: dict[str, tuple[PersonFile, dict[NumberId, Target]]] = {}
        self._of_number: dict[str, list[str]] = {}
        self._of_debt: dict[str, list[str]] = {}
        for lead in leads:
            self._admit(lead)
        for name, file in self._files.items():
            self._index(name, file.now())
        for due in self._due.values():
            heapify(due)
        for resting in self._resting.values():
            heapify(resting)

    def _index(self, name: str, file: PersonFile) -> None:
        for number in file.numbers:
            having = self._of_number.setdefault(number.number, [])
            if name not in having:
                having.append(name)
        for debt in file.debts:
            owing = self._of_debt.setdefault(debt.debt, [])
            if name not in owing:
                owing.append(name)

    def _admit(self, lead: Lead) -> None:
        missing = [target.person for target in lead.targets if target.person not in self._files]
        if missing:
            raise UnknownPersonError(f"lead {lead.lead} names {missing[0]}, whose file was not handed in")
        self._leads[lead.lead] = lead
        self._leads_about.setdefault(lead.debt, []).append(lead.lead)
        for person in dict.fromkeys(target.person for target in lead.targets):
            self._leads_of.setdefault(person, []).append(lead.lead)
        due = self._due.setdefault(lead.campaign, [])
        resting = self._resting.setdefault(lead.campaign, [])
        self._left[lead.campaign] = self._left.get(lead.campaign, 0) + 1
        if lead.not_before is None:
            due.append((self._order(lead), lead.lead))
        else:
            self._not_before[lead.lead] = lead.not_before
            resting.append((lead.not_before, lead.lead))

    # --- what the world asks ------------------------------------------------------------------------

    def file_of(self, person: str) -> PersonFile:
        """One person's file as of now."""
        return self._files[person].now()

    def placed(self, person: str) -> PersonFile:
        """One person's file, perhaps without the attempts of late: where they live and what they owe."""
        return self._files[person].placed()

    def knows(self, person: str) -> bool:
        """Whether there is a file of this person."""
        return person in self._files

    def files(self) -> Iterator[PersonFile]:
        """Everybody's file as of now, in the order in which they came."""
        return (file.now() for file in self._files.values())

    def callers(self, number: NumberId) -> tuple[Caller, ...]:
        """Everybody on file who has the number, with what they owe, by person."""
        return tuple(
            Caller(
                person=PersonId(name),
                debts=tuple(sorted(DebtId(debt.debt) for debt in self._files[name].now().debts)),
            )
            for name in sorted(self._of_number.get(number, ()))
        )

    def lead(self, lead: LeadId) -> Lead | None:
        """The lead as of now; None when it is closed."""
        return self._leads.get(lead)

    def handed_out(self) -> tuple[Lead, ...]:
        """Leads that the engine has in hand or calls, by name."""
        return tuple(self._leads[name] for name in sorted(self._claimed))

    def targets_of(self, person: str) -> tuple[Target, ...]:
        """The person's numbers that may be tried now."""
        return targets_of(self._files[person].now())

    @property
    def persons(self) -> int:
        """How many people there are."""
        return len(self._files)

    def leads_left(self, campaign: CampaignId) -> int:
        """Leads that are neither closed nor handed out."""
        return self._left.get(campaign, 0)

    def fetch(self, command: RefillHopper, *, now: float) -> LeadsFetched:
        """Claim up to `wanted` due leads, in order, with the files of all their people.

        Args:
            now: POSIX seconds; a lead is due from its `not_before` on.
        """
        campaign = command.campaign
        due, resting = self._due.setdefault(campaign, []), self._resting.setdefault(campaign, [])
        self._wake_rested(due, resting, now)
        taken: list[Lead] = []
        while due and len(taken) < command.wanted:
            _, name = heappop(due)
            lead = self._leads.get(name)
            if lead is None or name in self._claimed or name in self._not_before:
                continue  # closed, handed out or put to rest since it was put on the heap
            targets = self._targets_of(lead)
            if not targets:
                self._rest_until(lead, now + WITHOUT_NUMBER_REST_S)
                continue
            self._claimed.add(name)
            taken.append(_with_targets(lead, targets))
        left = self._left.get(campaign, 0)
        self._left[campaign] = left - len(taken)
        persons = {target.person: None for lead in taken for target in lead.targets}
        return LeadsFetched(
            campaign=campaign,
            request=command.request,
            as_of=command.sequence,
            leads=tuple(taken),
            persons=tuple(self._files[person].now() for person in persons),
            leads_left=left,
            retry_at=resting[0][0] if resting else None,
        )

    def _targets_of(self, lead: Lead) -> tuple[Target, ...]:
        """The lead's numbers that may still be tried, with the segments of today."""
        found: list[Target] = []
        person, targets = "", _NO_TARGETS
        for placed in lead.targets:
            if placed.person != person:
                person = placed.person
                targets = self._targets_by_number(person)
            target = targets.get(placed.number)
            if target is not None:
                found.append(target)
        return tuple(found)

    def _targets_by_number(self, person: str) -> dict[NumberId, Target]:
        file = self._files[person].now()
        known = self._targets.get(person)
        if known is None or known[0] is not file:
            known = self._targets[person] = file, {target.number: target for target in targets_of(file)}
        return known[1]

    def _wake_rested(self, due: list[_Due], resting: list[_Resting], now: float) -> None:
        while resting:
            at, name = resting[0]
            is_current = self._not_before.get(name) == at
            if is_current and at > now:
                return
            heappop(resting)
            if is_current:
                del self._not_before[name]
                heappush(due, (self._order(self._leads[name]), name))

    def release_claims(self) -> None:
        """Between shifts: what was handed out and never came back is due again."""
        for name in sorted(self._claimed):
            self._claimed.discard(name)
            lead = self._leads[name]
            heappush(self._due[lead.campaign], (self._order(lead), name))
            self._left[lead.campaign] += 1

    # --- what the engine writes down ----------------------------------------------------------------

    def rest(self, command: RestLead) -> None:
        """Take a lead back until its time."""
        lead = self._leads.get(command.lead)
        if lead is None:
            return
        if command.lead in self._claimed:
            self._claimed.discard(command.lead)
            self._left[lead.campaign] += 1
        self._leads[command.lead] = Lead(
            lead=lead.lead,
            campaign=lead.campaign,
            debt=lead.debt,
            targets=lead.targets,
            needs=lead.needs,
            priority=lead.priority,
            passes=command.passes,
            reserve_agent=command.reserve_agent,
            reserve_for=command.reserve_for,
            not_before=command.not_before if command.reserve_agent else None,
        )
        self._rest_until(lead, command.not_before)

    def _rest_until(self, lead: Lead, at: float) -> None:
        self._not_before[lead.lead] = at
        heappush(self._resting[lead.campaign], (at, lead.lead))

    def close(self, command: CloseLead) -> None:
        """No more turns for this lead."""
        lead = self._leads.pop(command.lead, None)
        if lead is None:
            return
        self._not_before.pop(command.lead, None)
        if command.lead in self._claimed:
            self._claimed.discard(command.lead)
        else:
            self._left[lead.campaign] -= 1

    def rest_leads(self, command: RestLeads) -> None:
        """Leads of the account that are not handed out rest, none shorter than it does; a call back has its
        instant."""
        for lead in self._in_hand_of(command.debt):
            at = command.not_before
            if not command.reserve_agent:
                at = max(at, self._not_before.get(lead.lead, at))
            rest = RestLead(
                lead=lead.lead,
                not_before=at,
                reason=command.reason,
                passes=lead.passes,
                reserve_agent=command.reserve_agent,
                reserve_for=command.reserve_for,
            )
            self.rest(rest)

    def close_leads(self, command: CloseLeads) -> None:
        """No more turns for leads of the account that are not handed out."""
        for lead in self._in_hand_of(command.debt):
            self.close(CloseLead(lead=lead.lead, reason=command.reason))

    def _in_hand_of(self, debt: DebtId) -> tuple[Lead, ...]:
        names = self._leads_about.get(debt, ())
        held = (self._leads.get(name) for name in names if name not in self._claimed)
        return tuple(lead for lead in held if lead is not None)

    def write_attempt(self, record: AttemptRecord) -> None:
        """An attempt as the gate must know it, replacing what was known of it."""
        self._files[record.person].write(record)
        having = self._of_number.get(record.number, ())
        if len(having) > 1:
            for other in having:
                if other != record.person:
                    self._files[other].write_on_line(record)

    def learn(self, change: FactChange) -> None:
        """A fact that the engine decided to record, or that came from outside, for everybody it binds."""
        news = change.news_for_line()
        if news is not None:
            self.learn(news)
        for person in self._bound(change):
            self._files[person].take(change)
            if change.placed is not None or change.replaced is not None:
                self._index(person, self._files[person].now())
                self._bring_lines(person)
        if change.may_free and change.number is None:
            for person in self._bound(change):
                self._forget_hints(person)

    def _bring_lines(self, person: str) -> None:
        """What happened on a number with whoever has it is known to whom it is given."""
        file = self._files[person]
        for number in file.now().numbers:
            for other in self._of_number[number.number]:
                theirs = () if other == person else self._files[other].now().history
                for told in map(on_line, theirs):
                    if told is not None and told.number == number.number:
                        news = FactChange(number=NumberId(number.number), on_line=told, about=PersonId(other))
                        file.take(news)

    def _forget_hints(self, person: str) -> None:
        """What was denied may be allowed now: look again, but for what was agreed with the person."""
        for name in self._leads_of.get(person, ()):
            lead = self._leads.get(name)
            if lead is not None and name in self._not_before and not lead.reserve_agent:
                del self._not_before[name]
                heappush(self._due[lead.campaign], (self._order(lead), name))

    def _bound(self, change: FactChange) -> tuple[str, ...]:
        if change.person is not None:
            return (change.person,)
        if change.number is not None:
            having = self._of_number.get(change.number, ())
            return tuple(name for name in having if change.binds(self._files[name].placed()))
        return tuple(self._of_debt.get(change.debt or "", ()))

    def write(
        self,
        command: StoreRequest | StoreConsent | StoreHold | StoreConversation | StoreNumberRequest,
    ) -> None:
        """What a person asked for, agreed to, talked about with us, or is protected by."""
        change = change_of_command(command)
        if change is not None:
            self.learn(change)

    def forget_before(self, posix: float) -> None:
        """Drop history older than any rule looks back; for rehearsals of a year."""
        for file in self._files.values():
            file.forget_before(posix)


def _with_targets(lead: Lead, targets: tuple[Target, ...]) -> Lead:
    """`dataclasses.replace` for the one field that moves at every claim, several times as fast."""
    return Lead(
        lead=lead.lead,
        campaign=lead.campaign,
        debt=lead.debt,
        targets=targets,
        needs=lead.needs,
        priority=lead.priority,
        passes=lead.passes,
        reserve_agent=lead.reserve_agent,
        reserve_for=lead.reserve_for,
        not_before=lead.not_before,
    )
