"""What the rulebook holds: every rule in words, each edition of one, what changed between two days."""

from dataclasses import asdict, dataclass
from datetime import date

from compliance_gate.book.shipped import standard_rulebook
from compliance_gate.rules.base import Rule
from dialer.inquiry.errors import NotThereError

_NAMES_IN_HINT = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTold:
    """One edition of a rule, in words.

    Args:
        what: the rule in a sentence; layer, pack, file: whose it is and where it is written.
        effective_from, effective_to: local days, both included; None = still in force.
        expected: a known future change.
        checked, checked_on: how its text was checked, and when.
        values: its numbers and words, by name.
    """

    rule: str
    what: str
    layer: str
    pack: str
    kind: str
    verdict: str
    citation: str
    source: str | None
    effective_from: date
    effective_to: date | None
    expected: str | None
    unit: str
    values: tuple[tuple[str, str], ...]
    checked: str
    checked_on: date
    note: str | None
    file: str

    def as_json(self) -> dict[str, object]:
        """The same for a program."""
        return {
            **asdict(self),
            "values": dict(self.values),
            "effective_from": self.effective_from.isoformat(),
            "effective_to": self.effective_to.isoformat() if self.effective_to else None,
            "checked_on": self.checked_on.isoformat(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChanged:
    """A rule that said something else, or nothing, on one of two days."""

    rule: str
    before: RuleTold | None
    after: RuleTold | None

    @property
    def change(self) -> str:
        """What happened to it, in words."""
        if self.after is None:
            return "ended"
        return "came into force" if self.before is None else "changed"

    @property
    def edition(self) -> RuleTold:
        """The edition that shows it: the later one there is."""
        shown = self.after or self.before
        assert shown is not None, "a change has an edition on one of its sides"
        return shown

    def as_json(self) -> dict[str, object]:
        """The same for a program."""
        return {
            "rule": self.rule,
            "change": self.change,
            "before": None if self.before is None else self.before.as_json(),
            "after": None if self.after is None else self.after.as_json(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """Rules of the packaged law and policy. `rulebook`: its hash."""

    rulebook: str
    rules: tuple[RuleTold, ...]

    def as_json(self) -> dict[str, object]:
        """The same for a program."""
        return {"rulebook": self.rulebook, "rules": [rule.as_json() for rule in self.rules]}


def rules_listed(*, pack: str | None = None, on: date | None = None) -> Law:
    """Every rule, or those of one pack, or those in force on a day.

    Raises:
        NotThereError: there is no such pack.
    """
    book = standard_rulebook()
    rules = book.rules() if on is None else book.in_force(on)
    if pack is not None:
        known = {rule.header.pack for rule in book.rules()}
        if pack not in known:
            raise NotThereError(
                f"no pack is called {pack!r}", mend=f"choose one of: {', '.join(sorted(known))}"
            )
        rules = tuple(rule for rule in rules if rule.header.pack == pack)
    return Law(rulebook=book.hash, rules=tuple(told(rule) for rule in rules))


def rule_editions(name: str) -> tuple[RuleTold, ...]:
    """One rule, every edition of it.

    Raises:
        NotThereError: there is no rule of this name.
    """
    rules = standard_rulebook().rules()
    editions = tuple(told(each) for each in rules if each.header.rule == name)
    if not editions:
        near = sorted({each.header.rule for each in rules if name.lower() in each.header.rule.lower()})
        hint = f"did you mean {', '.join(near[:_NAMES_IN_HINT])}?" if near else "see `fairdial law list`."
        raise NotThereError(f"no rule is called {name!r}", mend=hint)
    return editions


def changes_between(before: date, after: date) -> tuple[RuleChanged, ...]:
    """What the law and policy said on one day and not on the other, by name."""
    book = standard_rulebook()
    old = {rule.header.rule: rule for rule in book.in_force(before)}
    new = {rule.header.rule: rule for rule in book.in_force(after)}
    return tuple(
        RuleChanged(
            rule=name,
            before=told(old[name]) if name in old else None,
            after=told(new[name]) if name in new else None,
        )
        for name in sorted(old.keys() | new.keys())
        if old.get(name) is not new.get(name)
    )


def told(rule: Rule) -> RuleTold:
    """An edition in words."""
    header = rule.header
    return RuleTold(
        rule=header.rule,
        what=header.what,
        layer=header.layer.value,
        pack=header.pack,
        kind=header.kind,
        verdict=header.verdict.value,
        citation=header.citation,
        source=header.source,
        effective_from=header.effective_from,
        effective_to=header.effective_to,
        expected=header.expected,
        unit=header.unit,
        values=(*rule.values(), *header.scope.told_debts()),
        checked=header.checked.value,
        checked_on=header.checked_on,
        note=header.note,
        file=header.path,
    )
