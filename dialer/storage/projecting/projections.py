"""What each event and command means to the tables: they are projections of the journal.

`project` takes one step into a `Fold`, which is written in the transaction of the journal's own rows, so the
tables never say anything that the journal does not. An event that was refused leaves its journal row and no
other.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import cast, get_args

from compliance_gate.findings import Verdict
from dialer.casework.facts import FactEvent, account_over, change_of_command, change_of_event
from dialer.casework.ledger.posting import entry_told
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.commands import Command
from dialer.domain.events import Event
from dialer.domain.facts import FactChange
from dialer.domain.ids import PersonId
from dialer.domain.lead import LeadMove
from dialer.domain.ports import Fate, JournalEntry
from dialer.storage import leads, ledgers
from dialer.storage.database import tables
from dialer.storage.journal.codecs import encode_entry
from dialer.storage.journal.rows import JournalRow
from dialer.storage.placements import news
from dialer.storage.projecting import attempt_rows, fact_rows, inbound_rows
from dialer.storage.projecting.attempt_rows import json_text
from dialer.storage.projecting.fold import Fold

_FACT_EVENTS: frozenset[type] = frozenset(cast("tuple[type, ...]", get_args(FactEvent)))
_FACT_COMMANDS: frozenset[type] = frozenset(
    {c.StoreRequest, c.StoreNumberRequest, c.StoreConversation, c.StoreConsent, c.StoreHold}
)


def project(
    fold: Fold, entry: JournalEntry, encoded: bytes | None = None, *, link: bytes | None = None
) -> None:
    """Take one step in; `encoded` and `link` when the caller has its bytes and its link already."""
    event = entry.event
    kind = type(event)
    fold.journal(
        JournalRow(
            sequence=entry.sequence,
            now=entry.now,
            event=kind.__name__,
            fate=None if entry.fate is Fate.TAKEN else entry.fate.value,
            data=encode_entry(entry) if encoded is None else encoded,
            link=link,
        )
    )
    if entry.fate is Fate.REFUSED:
        return
    known: list[FactChange] = []
    _means(fold, entry, known)
    for command in entry.commands:
        command_kind = type(command)
        if command_kind in _FACT_COMMANDS:
            _fact(fold, change_of_command(command), entry, known)
        on_command = _ON_COMMAND.get(command_kind)
        if on_command is not None:
            on_command(fold, command, entry)


def told_without_floor(fold: Fold, event: FactEvent, *, now: float) -> None:
    """What an event means to a store that no engine works on: all that it would mean, and no step."""
    _means(fold, JournalEntry(sequence=0, now=now, event=event, commands=()), [])


def _means(fold: Fold, entry: JournalEntry, known: list[FactChange]) -> None:
    event = entry.event
    kind = type(event)
    if kind in _FACT_EVENTS:
        fact = cast("FactEvent", event)
        _fact(fold, change_of_event(fact, now=entry.now), entry, known)
        over = account_over(fact)
        if over is not None:
            fold.later(partial(leads.close_debt, debt=over[0], state=over[1]))
    on_event = _ON_EVENT.get(kind)
    if on_event is not None:
        on_event(fold, event, entry)


def _fact(fold: Fold, change: FactChange | None, entry: JournalEntry, known: list[FactChange]) -> None:
    """Keep one fact. The engine may repeat an event's fact as a command of the same step: kept once."""
    if change is None or change in known:
        return
    known.append(change)
    fold.append(tables.facts, fact_rows.row_of(change, sequence=entry.sequence, at=entry.now))
    of_line = change.news_for_line()
    if of_line is not None:
        fold.append(tables.facts, fact_rows.row_of(of_line, sequence=entry.sequence, at=entry.now))
    if change.may_free:
        whose = partial(leads.clear_hints, person=change.person, debt=change.debt, number=change.number)
        fold.later(whose)


# --- events -----------------------------------------------------------------------------------------------


def _leads_fetched(fold: Fold, event: e.LeadsFetched, _entry: JournalEntry) -> None:
    for lead in event.leads:
        fold.lead(lead.lead, state=leads.after(LeadMove.BRING))


def _suppression_added(fold: Fold, event: e.SuppressionAdded, entry: JournalEntry) -> None:
    fold.append(
        tables.suppressions,
        {
            "sequence": entry.sequence,
            "scope": event.scope.value,
            "person": event.person,
            "number": event.number,
            "debt": event.debt,
            "source": event.source,
            "at": entry.now,
        },
    )


def _person_edited(fold: Fold, event: e.PersonEdited, _entry: JournalEntry) -> None:
    """The engine has what the edit says; of the lines it gave them, what was known before is read to it."""
    whose = [PersonId(event.person.person)]
    fold.later(partial(news.add, persons=whose, import_id=""))


def _tied(fold: Fold, event: e.PersonJoined, _entry: JournalEntry) -> None:
    """What is known under the other record is read to the engine, which dials nobody of them until then."""
    fold.append(tables.news, {"person": event.person, "import_id": ""})


def _post(fold: Fold, event: e.PaymentReceived | e.EntryPosted, entry: JournalEntry) -> None:
    told = entry_told(event, sequence=entry.sequence, now=entry.now)
    settles = isinstance(event, e.PaymentReceived) and event.settles
    fold.later(
        partial(
            ledgers.post,
            entries=(told,),
            now=entry.now,
            sequence=entry.sequence,
            settling=(told.key,) if settles else (),
        )
    )


# --- commands ---------------------------------------------------------------------------------------------


