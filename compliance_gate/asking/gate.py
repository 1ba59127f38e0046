"""The gate: every rule is asked, every finding kept, and only what nothing denies is cleared.

`evaluate` is the only way to a clearance. It fails closed at every step: a contact outside all known law
is denied, a rule that raises denies, a fact that is missing is tried with every value it may have.
"""

import math
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from compliance_gate.asking.person_index import ContactRequest
from compliance_gate.asking.plan import AskingOnDays, Plan, denies
from compliance_gate.asking.plan_finder import Planner
from compliance_gate.asking.preconditions import is_sound, structural_findings
from compliance_gate.asking.question import Question
from compliance_gate.book.rulebook import LAYERS, Rulebook
from compliance_gate.calendar import utc
from compliance_gate.call_handling import Term
from compliance_gate.findings import Clearance, GateDecision, Layer, Recording
from compliance_gate.request import ProposedContact
from compliance_gate.rules.base import PASSED, Answer, Denied, Rule

CLEARANCE_VALID_S = 5.0
# `retry_at` looks no further than this; a later instant is as good as never for a dialer.
_RETRY_HORIZON_S = 400 * 86400
_MOST_STEPS = 2000
_FAILED = "gate-rule-failed"
_Denial = tuple[Rule, Denied]


class ComplianceGate:
    """Decides contacts under one rulebook.

    Args:
        layers: layers to ask; the public check of worked cases asks the law alone, a floor all of them.
        clearance_valid_s: seconds for which a clearance may be used.
        law_of: decide by the law of this day, whenever the contact is (to compare editions of the law);
            a gate that launches calls leaves it out.
    """

    def __init__(
        self,
        rulebook: Rulebook,
        *,
        layers: Iterable[Layer] = LAYERS,
        clearance_valid_s: float = CLEARANCE_VALID_S,
        law_of: date | None = None,
    ) -> None:
        self.rulebook = rulebook
        self.clearance_valid_s = clearance_valid_s
        self._valid = timedelta(seconds=clearance_valid_s)
        self._planner = Planner(rulebook, frozenset(layers), law_of)

    def evaluate(self, request: ContactRequest, *, at: datetime, with_retry: bool = True) -> GateDecision:
        """Ask every rule that applies to one contact at one instant.

        Args:
            at: when the telephone would ring; aware.
            with_retry: whether to work out `retry_at` on a denial.
        """
        question = _question(request, at)
        plan = self._planner.plan(request, question)
        sound = is_sound(question, plan)
        structural = plan.cleared if sound else tuple(structural_findings(question, plan))
        asked = plan.asked.at(question)
        findings = [*structural, *asked.quiet]
        before = len(structural)
        denials: list[_Denial] = []
        for place, rule in asked.concerned(question):
            answer = ask(rule, question)
            findings[before + place] = rule.finding(answer)
            if isinstance(answer, Denied) and denies(rule):
                denials.append((rule, answer))
        cleared = sound and not denials
        waiting = [each for each in denials if not each[1].ours_to_mend]
        retry = self._first_passing(request, question, waiting) if waiting and sound and with_retry else None
        return GateDecision(
            findings=tuple(findings),
            clearance=self._clearance(request, question, plan, at) if cleared else None,
            retry_at=None if retry is None else utc(retry),
            rulebook=self.rulebook.hash,
            wants_agent=any([rule.is_for_an_agent for rule, _ in denials]),
        )

    def handling_terms(
        self, proposed: ProposedContact, *, on: date, packs: Iterable[str] = ()
    ) -> tuple[Term, ...]:
        """What binds the handling of calls such as this one on a day, each value with its rule.

        Args:
            proposed: purpose, client and campaign of the calls; whoever is called.
            packs: law packs of the places that are called; without them policy alone, which binds anywhere.
        """
        return self._planner.terms(proposed, on=on, packs=tuple(packs))

    def _first_passing(
        self, request: ContactRequest, question: Question, denials: list[_Denial]
    ) -> int | None:
        """First second at which all rules pass together.

        Every denial names a second before which it certainly stands, so jumping to the latest of these
        can never jump over a second at which all pass; the rules are then asked again.

        Args:
            denials: what denies at the question's own second, at least one.
        """
        horizon = question.at + _RETRY_HORIZON_S
        for _ in range(_MOST_STEPS):
            step = _next_step(question, denials)
            if step is None or step > horizon:
                return None
            if step == question.at:
                return step
            question = question.moved_to(step)
            plan = self._planner.plan(request, question)
            if not is_sound(question, plan):
                return None
            asked = [(rule, ask(rule, question)) for _, rule in plan.denying.at(question).concerned(question)]
            denials = [
                (rule, answer)
                for rule, answer in asked
                if isinstance(answer, Denied) and not answer.ours_to_mend
            ]
        return None

    def _clearance(self, request: ContactRequest, question: Question, plan: Plan, at: datetime) -> Clearance:
        person, proposed = request.person.file.person, request.proposed
        debts = proposed.debts or tuple(debt.debt for debt in request.person.file.debts)
        return Clearance(
            clearance=f"{person}|{proposed.number or proposed.action.value}|{at.timestamp():.6f}",
            person=person,
            number=proposed.number,
            debts=debts,
            issued_at=at,
            expires_at=at + self._valid,
            rulebook=self.rulebook.hash,
            may_play=_may_play(question, plan),
            handling=plan.handling,
            statements=tuple(said for rule in plan.speaking for said in rule.statements(question)),
        )


