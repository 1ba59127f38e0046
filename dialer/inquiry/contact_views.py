"""Of a person's account: what came of contacts, the talk that goes on, how they may be reached now."""

from collections.abc import Iterable, Sequence
from math import inf

from compliance_gate.request import PersonFile, PersonRequest
from compliance_gate.words import EventKind, RequestKind
from compliance_gate.words import Outcome as GateOutcome
from dialer.domain.record import AttemptRecord
from dialer.inquiry.account_shapes import ContactView, MeansView, TalkView
from dialer.inquiry.errors import NothingToAskError, NotKnownError, NotThereError
from dialer.inquiry.explain import About, Asked, Channel, Then, explain_then, law_of, statements_of
from dialer.storage.store import Store

MOST_CONTACTS = 20
"""The last ones; all of them are in the person's report."""

CHANNELS = (Channel.CALL, Channel.TEXT, Channel.EMAIL, Channel.LETTER)


def contacts_of(file: PersonFile, attempts: Iterable[AttemptRecord]) -> tuple[ContactView, ...]:
    """The last contacts, the newest first."""
    made = {str(each.attempt): each for each in attempts}
    newest = sorted(file.history, key=lambda entry: (entry.at, entry.entry), reverse=True)
    found: list[ContactView] = []
    for entry in newest[:MOST_CONTACTS]:
        attempt = made.get(entry.entry)
        said = None if attempt is None else attempt.disposition
        found.append(
            ContactView(
                entry=entry.entry,
                at=entry.at.timestamp(),
                what=entry.event.value,
                direction="" if entry.direction is None else entry.direction.value,
                outcome="" if entry.outcome is None else entry.outcome.value,
                number=entry.number or "",
                debts=entry.debts,
                agent="" if attempt is None else attempt.agent or "",
                disposition="" if said is None else said.kind.value,
            )
        )
    return tuple(found)


def number_status(
    number: str,
    file: PersonFile,
    requests: Iterable[PersonRequest],
    attempts: Iterable[AttemptRecord],
) -> str:
    """What is known of a number: the gravest word first, and of a line's health the last.

    Args:
        requests: that stand.
    """
    asked = {each.type for each in requests if each.number == number}
    if RequestKind.WRONG_NUMBER_LEARNED in asked:
        return "wrong"
    if RequestKind.STOP_NUMBER in asked:
        return "stopped"
    calls = [
        each
        for each in (*file.history, *file.line_history)
        if each.number == number and each.event is EventKind.CALL_PLACED
    ]
    last = max(calls, key=lambda each: (each.at, each.entry), default=None)
    if last is not None and last.outcome is GateOutcome.NOT_IN_SERVICE:
        return "disconnected"
    said = (each.disposition for each in attempts if each.number == number)
    is_theirs = any(each is not None and each.effect.right_party for each in said)
    return "verified" if is_theirs else "unknown"


def is_talk_at(record: AttemptRecord, at: float) -> bool:
    """Whether agent and person talk at an instant: from the bridge on, until the talk or the call is over."""
    ends = [end for end in (record.talk_ended_at, record.ended_at) if end is not None]
    return record.bridged_at is not None and record.bridged_at <= at < min(ends, default=inf)


def talk_of(store: Store, attempts: Sequence[AttemptRecord], at: float) -> TalkView | None:
    """The talk that goes on at `at`, with what must be said in it; None = there is none."""
    going = [each for each in attempts if is_talk_at(each, at)]
    if not going:
        return None
    record = going[-1]
    law, _ = law_of(store, record.rulebook)
    return TalkView(
        attempt=record.attempt, debts=tuple(record.debts), statements=statements_of(store, record, law)
    )


def means_now(
    store: Store, file: PersonFile, debts: set[str], at: float
) -> tuple[tuple[MeansView, ...], str]:
    """How they may be reached about some debts at `at`, and '' or why that cannot be said."""
    if not debts:
        return (), "there is no account of which somebody may be told on this file"
    try:
        then = Then.of(store, file.person, at)
    except (NotThereError, NotKnownError) as error:
        return (), error.what
    found: list[MeansView] = []
    why: list[str] = []
    for debt in sorted(debts):
        for channel in CHANNELS:
            try:
                asked = explain_then(then, About(debt=debt, channel=channel))
            except (NothingToAskError, NotThereError, NotKnownError) as error:
                why.append(f"{channel.value}: {error.what}")
                continue
            found += [_means(each) for each in asked]
    return tuple(found), "; ".join(dict.fromkeys(why))


def _means(asked: Asked) -> MeansView:
    about = dict(asked.about)
    return MeansView(
        channel=about["channel"],
        debt=about["debt"],
        number=about.get("number", ""),
        campaign=about.get("campaign", ""),
        is_allowed=asked.is_allowed,
        denied_by=tuple(rule for rule in asked.rules if rule.denies),
        next_at=asked.next_at,
        statements=asked.statements,
    )