def _campaign(fold: Fold, command: c.StoreCampaign, entry: JournalEntry) -> None:
    settings = command.settings
    fold.campaign(
        {
            "campaign": settings.campaign,
            "client": settings.client,
            "state": command.state.value,
            "settings": json_text(settings),
            "sequence": entry.sequence,
        }
    )


def _attempt(fold: Fold, command: c.StoreAttempt, entry: JournalEntry) -> None:
    record = command.record
    fold.attempt(record)
    fold.append(tables.findings, {"attempt": record.attempt, "sequence": entry.sequence})
    fold.lead(record.lead, state=leads.after(LeadMove.LAUNCH))


def _outcome(fold: Fold, command: c.StoreOutcome, _entry: JournalEntry) -> None:
    fold.attempt(command.record)


def _said_anew(fold: Fold, command: c.StoreDisposition, entry: JournalEntry) -> None:
    fold.later(partial(attempt_rows.say_anew, attempt=command.attempt, disposition=command.disposition))
    withdraw = partial(attempt_rows.withdraw_promises, sequence=entry.sequence, at=entry.now)
    fold.later(partial(withdraw, attempt=command.attempt))


def _rest(fold: Fold, command: c.RestLead, _entry: JournalEntry) -> None:
    fold.lead(
        command.lead,
        state=leads.after(LeadMove.REST),
        not_before=command.not_before,
        passes=command.passes,
        reserve_agent=command.reserve_agent,
        reserve_for=command.reserve_for,
        reason=command.reason,
    )


def _close(fold: Fold, command: c.CloseLead, _entry: JournalEntry) -> None:
    fold.lead(command.lead, state=leads.after(LeadMove.CLOSE), reason=command.reason)


def _rest_leads(fold: Fold, command: c.RestLeads, _entry: JournalEntry) -> None:
    fold.later(
        partial(
            leads.rest_leads,
            debt=command.debt,
            not_before=command.not_before,
            reason=command.reason,
            reserve_agent=command.reserve_agent,
            reserve_for=command.reserve_for,
        )
    )


def _close_leads(fold: Fold, command: c.CloseLeads, _entry: JournalEntry) -> None:
    fold.later(partial(leads.close_leads, debt=command.debt, reason=command.reason))


def _denial(fold: Fold, command: c.StoreDenial, entry: JournalEntry) -> None:
    denied = {finding.rule for finding in command.findings if finding.verdict is Verdict.DENIED}
    fold.append(
        tables.denials,
        {
            "sequence": entry.sequence,
            "lead": command.lead,
            "person": command.person,
            "number": command.number,
            "at": command.at,
            "retry_at": command.retry_at,
            "rulebook": command.rulebook,
            "rules": json_text(tuple(sorted(denied))),
        },
    )


def _promise(fold: Fold, command: c.StorePromise, entry: JournalEntry) -> None:
    fold.append(
        tables.promises,
        {
            "sequence": entry.sequence,
            "attempt": command.attempt,
            "person": command.person,
            "debts": json_text(command.debts),
            "cents": None if command.amount is None else command.amount.cents,
            "currency": None if command.amount is None else command.amount.currency,
            "due_at": command.due_at,
            "at": entry.now,
            "parts": json_text([[part.cents, part.due_at] for part in command.parts]),
        },
    )


def _agent_state(fold: Fold, command: c.StoreAgentState, entry: JournalEntry) -> None:
    fold.append(
        tables.agent_states,
        {
            "sequence": entry.sequence,
            "agent": command.agent,
            "campaign": command.campaign,
            "state": command.state,
            "reason": command.reason,
            "at": entry.now,
        },
    )


def _pacing(fold: Fold, command: c.StorePacing, entry: JournalEntry) -> None:
    fold.append(
        tables.pacing_decisions,
        {
            "sequence": entry.sequence,
            "campaign": command.campaign,
            "pool": json_text(command.pool),
            "launches": command.launches,
            "launched": command.launched,
            "reason": command.reason,
            "terms": json_text(command.terms),
            "at": entry.now,
        },
    )


def _inbound(fold: Fold, command: c.StoreInbound, _entry: JournalEntry) -> None:
    fold.inbound(inbound_rows.row_of(command.record))


def _alarm(fold: Fold, command: c.RaiseAlarm, entry: JournalEntry) -> None:
    fold.append(
        tables.alarms,
        {"sequence": entry.sequence, "subject": command.subject, "text": command.text, "at": entry.now},
    )


_ON_EVENT = cast(
    "Mapping[type, Callable[[Fold, Event, JournalEntry], None]]",
    {
        e.LeadsFetched: _leads_fetched,
        e.SuppressionAdded: _suppression_added,
        e.PaymentReceived: _post,
        e.EntryPosted: _post,
        e.PersonEdited: _person_edited,
        e.PersonJoined: _tied,
    },
)
_ON_COMMAND = cast(
    "Mapping[type, Callable[[Fold, Command, JournalEntry], None]]",
    {
        c.StoreCampaign: _campaign,
        c.StoreAttempt: _attempt,
        c.StoreOutcome: _outcome,
        c.StoreDisposition: _said_anew,
        c.RestLead: _rest,
        c.CloseLead: _close,
        c.RestLeads: _rest_leads,
        c.CloseLeads: _close_leads,
        c.StoreDenial: _denial,
        c.StorePromise: _promise,
        c.StoreAgentState: _agent_state,
        c.StorePacing: _pacing,
        c.StoreInbound: _inbound,
        c.RaiseAlarm: _alarm,
    },
)
