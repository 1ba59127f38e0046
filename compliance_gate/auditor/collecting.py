"""Who may collect where, and whether a call may be taped: read from the texts, as far as they were had.

Licences: RCW 19.16.110; N.C. Gen. Stat. 58-70-1; Conn. Gen. Stat. 36a-801; Mich. Comp. Laws 339.904, .907;
Md. Com. Law 14-202(10); N.J.S.A. 45:18-1; 225 ILCS 740/4; Mass. G.L. ch. 93 s. 24A; Cal. Fin. Code 100001;
Fla. Stat. 559.553; Tex. Fin. Code 392.101; NRS 649.075; ORS 697.015; C.R.S. 5-16-118; Minn. Stat. 332.33;
Wis. Stat. 218.04; A.R.S. 32-1055; N.Y.C. Admin. Code 20-490. Everywhere else nobody knows of one, and
somebody must answer.

Recording: thirteen states want all parties to know or to agree. Nine were not established, and the statutes
of the others were not read in their own text: whoever does not answer for a state by name asks everybody.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from compliance_gate.auditor.facts import Reason
from compliance_gate.auditor.question import Question

DEMANDED = {
    "US-WA": ("licence", 0), "US-NC": ("permit", 0), "US-CT": ("licence", 0), "US-MI": ("licence", 5_000),
    "US-MD": ("licence", 5_000), "US-NJ": ("bond", 5_000), "US-IL": ("licence", 0), "US-MA": ("licence", 0),
    "US-CA": ("licence", 0), "US-FL": ("registration", 0), "US-TX": ("bond", 10_000), "US-NV": ("licence", 0),
    "US-OR": ("registration", 0), "US-CO": ("licence", 0), "US-MN": ("licence", 0), "US-WI": ("licence", 0),
    "US-AZ": ("licence", 0), "US-NY-NYC": ("licence", 0), "US-ID": ("licence", 0), "US-TN": ("licence", 0),
    "US-ND": ("licence", 50_000), "US-RI": ("registration", 0), "US-WY": ("licence", 10_000),
    "US-AK": ("licence", 0), "US-HI": ("registration", 25_000), "US-IA": ("registration", 0),
}  # fmt: skip
"""What a third-party collector must have there, and the least bond in dollars."""

ALL_MUST_KNOW = frozenset({"US-CA", "US-CT", "US-IL", "US-MA", "US-MT", "US-WA"})
ALL_MUST_AGREE = frozenset({"US-DE", "US-FL", "US-MD", "US-MI", "US-NV", "US-NH", "US-PA"})
ONE_IS_ENOUGH = frozenset({
    "US-AK", "US-AZ", "US-CO", "US-DC", "US-HI", "US-ID", "US-IA", "US-KS", "US-KY", "US-LA", "US-ME",
    "US-MN", "US-MO", "US-NE", "US-NY", "US-NC", "US-ND", "US-OH", "US-OK", "US-OR", "US-RI", "US-SC",
    "US-SD", "US-TX", "US-UT", "US-VA", "US-WV", "US-WI", "US-WY",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedLicence:
    """Leave to collect at a place; days are local, both included. Bonds are in dollars."""

    place: str
    kind: str
    since: date
    expires: date
    bond: float = 0.0
    bond_expires: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedCollector:
    """Who called.

    Attributes:
        places: where its agents sit and its calls are taped; empty = nobody knows.
        answered_for, taping_answered_for: places for which somebody answers by name: that no licence is
            demanded there; that the reading of its law on recording holds.
    """

    places: frozenset[str]
    licences: tuple[AuditedLicence, ...]
    answered_for: frozenset[str] = frozenset()
    taping_answered_for: frozenset[str] = frozenset()


def licences(question: Question, collector: AuditedCollector) -> Iterator[Reason]:
    """A licence is wanted where the person is and where the caller sits, in force on each local day."""
    days = {question.local(zone).date() for zone in question.zones}
    for place in sorted(question.person.regions | collector.places):
        held = [one for one in collector.licences if one.place == place and _in_force(one, days)]
        kind, bond = DEMANDED.get(place, (None, 0))
        if kind is None:
            is_open = place.startswith("US-") and place.count("-") == 1 and not held
            if is_open and place not in collector.answered_for:
                yield _reason("licence", "nobody looked, and nobody answers for it", place)
        elif not any(one.kind == kind and _bonded(one, bond, days) for one in held):
            yield _reason("licence", f"{kind} in force on {min(days, default='no day')}", place)


def taping(question: Question, collector: AuditedCollector) -> Iterator[Reason]:
    """Taped from the answer where all must know, or on an announcement where all must agree."""
    taped = question.proposal.taped
    if taped is None or taped == "agreed":
        return
    places = question.person.regions | collector.places
    if not question.person.regions or not collector.places:
        yield _reason("taping", f"{taped}, and a place is not known", "nowhere")
    for place in sorted(places):
        if place.count("-") > 1:
            continue  # a city has no law of its own on it
        answered = place in collector.taping_answered_for
        if place in ALL_MUST_KNOW and answered:
            is_lawful = taped == "told"
        else:
            is_lawful = place in ONE_IS_ENOUGH and answered
        if not is_lawful:
            yield _reason("taping", f"taped, and everybody on the line was {taped}", place)


def _in_force(one: AuditedLicence, days: set[date]) -> bool:
    return all(one.since <= day <= one.expires for day in days)


def _bonded(one: AuditedLicence, dollars: float, days: set[date]) -> bool:
    ends = one.bond_expires or one.expires
    return not dollars or (one.bond >= dollars and all(day <= ends for day in days))


def _reason(rule: str, found: str, place: str) -> Reason:
    return Reason(rule=rule, citation=f"the law of {place}", found=f"{found} at {place}")
