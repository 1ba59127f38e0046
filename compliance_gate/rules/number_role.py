"""Kind `number_role`: some numbers are never dialed ahead, or never spoken to by a recording.

Values:
    roles: roles of numbers that are bound.
    places: numbers known to ring at these places are bound too.
    unless_agent_guaranteed: whether a call with a certain collector is permitted.
"""

from compliance_gate.asking.question import Question
from compliance_gate.book.reader import Reader
from compliance_gate.rules.base import PASSED, Answer, Denied, Header, Rule
from compliance_gate.words import Mode, NumberRole, Place


class NumberRoleRule(Rule):
    """Whose numbers may be dialed how."""

    def __init__(
        self,
        header: Header,
        *,
        roles: frozenset[NumberRole],
        places: frozenset[Place],
        unless_agent_guaranteed: bool,
    ) -> None:
        super().__init__(header)
        self.roles = roles
        self.places = places
        self.unless_agent_guaranteed = unless_agent_guaranteed

    @property
    def measures(self) -> bool:
        """It forbids, and measures nothing."""
        return False

    @property
    def exceptions(self) -> tuple[str, ...]:
        """A call with an agent at hand."""
        return ("unless_agent_guaranteed",) if self.unless_agent_guaranteed else ()

    def ask(self, question: Question) -> Answer:
        """Denied if the number is such a one and no collector is certain to be there."""
        number = question.number
        if number is None or (number.role not in self.roles and number.place not in self.places):
            return PASSED
        if self.unless_agent_guaranteed and question.proposed.mode is Mode.PREVIEW_AGENT_GUARANTEED:
            return PASSED
        place = () if number.place is None else (("place of the number", number.place.value),)
        return Denied((("role of the number", number.role.value), *place, ("number", number.number)), None)

    def values(self) -> tuple[tuple[str, str], ...]:
        """Roles bound."""
        return (
            ("roles", ", ".join(sorted(role.value for role in self.roles))),
            ("places", ", ".join(sorted(place.value for place in self.places))),
            ("with a certain collector", "permitted" if self.unless_agent_guaranteed else "denied"),
        )


def read_number_role(header: Header, reader: Reader) -> NumberRoleRule:
    """Make the rule from its values in a law file."""
    return NumberRoleRule(
        header,
        roles=reader.words("roles", NumberRole),
        places=reader.words("places", Place),
        unless_agent_guaranteed=reader.flag("unless_agent_guaranteed"),
    )
