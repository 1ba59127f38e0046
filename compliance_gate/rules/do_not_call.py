"""Kind `do_not_call`: numbers on a list are left alone.

Values:
    lists: which lists.
    unknown_denies: deny when it is not known whether the number is on them.
    consent_lifts: scopes of consent that lift it.
"""

from compliance_gate.asking.question import Question
from compliance_gate.book.reader import Reader
from compliance_gate.rules.base import PASSED, Answer, Denied, Header, Passed, Rule
from compliance_gate.rules.consented import is_for_number, stands
from compliance_gate.words import ConsentScope, DncList


class DoNotCallRule(Rule):
    """Do-not-call lists."""

    def __init__(
        self,
        header: Header,
        *,
        lists: frozenset[DncList],
        unknown_denies: bool,
        consent_lifts: frozenset[ConsentScope],
    ) -> None:
        super().__init__(header)
        self.lists = lists
        self.unknown_denies = unknown_denies
        self.consent_lifts = consent_lifts

    def ask(self, question: Question) -> Answer:
        """Denied if the number is on a list, or may be and nobody looked."""
        number = question.number
        if number is None:
            return PASSED
        found = sorted(name.value for name in number.on_lists & self.lists) if number.on_lists else []
        if not found and (number.dnc_checked is True or not self.unknown_denies):
            return PASSED
        for consent in question.person.file.consents:
            if (
                consent.scope in self.consent_lifts
                and is_for_number(question, consent)
                and stands(question, consent)
            ):
                return Passed((("consent", f"{consent.scope.value} of {consent.at.isoformat()}"),))
        if found:
            return Denied((("on do-not-call list", ", ".join(found)), ("number", number.number)), None)
        return Denied((("not known, every value tried", f"do-not-call lists for {number.number}"),), None)

    def values(self) -> tuple[tuple[str, str], ...]:
        """Lists and what lifts them."""
        return (
            ("lists", ", ".join(sorted(name.value for name in self.lists))),
            ("not looked up", "denies" if self.unknown_denies else "passes"),
            ("lifted by", ", ".join(sorted(scope.value for scope in self.consent_lifts))),
        )


def read_do_not_call(header: Header, reader: Reader) -> DoNotCallRule:
    """Make the rule from its values in a law file."""
    lists = reader.words("lists", DncList)
    if not lists:
        raise reader.fail("lists", "at least one list is required")
    return DoNotCallRule(
        header,
        lists=lists,
        unknown_denies=reader.flag("unknown_denies"),
        consent_lifts=reader.words("consent_lifts", ConsentScope),
    )
