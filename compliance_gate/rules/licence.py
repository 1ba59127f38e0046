"""Kind `licence`: who may collect at a place.

Values:
    place: as the register names it, or a country.
    demands: licence, registration, permit or bond; nothing (looked for: none is demanded); not_found (looked
        for, and nothing was found that could be read); not_looked_for.
    bond_cents: least sum of the bond that goes with it.
    each_branch: every office of the collector needs its own.
    spares: kinds of collector of whom it is said that they need none.

A demand forbids whoever has none that is in force on the local day. Where none is demanded, or none was found
or looked for, or this kind of collector is spared, that must have been read in the law's own text, or
somebody answers for it by name; a licence that is held there answers for itself.
"""

from enum import StrEnum

from compliance_gate.asking.question import Question
from compliance_gate.book.holdings import Entity, Licence
from compliance_gate.book.reader import Reader
from compliance_gate.book.register.signatures import Subject
from compliance_gate.rules.base import Answer, Denied, Facts, Header, Passed, Rule, Settled
from compliance_gate.rules.placed import PlacedRule
from compliance_gate.words import CollectorType

_MOST_KEPT = 256


class Demand(StrEnum):
    """What a place demands of whoever collects there."""

    LICENCE = "licence"
    REGISTRATION = "registration"
    PERMIT = "permit"
    BOND = "bond"
    NOTHING = "nothing"
    NOT_FOUND = "not_found"
    NOT_LOOKED_FOR = "not_looked_for"


_NO_DEMAND = frozenset({Demand.NOTHING, Demand.NOT_FOUND, Demand.NOT_LOOKED_FOR})


