"""Kind `role_closed`: people in some roles are not contacted at all, whatever for.

Values:
    roles: the roles; a role that is not known is none of them (other rules ask for it).
"""

from compliance_gate.asking.question import Question
from compliance_gate.book.reader import Reader
from compliance_gate.rules.base import PASSED, Answer, Denied, Header, Rule
from compliance_gate.words import PersonRole


class RoleClosedRule(Rule):
    """Roles that are left alone."""

    def __init__(self, header: Header, *, roles: frozenset[PersonRole]) -> None:
        super().__init__(header)
        self.roles = roles

    @property
    def measures(self) -> bool:
        """It forbids, and measures nothing."""
        return False

    def ask(self, question: Question) -> Answer:
        """Denied for a person in such a role, or who has it to one of the debts concerned."""
        file = question.person.file
        wanted = question.proposed.debts
        if file.role not in self.roles and not question.person.has_roles_by_debt:
            return PASSED
        held = {file.role} | {
            debt.person_role
            for debt in file.debts
            if debt.person_role is not None and (not wanted or debt.debt in wanted)
        }
        found = sorted(role.value for role in held & self.roles)
        return Denied((("role of the person", ", ".join(found)),), None) if found else PASSED

    def values(self) -> tuple[tuple[str, str], ...]:
        """Roles closed."""
        return (("roles", ", ".join(sorted(role.value for role in self.roles))),)


def read_role_closed(header: Header, reader: Reader) -> RoleClosedRule:
    """Make the rule from its values in a law file."""
    roles = reader.words("roles", PersonRole)
    if not roles:
        raise reader.fail("roles", "at least one role is required")
    return RoleClosedRule(header, roles=roles)
