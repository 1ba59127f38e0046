"""Which rules are asked about a contact: found once per kind of contact and day, then looked up."""

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from compliance_gate.findings import Layer, Recording, Verdict
from compliance_gate.prepared import ContactRequest
from compliance_gate.question import Question
from compliance_gate.register import Coverage, Place
from compliance_gate.request import ProposedContact
from compliance_gate.rulebook import Rulebook
from compliance_gate.rules.base import Rule
from compliance_gate.scope import in_scope
from compliance_gate.words import Action, NumberKind, Tech

# Kinds in the order of what an answer costs: screening stops at the first denial.
_COST = (
    "hold",
    "suppression",
    "do_not_call",
    "number_role",
    "third_party",
    "window",
    "holiday",
    "asked_times",
    "employer_email",
    "recorded_voice",
    "text_procedure",
    "pause",
    "count",
)
_MOST_PLANS = 8192
# Kinds that can deny only if the person, or someone for them, asked for something.
_ON_REQUESTS = frozenset({"suppression", "asked_times"})


class Needs(Enum):
    """What must be on file before a rule can deny at all; the bulk look skips what cannot."""

    NOTHING = 0
    REQUESTS = 1
    EVENTS = 2
    HOLDS = 3


@dataclass(frozen=True, slots=True)
class ScreeningOrder:
    """Rules that deny, by what must be on file before they can.

    Attributes:
        on_events: with how far back the rule looks (s), and how many events it needs there.
    """

    always: tuple[Rule, ...]
    on_holds: tuple[Rule, ...]
    on_requests: tuple[Rule, ...]
    on_events: tuple[tuple[Rule, int, int], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The rules to ask, in reading order and in order of cost.

    Attributes:
        by_cost: rules that deny, cheapest first; warnings are left out, they stop nothing.
        recorded_rules: rules that would be asked beside these if the voice were recorded.
        recording_rules: rules that bind the playing of single recordings.
        coverage: what the register says of the places; `None` if the packs were given.
        missing: packs that were asked for and do not exist.
        screening: `by_cost` again, by what each rule needs before it can deny.
    """

    rules: tuple[Rule, ...]
    by_cost: tuple[Rule, ...]
    recorded_rules: tuple[Rule, ...]
    recording_rules: tuple[tuple[Recording, tuple[Rule, ...]], ...]
    coverage: Coverage | None
    missing: tuple[str, ...]
    packs: tuple[str, ...]
    with_house: bool
    screening: ScreeningOrder


class Planner:
    """Finds and remembers plans for one rulebook."""

    def __init__(self, rulebook: Rulebook, layers: frozenset[Layer], law_of: date | None = None) -> None:
        self.rulebook = rulebook
        self.layers = layers
        self.law_of = None if law_of is None else law_of.toordinal()
        # The law is the same between two days on which some rule begins or has ended.
        changes = {day for rule in rulebook.rules() for day in (rule.from_day, rule.to_day + 1)}
        self._changes = sorted(changes)
        self._plans: dict[object, Plan] = {}
        self._by_packs: dict[object, Plan] = {}

    def plan(self, request: ContactRequest, question: Question) -> Plan:
        """The plan for one contact on its local day or days."""
        proposed, today = question.proposed, question.today
        where = request.packs if request.packs is not None else question.person.places(question.at)
        number = question.number
        kind = None if number is None else number.kind
        role = question.person.file.role
        key = (
            where,
            proposed.action,
            proposed.purpose,
            proposed.tech,
            proposed.collector_type,
            proposed.client,
            proposed.campaign,
            kind,
            role,
            tuple([bisect_right(self._changes, day) for day in today]),
        )
        known = self._plans.get(key)
        if known is None:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            known = self._where(question, where, key[1:])
            self._plans[key] = known
        return known

    def _where(
        self, question: Question, where: tuple[str, ...] | frozenset[Place], contact: tuple[object, ...]
    ) -> Plan:
        """The plan of the packs that bind there: many places, but few sets of packs."""
        coverage: Coverage | None = None
        if isinstance(where, frozenset):
            coverage = self.rulebook.register.coverage(sorted(where, key=repr))
            packs = coverage.packs
        else:
            packs = where
        key = (packs, contact)
        known = self._by_packs.get(key)
        if known is None:
            if len(self._by_packs) >= _MOST_PLANS:
                self._by_packs.clear()
            known = self._by_packs[key] = self._make(question, packs)
        return known if coverage is None else replace(known, coverage=coverage)

    def _make(self, question: Question, packs: tuple[str, ...]) -> Plan:
        candidates = [rule for name in packs if name in self.rulebook.packs for rule in self._pack(name)]
        for policy in self.rulebook.policies:
            owner = policy.owner
            if policy.layer in self.layers and owner in (
                None,
                question.proposed.client if policy.layer is Layer.CLIENT else question.proposed.campaign,
            ):
                candidates.extend(policy.rules)
        applying = tuple(rule for rule in candidates if self._applies(rule, question, question.proposed))
        rules = tuple(rule for rule in applying if not rule.header.scope.recordings)
        recorded = _as_recorded(question.proposed)
        extra = tuple(
            rule
            for rule in candidates
            if rule not in applying
            and not rule.header.scope.recordings
            and rule.header.verdict is Verdict.DENIED
            and self._applies(rule, question, recorded)
        )
        by_cost = tuple(sorted((r for r in rules if r.header.verdict is Verdict.DENIED), key=_cost))
        return Plan(
            rules=rules,
            by_cost=by_cost,
            screening=_screening(by_cost),
            recorded_rules=extra,
            recording_rules=tuple(
                (recording, tuple(rule for rule in applying if recording in rule.header.scope.recordings))
                for recording in Recording
            ),
            coverage=None,
            missing=tuple(name for name in packs if name not in self.rulebook.packs),
            packs=packs,
            with_house=Layer.HOUSE in self.layers,
        )

    def _pack(self, name: str) -> tuple[Rule, ...]:
        return self.rulebook.packs[name].rules if Layer.LAW in self.layers else ()

    def _applies(self, rule: Rule, question: Question, proposed: ProposedContact) -> bool:
        """In force on any of the local days, and binding this kind of contact."""
        days = question.today if self.law_of is None else (self.law_of,)
        if days and not any(rule.from_day <= day <= rule.to_day for day in days):
            return False
        number = question.number
        kind: NumberKind | None = None if number is None else number.kind
        return in_scope(rule.header.scope, proposed, kind, question.person.file.role)


def _as_recorded(proposed: ProposedContact) -> ProposedContact:
    return ProposedContact(
        action=Action.PLACE_CALL,
        purpose=proposed.purpose,
        tech=Tech.PRERECORDED_VOICE,
        collector_type=proposed.collector_type,
    )


def _cost(rule: Rule) -> int:
    return _COST.index(rule.header.kind) if rule.header.kind in _COST else len(_COST)


def _screening(by_cost: tuple[Rule, ...]) -> ScreeningOrder:
    def needing(what: Needs) -> tuple[Rule, ...]:
        return tuple(rule for rule in by_cost if _needs(rule) is what)

    return ScreeningOrder(
        always=needing(Needs.NOTHING),
        on_holds=needing(Needs.HOLDS),
        on_requests=needing(Needs.REQUESTS),
        on_events=tuple((rule, rule.memory_s or 0, rule.fewest_events) for rule in needing(Needs.EVENTS)),
    )


def _needs(rule: Rule) -> Needs:
    if rule.header.kind == "hold":
        return Needs.HOLDS
    if rule.header.kind in _ON_REQUESTS:
        return Needs.REQUESTS
    return Needs.NOTHING if rule.memory_s is None else Needs.EVENTS
