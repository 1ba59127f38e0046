"""One answer to a message the person sent by the same medium, where the law allows one.

Comments 6(b)(1)-2 and 14(h)(2)-2: a consumer who writes, or leaves a message, in a time or by a medium
they had closed may be answered once, by that medium. A conversation they began needs no answer: it was
had. It does not reopen anything.
"""

from compliance_gate.asking.question import Question
from compliance_gate.words import Action, EventKind, Outcome

# The regulation names no limit; an answer later than this many days is a new contact, not an answer.
ANSWER_WITHIN_DAYS = 7

_ASKS = {
    Action.PLACE_CALL: EventKind.CALL_RECEIVED,
    Action.SEND_SMS: EventKind.SMS_RECEIVED,
    Action.SEND_EMAIL: EventKind.EMAIL_RECEIVED,
    Action.SEND_LETTER: EventKind.LETTER_RECEIVED,
}
_ANSWERS = {
    Action.PLACE_CALL: (EventKind.CALL_PLACED, EventKind.RINGLESS_VOICEMAIL),
    Action.SEND_SMS: (EventKind.SMS,),
    Action.SEND_EMAIL: (EventKind.EMAIL,),
    Action.SEND_LETTER: (EventKind.LETTER,),
}
# Of a call received only a message left, or a call nobody took, waits for an answer.
_WAITING = frozenset({Outcome.VOICEMAIL_LEFT, Outcome.ABANDONED, Outcome.NO_ANSWER, Outcome.RING_NO_ANSWER})


def may_respond(question: Question, *, since: int, from_number: str | None = None) -> bool:
    """Whether the proposed contact is the one answer to a message received at or after `since`.

    Args:
        from_number: only what came from this number waits for an answer (1006.14(h)(2)(ii): who closed a
            number and then uses another has not asked for the closed one); `None` = from any.
    """
    action = question.proposed.action
    asks, answers = _ASKS[action], _ANSWERS[action]
    earliest = max(since, question.at - ANSWER_WITHIN_DAYS * 86400)
    waiting = False
    for event in question.recent(earliest - 1):
        if not event.own:
            continue
        kind = event.entry.event
        if kind is asks and from_number in (None, event.number):
            waiting = kind is not EventKind.CALL_RECEIVED or event.entry.outcome in _WAITING
        elif kind in answers:
            waiting = False
    return waiting
