"""Kind `call_handling`: how a call that may be placed is handled. It denies nothing; clearances carry it.

Values, exactly one:
    shortest_ring_s: seconds that a telephone rings before the call may be ended by us.
    abandonment: name of a definition of `law/abandonment.yaml`. Its seconds are the limit from the answer to
        an agent; its share, where the definition has one that binds, is the most that may be abandoned. The
        seconds are taken from the answer whatever the definition starts from: nobody hears a greeting end,
        and from the answer is never milder.

What a floor owes after an abandoned call is a pause (`rules/pause.py` with `unless_agent_guaranteed`).
"""

from collections.abc import Mapping

from compliance_gate.abandonment.definition import BINDING, Definition
from compliance_gate.asking.question import Question
from compliance_gate.book.reader import Reader
from compliance_gate.call_handling import Duty, Term
from compliance_gate.findings import Layer
from compliance_gate.rules.base import PASSED, Answer, Header, Rule


class CallHandlingRule(Rule):
    """Values for the handling of a cleared call."""

    is_asked = False

    def __init__(
        self, header: Header, *, shortest_ring_s: int | None, abandonment: Definition | None
    ) -> None:
        super().__init__(header)
        self.shortest_ring_s = shortest_ring_s
        self.abandonment = abandonment

    def ask(self, question: Question) -> Answer:
        """Nothing against it."""
        del question
        return PASSED

    @property
    def terms(self) -> tuple[Term, ...]:
        """The value, or the two of a definition."""
        of = self.abandonment
        if of is None:
            return (self._term(Duty.SHORTEST_RING, float(self.shortest_ring_s or 0)),)
        share = of.limit_on(self.header.effective_from) if of.standing in BINDING else None
        limit = self._term(Duty.ANSWER_LIMIT, of.threshold_s)
        return (limit,) if share is None else (limit, self._term(Duty.MOST_ABANDONED, float(share)))

    def _term(self, duty: Duty, value: float) -> Term:
        header = self.header
        return Term(
            duty=duty,
            value=value,
            rule=header.rule,
            citation=header.citation,
            is_law=header.layer is Layer.LAW,
        )

    def values(self) -> tuple[tuple[str, str], ...]:
        """The value in words; of a definition its seconds, formula, window and limit."""
        of = self.abandonment
        if of is None:
            return (("rings at least", f"{self.shortest_ring_s} seconds"),)
        limits = ", ".join(f"{float(100 * each.share):g} % since {each.since}" for each in of.limits)
        return (
            ("abandoned", f"no agent within {of.threshold_s:g} seconds of the {of.start_event.value}"),
            ("counted as", f"{of.formula.value}, per {of.window.value} ({of.name})"),
            ("at most", f"{limits or 'no limit'} ({of.standing.value})"),
        )

    def same_subject(self, other: Rule) -> bool:
        """Both speak of the ring, or both of abandonment."""
        if not isinstance(other, CallHandlingRule):
            return False
        return (self.abandonment is None) == (other.abandonment is None)

    def looser_than(self, other: Rule) -> str | None:
        """Any of its values permits what the other forbids."""
        assert isinstance(other, CallHandlingRule)
        for term in other.terms:
            mine = [each.value for each in self.terms if each.duty is term.duty]
            if not mine or not term.permits(mine[0]):
                found = f"{mine[0]:g}" if mine else "none"
                return f"{term.duty.value} {found}, against {term.value:g}"
        return None


def read_call_handling(
    header: Header, reader: Reader, definitions: Mapping[str, Definition]
) -> CallHandlingRule:
    """Make the rule from its values in a law file."""
    ring, name = reader.whole_or_none("shortest_ring_s"), reader.text_or_none("abandonment")
    if (ring is None) == (name is None):
        raise reader.fail("shortest_ring_s", "give exactly one of shortest_ring_s, abandonment")
    of = None if name is None else definitions.get(name)
    if name is not None and of is None:
        raise reader.fail("abandonment", f"no definition {name!r}; known: {', '.join(sorted(definitions))}")
    if of is not None and any(each.since > header.effective_from for each in of.limits):
        raise reader.fail("abandonment", f"the limit of {name} changes after this rule begins: one rule each")
    return CallHandlingRule(header, shortest_ring_s=ring, abandonment=of)