class LicenceRule(PlacedRule):
    """Leave to collect at a place."""

    subject = Subject.LICENCE

    def __init__(
        self,
        header: Header,
        *,
        place: str,
        demands: Demand,
        bond_cents: int = 0,
        each_branch: bool = False,
        spares: frozenset[CollectorType] = frozenset(),
    ) -> None:
        super().__init__(header, place=place)
        self.demands = demands
        self.bond_cents = bond_cents
        self.each_branch = each_branch
        self.spares = spares
        self.begin()

    def begin(self) -> None:
        """Look up what is held there, once."""
        super().begin()
        self._held = tuple(each for each in self.holdings.licences if each.place == self.place)
        self._answers: dict[object, Answer] = {}

    @property
    def is_demand(self) -> bool:
        """Whether something is demanded there."""
        return self.demands not in _NO_DEMAND

    @property
    def may_be_signed(self) -> bool:
        """That nothing is demanded, of anybody or of some."""
        return self.demands in _NO_DEMAND or bool(self.spares)

    @property
    def lets_go(self) -> bool:
        """Whether somebody is told to need nothing; a demand forbids, and a licence answers for itself."""
        return self.may_be_signed

    def ask(self, question: Question) -> Answer:
        """Denied unless everybody who may be meant holds what is demanded, on every local day it may be."""
        key = (question.proposed.entity, question.proposed.collector_type, question.today)
        known = self._answers.get(key)
        if known is None:
            if len(self._answers) >= _MOST_KEPT:
                self._answers.clear()
            known = self._answers[key] = self._answer(question)
        return known

    @property
    def may_settle(self) -> bool:
        """Who collects and the days are the same whoever is called."""
        return True

    def settled(self, question: Question) -> Settled | None:
        """Its answer, for as long as the days last."""
        return Settled(self.ask(question))

    def _answer(self, question: Question) -> Answer:
        meant = self.holdings.meant(question.proposed.entity)
        lacking = [why for entity in meant for why in self._lacks(entity, question.today)]
        if meant and not lacking:
            held = [one.told for one in self._in_force(meant, question.today)]
            return Passed((("held", "; ".join(held)),), lasting=True)
        collector = question.proposed.collector_type
        if self.demands in _NO_DEMAND or collector in self.spares:
            told = self._told if self.demands in _NO_DEMAND else f"{self._told}, not of {collector.value}"
            if self.is_read:
                return Passed((("demanded", told), *self._signed()), lasting=True)
            return Denied((("demanded", f"{told}; not read, and nobody has signed for it"),), None)
        who = lacking or [f"{question.proposed.entity or 'who collects'} is not among the collectors"]
        facts: Facts = (("demanded", self._told), *(("lacking", why) for why in dict.fromkeys(who)))
        return Denied(facts, self._begins(question))

    def _lacks(self, entity: Entity, days: tuple[int, ...]) -> list[str]:
        """What the entity has not, in words."""
        wanted = [*entity.branches] if self.each_branch and entity.branches else [None]
        return [why for branch in wanted if (why := self._lack(entity, branch, days)) is not None]

    def _lack(self, entity: Entity, branch: str | None, days: tuple[int, ...]) -> str | None:
        own = [
            one
            for one in self._held
            if one.entity == entity.entity and branch in (None, one.branch) and self._is_of_the_kind(one)
        ]
        of = entity.entity if branch is None else f"{entity.entity} ({branch})"
        if not own:
            return f"{of} has none at {self.place}"
        valid = [one for one in own if all(one.holds_on(day) for day in days)]
        if not valid:
            last = max(own, key=lambda one: one.expires)
            if any(last.since.toordinal() > day for day in days):
                return f"{last.number} of {of} begins on {last.since.isoformat()}"
            return f"{last.number} of {of} expired after {last.expires.isoformat()}"
        if self.bond_cents and not any(
            all(one.bond_on(day) >= self.bond_cents for day in days) for one in valid
        ):
            return f"{of} has no bond of {self.bond_cents / 100:,.2f} in force at {self.place}"
        return None

    def _is_of_the_kind(self, one: Licence) -> bool:
        return self.demands in _NO_DEMAND or one.kind.value == self.demands.value

    def _in_force(self, meant: tuple[Entity, ...], days: tuple[int, ...]) -> list[Licence]:
        names = {entity.entity for entity in meant}
        return [one for one in self._held if one.entity in names and all(one.holds_on(day) for day in days)]

    def _begins(self, question: Question) -> int | None:
        """First second at which a licence on file that is still to come may begin."""
        starts = [
            zone.midnight(one.since.toordinal())
            for one in self._held
            for zone in question.zones
            if one.since.toordinal() > min(question.today, default=0)
        ]
        later = [start for start in starts if start > question.at]
        return min(later, default=None)

    @property
    def _told(self) -> str:
        return f"{self.demands.value.replace('_', ' ')} at {self.place}"

    def values(self) -> tuple[tuple[str, str], ...]:
        """Place, demand, bond, branches, and who answers for it."""
        bond = (("bond of at least", f"{self.bond_cents / 100:,.2f}"),) if self.bond_cents else ()
        branch = (("for", "each branch"),) if self.each_branch else ()
        spared = ", ".join(sorted(each.value for each in self.spares))
        not_of = (("not of", spared),) if spared else ()
        return (
            ("place", self.place),
            ("demanded", self.demands.value),
            *bond,
            *branch,
            *not_of,
            *self._signed(),
        )

    def same_subject(self, other: Rule) -> bool:
        """Both speak of one place."""
        return isinstance(other, LicenceRule) and other.place == self.place


def read_licence(header: Header, reader: Reader) -> LicenceRule:
    """Make the rule from its values in a law file."""
    demands = reader.word("demands", Demand)
    bond_cents = reader.whole_or_none("bond_cents") or 0
    each_branch = reader.flag("each_branch")
    if demands in _NO_DEMAND and (bond_cents or each_branch):
        raise reader.fail("demands", f"{demands.value} has no bond and no branches")
    return LicenceRule(
        header,
        place=reader.text("place"),
        demands=demands,
        bond_cents=bond_cents,
        each_branch=each_branch,
        spares=reader.words("spares", CollectorType),
    )
