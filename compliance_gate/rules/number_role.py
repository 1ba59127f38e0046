"""Kind `number_role`: some numbers are never dialed without a collector on the line first.

Values:
    roles: roles of numbers that are bound.
    unless_agent_guaranteed: whether a call with a certain collector is permitted.
"""

from compliance_gate.question import Question
from compliance_gate.reader import Reader
from compliance_gate.rules.base import PASSED, Answer, Denied, Header, Rule
from compliance_gate.words import Mode, NumberRole


class NumberRoleRule(Rule):
    """Whose numbers may be dialed how."""

    def __init__(
        self, header: Header, *, roles: frozenset[NumberRole], unless_agent_guaranteed: bool
    ) -> None:
        super().__init__(header)
        self.roles = roles
        self.unless_agent_guaranteed = unless_agent_guaranteed

    def ask(self, question: Question) -> Answer:
        """Denied if the number has such a role and no collector is certain to be there."""
        number = question.number
        if number is None or number.role not in self.roles:
            return PASSED
        if self.unless_agent_guaranteed and question.proposed.mode is Mode.PREVIEW_AGENT_GUARANTEED:
            return PASSED
        return Denied((("role of the number", number.role.value), ("number", number.number)), None)

    def values(self) -> tuple[tuple[str, str], ...]:
        """Roles bound."""
        return (
            ("roles", ", ".join(sorted(role.value for role in self.roles))),
            ("with a certain collector", "permitted" if self.unless_agent_guaranteed else "denied"),
        )


def read_number_role(header: Header, reader: Reader) -> NumberRoleRule:
    """Make the rule from its values in a law file."""
    return NumberRoleRule(
        header,
        roles=reader.words("roles", NumberRole),
        unless_agent_guaranteed=reader.flag("unless_agent_guaranteed"),
    )
