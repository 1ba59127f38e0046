"""Which past events a rule looks at: read from law once, then a table indexed by event code."""

from compliance_gate.asking.past import EVENT_CODES, PastEvent, event_code
from compliance_gate.asking.question import Question
from compliance_gate.book.reader import Reader
from compliance_gate.rules.consented import has_begun, has_ended
from compliance_gate.words import EventKind, Outcome, RequestKind, Tech

RECORDED = frozenset({Tech.PRERECORDED_VOICE, Tech.ARTIFICIAL_VOICE, Tech.AI_VOICE})


class EventFilter:
    """A choice of events.

    A call placed whose outcome is not known is chosen if any of its possible outcomes would be: unknown
    is never zero.
    """

    __slots__ = ("mask", "table", "text")

    def __init__(
        self, *, placed: frozenset[Outcome], received: frozenset[Outcome], events: frozenset[EventKind]
    ) -> None:
        table = [False] * EVENT_CODES
        for kind, outcomes in ((EventKind.CALL_PLACED, placed), (EventKind.CALL_RECEIVED, received)):
            for outcome in outcomes:
                table[event_code(kind, outcome)] = True
            table[event_code(kind, None)] = bool(outcomes)
        for kind in events:
            for outcome in (None, *Outcome):
                table[event_code(kind, outcome)] = True
        self.table = tuple(table)
        self.mask = sum(1 << code for code, is_chosen in enumerate(table) if is_chosen)
        self.text = _text(placed, received, events)

    def __contains__(self, event: PastEvent) -> bool:
        return self.table[event.code]


def read_events(reader: Reader) -> EventFilter:
    """Read `calls`, `calls_except`, `received_calls` and `events`.

    `calls: all` are all outcomes of a placed call; `calls_except` takes some away.
    """
    placed = _outcomes(reader, "calls") - reader.words("calls_except", Outcome)
    received = _outcomes(reader, "received_calls")
    events = reader.words("events", EventKind)
    if not (placed or received or events):
        raise reader.fail("calls", "no event is chosen; give calls, received_calls or events")
    return EventFilter(placed=placed, received=received, events=events)


def is_recorded(event: PastEvent) -> bool:
    """Whether a recorded or artificial voice was, or may have been, used."""
    entry = event.entry
    return (
        entry.tech in RECORDED
        or entry.outcome is Outcome.PRERECORDED_DELIVERED
        or entry.event is EventKind.RINGLESS_VOICEMAIL
    )


def given_back(question: Question, event: PastEvent) -> bool:
    """Whether the call went to a number since learned not to be the person's (comment 14(b)(2)(i)-3).

    What was learned and then withdrawn was a mistake: the calls count again. What was for somebody else
    who has the line stays with the line.
    """
    if event.number is None or event.for_another:
        return False
    return any(
        request.number == event.number
        and event.entry.at < request.at
        and has_begun(request.at, question.at)
        and not has_ended(request.withdrawn_at, question.at)
        for request in question.person.file.requests
        if request.type is RequestKind.WRONG_NUMBER_LEARNED
    )


def _outcomes(reader: Reader, key: str) -> frozenset[Outcome]:
    return frozenset(Outcome) if reader.raw(key) == "all" else reader.words(key, Outcome)


def _text(placed: frozenset[Outcome], received: frozenset[Outcome], events: frozenset[EventKind]) -> str:
    parts: list[str] = []
    if placed:
        absent = [o.value for o in Outcome if o not in placed]
        named = [o.value for o in Outcome if o in placed]
        few = f"calls placed except {', '.join(absent)}" if len(absent) < len(named) else ", ".join(named)
        parts.append("all calls placed" if not absent else few)
    if received:
        parts.append("calls received with " + ", ".join(o.value for o in Outcome if o in received))
    parts.extend(kind.value for kind in EventKind if kind in events)
    return "; ".join(parts)