def ask(rule: Rule, question: Question) -> Answer:
    """A rule's answer; a rule that raises denies, whatever it was.

    A rule for some debts only has nothing against a contact about others.
    """
    try:
        debts = rule.debts
        if debts is not None and not debts.binds_contact(question):
            return PASSED
        return rule.ask(question)
    except Exception as error:  # noqa: BLE001 - fail closed: no error of a rule may let a call through
        return Denied((("the rule failed", f"{type(error).__name__}: {error}"),), None)


def _question(request: ContactRequest, at: datetime) -> Question:
    if at.tzinfo is None:
        raise ValueError("`at` must be an aware datetime: without a zone there is no instant")
    second = at.timestamp()
    return Question(
        request.person,
        request.proposed,
        request.profile,
        at=math.floor(second),
        until=math.ceil(second + request.max_ring_s),
    )


def _next_step(question: Question, denials: list[_Denial]) -> int | None:
    """Where to look next: now if nothing denies, `None` if waiting never helps."""
    step: int | None = question.at
    for rule, answer in denials:
        release = _later(answer.release, question.at)
        ends = _end_of_law(rule, question)
        release = ends if release is None else release if ends is None else min(release, ends)
        step = None if release is None or step is None else max(step, release)
    # A person on a journey comes home, and what was an unlawful hour there no longer matters.
    zones_end = question.person.zone_set(question.at).until
    if step != question.at and zones_end is not None:
        return zones_end if step is None else min(step, zones_end)
    return step


def _later(release: int | None, at: int) -> int | None:
    return None if release is None else max(release, at + 1)


def _end_of_law(rule: Rule, question: Question) -> int | None:
    """First second at which the rule is in force nowhere the person may be; `None` = it does not end.

    A gate that is held to the law of an earlier day asks rules that ended since: for it they do not end.
    """
    if rule.header.effective_to is None:
        return None
    end = max((zone.midnight(rule.to_day + 1) for zone in question.zones), default=question.at)
    return end if end > question.at else None


def _may_play(question: Question, plan: Plan) -> frozenset[Recording]:
    """Recordings that may be heard on this number.

    An abandonment message, a voicemail drop and a recorded notice are all prerecorded voice in law: the
    rules for recorded voice decide, as if the call itself were recorded.
    """
    if question.number is None or _denied(plan.recorded, question):
        return frozenset()
    return frozenset(recording for recording, asked in plan.recordings if not _denied(asked, question))


def _denied(asking: AskingOnDays, question: Question) -> bool:
    left = asking.at(question)
    for _, rule in left.always:  # one is enough, and most that deny are among these
        if isinstance(ask(rule, question), Denied):
            return True
    return any(isinstance(ask(rule, question), Denied) for _, rule in left.moved(question))
