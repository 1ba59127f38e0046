"""Finding the plan of a contact: made once per kind of contact, places and day, then looked up."""

from bisect import bisect_right
from dataclasses import replace
from datetime import date

from compliance_gate.asking.person_index import ContactRequest
from compliance_gate.asking.plan import AskingOnDays, Plan, asking, denies
from compliance_gate.asking.preconditions import cleared_findings
from compliance_gate.asking.question import Question
from compliance_gate.book.register import Coverage, Place
from compliance_gate.book.rule_scope import in_scope
from compliance_gate.book.rulebook import Rulebook
from compliance_gate.book.standing import NOT_KNOWN
from compliance_gate.call_handling import Term, strictest
from compliance_gate.findings import Layer, Recording
from compliance_gate.request import ProposedContact
from compliance_gate.rules.base import Rule
from compliance_gate.words import Action, NumberKind, PersonRole, Tech

_MOST_PLANS = 8192
_ByPacks = tuple[tuple[str, ...], frozenset[str] | None, tuple[object, ...]]
"""Law packs, places of the register, and the kind of contact with its days or its edition of the law."""


class Planner:
    """Finds and remembers plans for one rulebook."""

    def __init__(self, rulebook: Rulebook, layers: frozenset[Layer], law_of: date | None = None) -> None:
        self.rulebook = rulebook
        self.layers = layers
        self.law_of = None if law_of is None else law_of.toordinal()
        # The law is the same between two days on which some rule begins or has ended.
        changes = {day for rule in rulebook.rules() for day in (rule.from_day, rule.to_day + 1)}
        self._changes = sorted(changes)
        self._editions: dict[tuple[int, ...], tuple[int, ...]] = {}
        self._plans: dict[object, Plan] = {}
        self._by_packs: dict[_ByPacks, Plan] = {}
        self._by_edition: dict[_ByPacks, Plan] = {}

    def plan(self, request: ContactRequest, question: Question) -> Plan:
        """The plan for one contact on its local day or days."""
        proposed = question.proposed
        where = request.packs if request.packs is not None else question.person.places(question.at)
        number = question.number
        kind = None if number is None else number.kind
        role = question.person.file.role
        key = (
            where,
            proposed.action,
            proposed.purpose,
            proposed.tech,
            proposed.mode,
            proposed.collector_type,
            proposed.client,
            proposed.campaign,
            proposed.entity,
            kind,
            role,
            question.profile,
            question.days,
        )
        known = self._plans.get(key)
        if known is None:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            known = self._plans[key] = self._where(question, where, key[1:])
        return known

    def _law_on(self, today: tuple[int, ...]) -> tuple[int, ...]:
        """Which edition of the law is in force on local days, as a number each."""
        known = self._editions.get(today)
        if known is None:
            if len(self._editions) >= _MOST_PLANS:
                self._editions.clear()
            known = self._editions[today] = tuple([bisect_right(self._changes, day) for day in today])
        return known

    def _where(
        self, question: Question, where: tuple[str, ...] | frozenset[Place], contact: tuple[object, ...]
    ) -> Plan:
        """The plan of the packs that bind there: many places, but few sets of packs."""
        coverage: Coverage | None = None
        if isinstance(where, frozenset):
            coverage = self.rulebook.register.coverage(sorted(where, key=repr))
            packs, names = coverage.packs, coverage.names
        else:
            packs, names = where, None
        key = (packs, names, contact)
        known = self._by_packs.get(key)
        if known is None:
            if len(self._by_packs) >= _MOST_PLANS:
                self._by_packs.clear()
            known = self._by_packs[key] = self._on_edition(question, key).anew()
        if coverage is None:
            return known
        action = question.proposed.action
        cleared = cleared_findings(coverage, packs, action, with_house=known.with_house)
        return replace(known, coverage=coverage, cleared=cleared)

    def _on_edition(self, question: Question, key: _ByPacks) -> Plan:
        """The plan of a kind of contact for all local days of one edition of the law."""
        packs, names, contact = key
        by_edition = packs, names, (*contact[:-2], self._law_on(question.today))
        known = self._by_edition.get(by_edition)
        if known is None:
            if len(self._by_edition) >= _MOST_PLANS:
                self._by_edition.clear()
            known = self._by_edition[by_edition] = self._make(question, packs, names)
        return known

    def _make(self, question: Question, packs: tuple[str, ...], names: frozenset[str] | None) -> Plan:
        everything = self._candidates(packs, question.proposed, names)
        bound = tuple(rule for rule in everything if self._applies(rule, question, question.proposed))
        candidates = tuple(rule for rule in everything if rule.is_asked)
        applying = tuple(rule for rule in bound if rule.is_asked)
        rules = tuple(rule for rule in applying if not rule.header.scope.recordings)
        proposed = question.proposed
        recorded = _as_recorded(proposed)
        extra = tuple(
            rule
            for rule in candidates
            if rule not in applying
            and not rule.header.scope.recordings
            and denies(rule)
            and self._applies(rule, question, recorded)
        )
        denying = tuple(rule for rule in rules if denies(rule))
        missing = tuple(name for name in packs if name not in self.rulebook.packs)
        with_house = Layer.HOUSE in self.layers
        return Plan(
            cleared=cleared_findings(None, packs, proposed.action, with_house=with_house),
            asked=AskingOnDays(asking(rules, proposed)),
            denying=AskingOnDays(asking(denying, proposed)),
            recorded=AskingOnDays(asking(extra, proposed)),
            recordings=tuple(
                (recording, AskingOnDays(asking(_of_recording(applying, recording), proposed)))
                for recording in Recording
            ),
            coverage=None,
            missing=missing,
            packs=packs,
            with_house=with_house,
            handling=strictest(term for rule in bound for term in rule.terms),
            speaking=tuple(rule for rule in bound if rule.speaks and not rule.header.scope.recordings),
        )

    def terms(self, proposed: ProposedContact, *, on: date, packs: tuple[str, ...]) -> tuple[Term, ...]:
        """What binds the handling of such calls on a day, whoever is called: every rule's own value."""
        return tuple(
            term
            for rule in self._candidates(packs, proposed)
            if rule.from_day <= on.toordinal() <= rule.to_day
            and in_scope(rule.header.scope, proposed, NumberKind.UNKNOWN, PersonRole.UNKNOWN)
            for term in rule.terms
        )

    def _candidates(
        self, packs: tuple[str, ...], proposed: ProposedContact, names: frozenset[str] | None = None
    ) -> tuple[Rule, ...]:
        """Rules of the packs, the places, the house, this client and campaign, in and out of force.

        Args:
            names: places of the register where the person may be; `None` where packs were given instead, and
                nothing is asked of single places.
        """
        found = [rule for name in packs if name in self.rulebook.packs for rule in self._pack(name)]
        if names is not None and Layer.LAW in self.layers:
            found += self._placed(names, proposed.entity)
        for policy in self.rulebook.policies:
            named = proposed.client if policy.layer is Layer.CLIENT else proposed.campaign
            if policy.layer in self.layers and policy.owner in (None, named):
                found.extend(policy.rules)
        return tuple(found)

    def _placed(self, names: frozenset[str], entity: str | None) -> list[Rule]:
        """Rules of where the person may be, and of where whoever collects may sit and record."""
        ours = self.rulebook.holdings.places(entity)
        where = names | (frozenset({NOT_KNOWN}) if ours is None else ours)
        return [rule for rule in self.rulebook.placed if rule.binds_at(where)]

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


def _of_recording(rules: tuple[Rule, ...], recording: Recording) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if recording in rule.header.scope.recordings)


def _as_recorded(proposed: ProposedContact) -> ProposedContact:
    return ProposedContact(
        action=Action.PLACE_CALL,
        purpose=proposed.purpose,
        tech=Tech.PRERECORDED_VOICE,
        collector_type=proposed.collector_type,
    )
