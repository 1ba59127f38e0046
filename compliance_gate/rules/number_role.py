"""Kind `number_role`: some numbers are never dialed ahead, or never spoken to by a recording.

Values:
    roles: roles of numbers that are bound.
    places: numbers known to ring at these places are bound too.
    unless_agent_guaranteed: whether a call with a certain collector is permitted.
    unless_failed_at: a place (home). A call is permitted once calls to the person on every number known to
        ring there have failed, two at least: nobody was reached, and no message was left. A number whose
        place is not known is none of them, and with none on file nothing has failed.
"""

from compliance_gate.asking.question import Question
from compliance_gate.book.reader import Reader
from compliance_gate.rules.base import PASSED, Answer, Denied, Header, Passed, Rule
from compliance_gate.words import EventKind, Mode, NumberRole, Outcome, Place

_FAILED = frozenset(
    {
        Outcome.NO_ANSWER,
        Outcome.RING_NO_ANSWER,
        Outcome.RING_NO_ANSWER_NO_VOICEMAIL,
        Outcome.VOICEMAIL_REACHED_NO_MESSAGE,
        Outcome.VOICEMAIL_FULL_NO_MESSAGE,
        Outcome.AMD_MACHINE,
        Outcome.BUSY,
        Outcome.NOT_IN_SERVICE,
        Outcome.NO_CONNECTION,
    }
)
"""Calls that reached nobody and left nothing; an outcome that is not known is none of them."""


class NumberRoleRule(Rule):
    """Whose numbers may be dialed how."""

    def __init__(
        self,
        header: Header,
        *,
        roles: frozenset[NumberRole],
        places: frozenset[Place],
        unless_agent_guaranteed: bool,
        unless_failed_at: Place | None = None,
    ) -> None:
        super().__init__(header)
        self.roles = roles
        self.places = places
        self.unless_agent_guaranteed = unless_agent_guaranteed
        self.unless_failed_at = unless_failed_at

    @property
    def measures(self) -> bool:
        """It forbids, and measures nothing."""
        return False

    @property
    def exceptions(self) -> tuple[str, ...]:
        """A call with an agent at hand; one after calls elsewhere have failed."""
        guaranteed = ("unless_agent_guaranteed",) if self.unless_agent_guaranteed else ()
        return guaranteed if self.unless_failed_at is None else (*guaranteed, "unless_failed_at")

    def ask(self, question: Question) -> Answer:
        """Denied if the number is such a one and no collector is certain to be there."""
        number = question.number
        if number is None or (number.role not in self.roles and number.place not in self.places):
            return PASSED
        if self.unless_agent_guaranteed and question.proposed.mode is Mode.PREVIEW_AGENT_GUARANTEED:
            return PASSED
        if self._have_failed_elsewhere(question):
            return Passed((("calls there have failed", str(self.unless_failed_at)),))
        place = () if number.place is None else (("place of the number", number.place.value),)
        return Denied((("role of the number", number.role.value), *place, ("number", number.number)), None)

    def values(self) -> tuple[tuple[str, str], ...]:
        """Roles bound."""
        return (
            ("roles", ", ".join(sorted(role.value for role in self.roles))),
            ("places", ", ".join(sorted(place.value for place in self.places))),
            ("with a certain collector", "permitted" if self.unless_agent_guaranteed else "denied"),
            *(
                ()
                if self.unless_failed_at is None
                else (("once calls have failed at", self.unless_failed_at),)
            ),
        )

    def _have_failed_elsewhere(self, question: Question) -> bool:
        there = {
            number.number
            for number in question.person.file.numbers
            if self.unless_failed_at is not None and number.place is self.unless_failed_at
        }
        tried = [
            event
            for event in question.past.events(0, question.seen)
            if event.own
            and event.entry.event in (EventKind.CALL_PLACED, EventKind.RINGLESS_VOICEMAIL)
            and (event.number is None or event.number in there)
        ]
        reached = any(event.entry.outcome not in _FAILED for event in tried)
        numbers = [event.number for event in tried if event.number is not None]
        return bool(there) and there <= set(numbers) and len(numbers) >= 2 and not reached


def read_number_role(header: Header, reader: Reader) -> NumberRoleRule:
    """Make the rule from its values in a law file."""
    return NumberRoleRule(
        header,
        roles=reader.words("roles", NumberRole),
        places=reader.words("places", Place),
        unless_agent_guaranteed=reader.flag("unless_agent_guaranteed"),
        unless_failed_at=(reader.word("unless_failed_at", Place) if reader.has("unless_failed_at") else None),
    )
