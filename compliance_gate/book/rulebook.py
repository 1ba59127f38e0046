"""Loads law and policy from their texts, checks them, and answers which rules are in force.

Layers stack: law, house, client, campaign. Rules of all layers are asked, so a lower layer can never
permit what a higher one forbids; a lower layer that *tries* to (a looser value for the same thing) is an
error, because whoever wrote it believed something else.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import yaml

from compliance_gate.abandonment.definition import Definition
from compliance_gate.abandonment.definitions import read_definitions
from compliance_gate.book.holdings import NO_HOLDINGS, Holdings, write_holdings
from compliance_gate.book.reader import LawError, Reader
from compliance_gate.book.register import Register, read_register
from compliance_gate.book.register.readings import Reading, check_reading
from compliance_gate.book.register.signatures import Signature, Subject
from compliance_gate.book.rule_scope import read_scope
from compliance_gate.book.sources import Sources
from compliance_gate.book.standing import PLACED_PACKS, check_signed, left_open, stood
from compliance_gate.book.texts import ABANDONMENT, tzdata_version
from compliance_gate.findings import Layer, Verdict
from compliance_gate.rules.base import Header, Rule
from compliance_gate.rules.holiday import calendar_edition
from compliance_gate.rules.kinds import ReadRule, kinds_with
from compliance_gate.rules.placed import PlacedRule
from compliance_gate.words import Checked

_LAYER_FOLDERS = {"house": Layer.HOUSE, "client": Layer.CLIENT, "campaign": Layer.CAMPAIGN}
_EFFECTS = {"deny": Verdict.DENIED, "warn": Verdict.WARNED}
# The same safe reading in C where PyYAML was built with it: three times as fast.
_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
LAYERS = (Layer.LAW, Layer.HOUSE, Layer.CLIENT, Layer.CAMPAIGN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """Rules that apply together: one body of law, or one layer of policy.

    `owner` names the client or campaign a policy is for; `None` for law and house.
    """

    name: str
    title: str
    layer: Layer
    owner: str | None
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """Every rule of every layer, the register of what is covered, and one hash over all of it.

    `definitions`: of the abandonment rate, by name; a rule of call handling names one.
    `sources`: the files it was read from. `holdings`: who collects, and under which licences.
    `answered_for`: signatures for what rules of single places were not read of.
    """

    packs: Mapping[str, Pack]
    policies: tuple[Pack, ...]
    definitions: Mapping[str, Definition]
    register: Register
    hash: str
    sources: Sources = field(default_factory=Sources)
    holdings: Holdings = NO_HOLDINGS
    answered_for: tuple[Signature, ...] = ()

    @property
    def text(self) -> str:
        """The rules, the register with its signatures, and the editions of zones and holidays: what is kept
        beside decisions. `hash` is the first 16 hexadecimal digits of its SHA-256."""
        return _text(self)

    def signed(self, signatures: Iterable[Signature]) -> "Rulebook":
        """This rulebook with these signatures in its register, under a hash of its own.

        Raises:
            LawError: a signature is for a place that needs none.
        """
        given = tuple(signatures)
        book = replace(
            self,
            register=self.register.signed(given),
            sources=self.sources.signed(given),
            answered_for=tuple(each for each in given if each.subject is not Subject.LAW),
        )
        check_signed(book.placed, book.answered_for)
        return _standing_anew(book)

    def holding(self, holdings: Holdings) -> "Rulebook":
        """This rulebook for these collectors with these licences, under a hash of its own."""
        sources = replace(self.sources, holdings=write_holdings(holdings))
        return _standing_anew(replace(self, holdings=holdings, sources=sources))

    @property
    def placed(self) -> tuple[PlacedRule, ...]:
        """Rules of single places of the register: licences, and how calls may be recorded."""
        rules = (rule for name in PLACED_PACKS if name in self.packs for rule in self.packs[name].rules)
        return tuple(rule for rule in rules if isinstance(rule, PlacedRule))

    def rules(self) -> tuple[Rule, ...]:
        """All rules, law first."""
        law = [rule for name in sorted(self.packs) for rule in self.packs[name].rules]
        return (*law, *(rule for pack in self.policies for rule in pack.rules))

    def rule(self, name: str, on: date | None = None) -> Rule | None:
        """A rule by its name, in force on a day (or its latest edition)."""
        found = [rule for rule in self.rules() if rule.header.rule == name]
        if on is not None:
            found = [rule for rule in found if rule.from_day <= on.toordinal() <= rule.to_day]
        return max(found, key=lambda rule: rule.from_day, default=None)

    def in_force(self, on: date) -> tuple[Rule, ...]:
        """Rules in force on a day, law first."""
        day = on.toordinal()
        return tuple(rule for rule in self.rules() if rule.from_day <= day <= rule.to_day)


def load_rulebook(law: Iterable[tuple[str, str]], register: Iterable[tuple[str, str]] = ()) -> Rulebook:
    """Read law and policy files given as `(path, text)`.

    A path that begins with `house/`, `client/` or `campaign/` is policy, `abandonment.yaml` holds definitions
    of the abandonment rate, everything else is law.

    Raises:
        LawError: a file is malformed, two rules of one name overlap in time, or a lower layer is looser.
    """
    packs: dict[str, Pack] = {}
    sources = Sources(law=tuple(sorted(law)), register=tuple(sorted(register)))
    texts = dict(sources.law)
    definitions = read_definitions(texts.pop(ABANDONMENT, ""))
    kinds = kinds_with(definitions)
    for path, text in texts.items():
        pack = _read_pack(path, text, kinds)
        known = packs.get(pack.name)
        if known is None:
            packs[pack.name] = pack
        elif known.layer is not pack.layer or known.owner != pack.owner:
            raise LawError(f"{path}: pack {pack.name} is also in another layer")
        else:
            packs[pack.name] = replace(known, rules=(*known.rules, *pack.rules))
    policies = tuple(
        sorted(
            (pack for pack in packs.values() if pack.layer is not Layer.LAW),
            key=lambda pack: (LAYERS.index(pack.layer), pack.name),
        )
    )
    laws = {name: pack for name, pack in packs.items() if pack.layer is Layer.LAW}
    whole = read_register(sources.register)
    for name in PLACED_PACKS:
        if name in laws:
            told = laws[name].rules
            laws[name] = replace(laws[name], rules=(*told, *left_open(name, told, whole)))
    book = Rulebook(
        packs=laws,
        policies=policies,
        definitions=definitions,
        register=whole,
        hash="",
        sources=sources,
    )
    _check_names(book)
    _check_layers(book)
    _check_register(book)
    return replace(book, hash=_hash(book))


def _read_pack(path: str, text: str, kinds: Mapping[str, ReadRule]) -> Pack:
    try:
        content: object = yaml.load(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        raise LawError(f"{path}: not readable as YAML: {error}") from error
    reader = Reader(content, path)
    layer = _LAYER_FOLDERS.get(path.split("/", maxsplit=1)[0], Layer.LAW)
    name, title = reader.text("pack"), reader.text("title")
    owner = reader.text(layer.value) if layer in (Layer.CLIENT, Layer.CAMPAIGN) else None
    if layer is not Layer.LAW:
        # Policy is signed and dated: only a compliance officer may relax it, and it shows who did.
        reader.text("signed_by")
        reader.day("dated")
    rules = tuple(_read_rule(inner, path, name, layer, kinds) for inner in reader.inners("rules"))
    reader.done()
    if not rules:
        raise LawError(f"{path}: a pack needs at least one rule")
    return Pack(name=name, title=title, layer=layer, owner=owner, rules=rules)


def _read_rule(reader: Reader, path: str, pack: str, layer: Layer, kinds: Mapping[str, ReadRule]) -> Rule:
    name = reader.text("rule")
    reader.where = f"{path}: {name}"
    kind, effect = reader.text("kind"), reader.text_or_none("effect") or "deny"
    if kind not in kinds:
        raise reader.fail("kind", f"unknown kind {kind!r}; known: {', '.join(sorted(kinds))}")
    if effect not in _EFFECTS:
        raise reader.fail("effect", f"unknown word {effect!r}; known: {', '.join(_EFFECTS)}")
    effective = reader.inner("effective")
    header = Header(
        rule=name,
        kind=kind,
        what=reader.text("what"),
        unit=reader.text("unit"),
        citation=reader.text("citation"),
        checked=reader.word("checked", Checked),
        checked_on=reader.day("checked_on"),
        verdict=_EFFECTS[effect],
        layer=layer,
        pack=pack,
        path=path,
        effective_from=effective.day("from"),
        effective_to=effective.day_or_none("to"),
        scope=read_scope(reader.inner("scope") if reader.has("scope") else None, kind=kind),
        expected=reader.text_or_none("expected"),
        source=reader.text_or_none("source"),
        note=reader.text_or_none("note"),
        tightens=reader.text_or_none("tightens"),
    )
    effective.done()
    values = Reader(reader.raw("values") or {}, f"{reader.where}: values")
    rule = kinds[kind](header, values)
    if layer is Layer.LAW and header.checked is Checked.MEMORY and not rule.measures and rule.exceptions:
        told = ", ".join(rule.exceptions)
        raise reader.fail("values", f"nobody read this law, so it may only deny, without {told}")
    values.done()
    reader.done()
    return rule


def _check_names(book: Rulebook) -> None:
    known: dict[str, list[Rule]] = {}
    for rule in book.rules():
        for other in known.get(rule.header.rule, ()):
            if rule.from_day <= other.to_day and other.from_day <= rule.to_day:
                raise LawError(
                    f"{rule.header.path}: {rule.header.rule} is also in {other.header.path} for the same days"
                )
        known.setdefault(rule.header.rule, []).append(rule)


def _check_layers(book: Rulebook) -> None:
    """A lower layer must not hold a looser value for what a higher one measures."""
    for rule in book.rules():
        if rule.header.layer is Layer.LAW:
            continue
        above = [
            other
            for other in book.rules()
            if LAYERS.index(other.header.layer) < LAYERS.index(rule.header.layer)
            and (other.header.rule == rule.header.tightens or other.header.layer is not Layer.LAW)
        ]
        if rule.header.tightens is not None and not any(
            other.header.rule == rule.header.tightens for other in above
        ):
            raise LawError(
                f"{rule.header.path}: {rule.header.rule} tightens {rule.header.tightens}, which no higher "
                "layer has"
            )
        for other in above:
            _check_stricter(rule, other)


def _check_stricter(rule: Rule, other: Rule) -> None:
    named = other.header.rule == rule.header.tightens
    if not (named or rule.same_subject(other)):
        return
    if rule.header.kind != other.header.kind:
        raise LawError(f"{rule.header.path}: {rule.header.rule} is of another kind than {other.header.rule}")
    if rule.header.verdict is Verdict.WARNED and other.header.verdict is Verdict.DENIED:
        raise LawError(f"{rule.header.path}: {rule.header.rule} only warns where {other.header.rule} denies")
    reason = rule.looser_than(other)
    if reason is not None:
        raise LawError(
            f"{rule.header.path}: {rule.header.rule} is looser than {other.header.rule} "
            f"({other.header.layer.value}): {reason}"
        )


def _check_register(book: Rulebook) -> None:
    for entry in book.register.entries:
        missing = [name for name in entry.packs if name not in book.packs]
        if missing:
            raise LawError(f"register: {entry.name} names packs that do not exist: {', '.join(missing)}")
    primary: dict[str, bool] = {}
    for rule in book.rules():
        name = rule.header.rule
        primary[name] = primary.get(name, True) and rule.header.checked is Checked.PRIMARY
    for reading in {each.place: each for entry in book.register.entries for each in entry.readings}.values():
        check_reading(reading, primary)
        _check_all_listed(book, reading)


def _check_all_listed(book: Rulebook, reading: Reading) -> None:
    """Every rule of a pack stands in the list of what was read for it."""
    listed = {rule for paragraph in reading.paragraphs for rule in paragraph.loaded}
    rules = book.packs[reading.place].rules if reading.place in book.packs else ()
    left = sorted({rule.header.rule for rule in rules} - listed)
    if left:
        raise LawError(f"register: {reading.place}: no paragraph listed there holds {', '.join(left)}")


def _standing_anew(book: Rulebook) -> Rulebook:
    """The book with its rules of places under its signatures and holdings, and the hash that follows."""
    packs = {
        name: replace(book.packs[name], rules=stood(book.packs[name].rules, book.answered_for, book.holdings))
        for name in PLACED_PACKS
        if name in book.packs
    }
    book = replace(book, packs={**book.packs, **packs})
    return replace(book, hash=_hash(book))


def _hash(book: Rulebook) -> str:
    return hashlib.sha256(book.text.encode()).hexdigest()[:16]


def _text(book: Rulebook) -> str:
    content: dict[str, object] = {
        "rules": [_canonical(rule) for rule in book.rules()],
        "register": [entry.text for entry in book.register.entries],
        "tzdata": tzdata_version(),
        "holidays": calendar_edition(),
    }
    if book.sources.holdings:
        content["holdings"] = book.sources.holdings
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _canonical(rule: Rule) -> list[object]:
    header = rule.header
    scope = header.scope
    sets = (
        scope.collectors,
        scope.actions,
        scope.purposes,
        scope.techs,
        scope.number_kinds,
        scope.roles,
        scope.recordings,
    )
    return [
        header.rule,
        header.kind,
        header.citation,
        header.verdict.value,
        header.layer.value,
        header.pack,
        header.effective_from.isoformat(),
        "" if header.effective_to is None else header.effective_to.isoformat(),
        [sorted(str(word) for word in words) for words in sets],
        "" if scope.debts is None else [sorted(scope.debts.types), scope.debts.overdue_days],
        [list(pair) for pair in rule.values()],
    ]
