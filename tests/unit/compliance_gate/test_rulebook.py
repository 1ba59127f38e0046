"""Law files are checked when they are loaded; lower layers may only be stricter; the hash is of the law."""

import hashlib
from datetime import date

import pytest

from compliance_gate.book.reader import LawError, Reader, clock
from compliance_gate.book.register import Place, read_register
from compliance_gate.book.register.signatures import Signature, read_signatures, write_signatures
from compliance_gate.book.rulebook import load_rulebook
from compliance_gate.book.shipped import rulebook_with, standard_rulebook
from compliance_gate.book.standing import PLACED_PACKS
from compliance_gate.words import Checked

RULE = """
pack: TEST
title: A law for tests
rules:
  - rule: {rule}
    kind: {kind}
    what: A rule for tests
    unit: calls
    citation: {citation}
    checked: memory
    checked_on: 2026-01-01
    effective: {{from: {start}}}
    values: {{{values}}}
"""
POLICY = """
pack: client-acme
title: Contract
client: acme
{signed}
rules:
  - rule: acme-limit
    kind: count
    what: A limit
    unit: attempts
    citation: contract
    checked: policy
    checked_on: 2026-01-01
    effective: {{from: 2022-01-01}}
    scope: {{actions: [place_call]}}
    values:
      {{at_most: {limit}, per: household, within: [{{days: 7}}], calls: all, events: [ringless_voicemail]}}
"""
SIGNED = "signed_by: officer\ndated: 2026-01-01"


def text(**changes: str) -> str:
    """A law file of one rule."""
    plain = {"rule": "one", "kind": "pause", "citation": "test", "start": "2020-01-01"}
    values = {"values": "calls: all, per: person, hours: 1"}
    return RULE.format(**{**plain, **values, **changes})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "wish"}, "unknown kind 'wish'; known: asked_times"),
        ({"start": "soon"}, "a date such as"),
        ({"values": "calls: all, per: person, hours: 1, hour: 2"}, "unknown key hour"),
        ({"values": "calls: [anwser], per: person, hours: 1"}, "unknown word 'anwser'"),
        ({"values": "per: person, hours: 1"}, "no event is chosen"),
        ({"values": "calls: all, per: person"}, "exactly one of days, hours, minutes"),
        ({"citation": '""'}, "citation: a text is required"),
    ],
)
def test_a_malformed_rule_is_refused_with_its_place(changes: dict[str, str], message: str) -> None:
    """The error names file, rule and key, and the words known."""
    with pytest.raises(LawError, match=message) as caught:
        load_rulebook([("folder/test.yaml", text(**changes))])
    assert "folder/test.yaml" in str(caught.value)


def test_one_name_twice_for_the_same_days_is_refused() -> None:
    """Editions of a rule may follow each other, not overlap."""
    later = text(start="2021-01-01")

    with pytest.raises(LawError, match="also in"):
        load_rulebook([("a.yaml", text()), ("b.yaml", later)])


def test_a_looser_client_is_refused_and_a_stricter_one_is_not() -> None:
    """House says seven; a client may say five, not nine."""
    rulebook_with([("client/acme.yaml", POLICY.format(signed=SIGNED, limit=5))])

    with pytest.raises(LawError, match=r"acme-limit is looser than house-seven-in-seven"):
        rulebook_with([("client/acme.yaml", POLICY.format(signed=SIGNED, limit=9))])


def test_an_unsigned_policy_is_refused() -> None:
    """Policy shows who answers for it, and since when."""
    with pytest.raises(LawError, match="signed_by"):
        rulebook_with([("client/acme.yaml", POLICY.format(signed="", limit=5))])


def test_the_hash_changes_with_the_law_and_with_nothing_else() -> None:
    """Another value is another law; the order of files is not."""
    one, other = text(), text(values="calls: all, per: person, hours: 2")
    second = text(rule="two").replace("pack: TEST", "pack: SECOND")
    files = [("a.yaml", one), ("b.yaml", second)]

    assert load_rulebook(files).hash == load_rulebook(files[::-1]).hash
    assert load_rulebook([("a.yaml", one)]).hash != load_rulebook([("a.yaml", other)]).hash


def test_the_law_of_a_day_is_what_was_in_force() -> None:
    """New York City's limit begins on the first of September 2026."""
    book = standard_rulebook()
    august = {rule.header.rule for rule in book.in_force(date(2026, 8, 31))}
    september = {rule.header.rule for rule in book.in_force(date(2026, 9, 1))}

    assert "us-nyc-three-attempts" in september - august
    assert "us-nyc-two-communications" in august & september, "which text is in force is not certain"


def test_every_packaged_rule_says_where_it_comes_from_and_how_well_it_is_known() -> None:
    """Citation, unit and check are never empty; policy is not passed off as law."""
    for rule in standard_rulebook().rules():
        header = rule.header
        assert header.citation
        assert header.unit
        assert (header.checked is Checked.POLICY) == (header.layer.value != "law"), header.rule
        assert header.checked_on <= date(2026, 11, 30)


def test_every_pack_is_in_the_register() -> None:
    """A pack nobody's place leads to would never be asked."""
    book = standard_rulebook()
    registered = {name for entry in book.register.entries for name in entry.packs}

    assert set(book.packs) - registered == set(PLACED_PACKS)


# --- names, editions, days ----------------------------------------------------------------------------------


def until(last: str, **changes: str) -> str:
    return text(**changes).replace("}\n    values", f", to: {last}}}\n    values")


@pytest.mark.parametrize(("begins", "taken"), [("2020-12-31", False), ("2021-01-01", True)])
def test_an_edition_may_begin_the_day_after_the_other_ends(begins: str, taken: bool) -> None:
    files = [("a.yaml", until("2020-12-31")), ("b.yaml", text(start=begins))]
    for order in (files, [("a.yaml", files[1][1]), ("b.yaml", files[0][1])]):
        if taken:
            assert len(load_rulebook(order).rules()) == 2
        else:
            with pytest.raises(LawError, match="for the same days"):
                load_rulebook(order)


@pytest.mark.parametrize(
    ("day", "begins"),
    [
        ("2019-12-31", None),
        ("2020-01-01", "2020-01-01"),
        ("2020-12-31", "2020-01-01"),
        ("2021-01-01", "2021-01-01"),
        ("2030-01-01", "2021-01-01"),
    ],
)
def test_a_rule_is_found_by_name_in_its_edition_of_a_day(day: str, begins: str | None) -> None:
    """Without a day its latest; by a name nobody has, none."""
    book = load_rulebook([("a.yaml", until("2020-12-31")), ("b.yaml", text(start="2021-01-01"))])
    found = book.rule("one", date.fromisoformat(day))
    assert (None if found is None else found.header.effective_from.isoformat()) == begins
    in_force = [rule.header.effective_from.isoformat() for rule in book.in_force(date.fromisoformat(day))]
    assert in_force == ([] if begins is None else [begins])
    latest = book.rule("one")
    assert latest is not None
    assert latest.header.effective_from == date(2021, 1, 1)
    assert book.rule("two") is None


@pytest.mark.parametrize(
    ("path", "content", "message"),
    [
        ("a.yaml", "pack: [", "a.yaml: not readable as YAML"),
        ("a.yaml", "pack: A\ntitle: T\nrules: []", "a.yaml: a pack needs at least one rule"),
        ("a.yaml", "- 1", "a.yaml: expected a mapping"),
        ("a.yaml", "title: T", "pack: a text is required"),
        ("client/a.yaml", "pack: A\ntitle: T\nsigned_by: x\ndated: 2026-01-01", "client: a text is required"),
        ("house/a.yaml", "pack: A\ntitle: T\nsigned_by: x", "dated: a date such as"),
    ],
)
def test_a_file_that_is_no_pack_is_refused_with_its_path(path: str, content: str, message: str) -> None:
    with pytest.raises(LawError, match=message):
        load_rulebook([(path, content)])


def test_a_pack_of_two_files_is_one_and_of_two_layers_is_refused() -> None:
    two = load_rulebook([("a.yaml", text()), ("b.yaml", text(rule="two"))])
    assert [rule.header.rule for rule in two.packs["TEST"].rules] == ["one", "two"]
    house = text(rule="two").replace("title:", "signed_by: x\ndated: 2026-01-01\ntitle:")
    with pytest.raises(LawError, match="pack TEST is also in another layer"):
        load_rulebook([("a.yaml", text()), ("house/b.yaml", house)])
    client = house.replace("title:", "client: WHO\ntitle:")
    with pytest.raises(LawError, match="pack TEST is also in another layer"):
        load_rulebook(
            [
                ("client/a.yaml", client.replace("WHO", "acme")),
                ("client/b.yaml", client.replace("WHO", "other")),
            ]
        )


def test_the_hash_is_sixteen_digits_of_all_that_decides() -> None:
    """The register, its signatures and each value of a rule's head among it."""
    packs = [
        (f"{pack}.yaml", text(rule=f"of {pack}").replace("pack: TEST", f"pack: {pack}"))
        for pack in ("CITY", "B", "V")
    ]
    book = load_rulebook([*packs, ("a.yaml", text())], REGISTERED)
    others = [
        load_rulebook([*packs, ("a.yaml", text())]),
        load_rulebook([*packs, ("a.yaml", text(start="2020-01-02"))], REGISTERED),
        load_rulebook([*packs, ("a.yaml", until("2030-01-01"))], REGISTERED),
        load_rulebook([*packs, ("a.yaml", text(citation="other"))], REGISTERED),
        book.signed([Signature(place="AA-F", signed_by="Jane", dated=date(2026, 1, 1))]),
        book.signed([Signature(place="AA-F", signed_by="Jane", dated=date(2026, 1, 2))]),
    ]
    hashes = {other.hash for other in (book, *others)}
    assert len(hashes) == 7
    assert all(len(each) == 16 for each in hashes)
    assert hashlib.sha256(book.text.encode()).hexdigest().startswith(book.hash)
    assert book.signed([]).hash == book.hash


# --- reading values -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("00:00", 0), ("00:00:01", 1), ("01:02:03", 3723), ("23:59", 86340), ("24:00", 86400)],
)
def test_a_time_of_day_is_seconds_since_midnight(told: str, seconds: int) -> None:
    assert clock(told, "here") == seconds


@pytest.mark.parametrize("told", ["24:01", "8", "noon", "25:00"])
def test_what_is_no_time_of_day_is_refused(told: str) -> None:
    with pytest.raises(LawError, match=f"here: '{told}' is not a time of day"):
        clock(told, "here")


@pytest.mark.parametrize(
    ("value", "whole"), [(0, 0), (7, 7), (-1, None), (True, None), (1.5, None), ("7", None)]
)
def test_a_whole_number_is_none_or_more(value: object, whole: int | None) -> None:
    reader = Reader({"n": value}, "here")
    if whole is None:
        with pytest.raises(LawError, match="here: n: a whole number is required"):
            reader.whole("n")
    else:
        assert reader.whole("n") == reader.whole_or_none("n") == whole
    assert reader.whole_or_none("absent") is None


def test_each_kind_of_value_is_read_or_refused() -> None:
    """What is not given is nothing; what is of another kind is an error that names the key."""
    day = date(2026, 1, 1)
    reader = Reader(
        {"t": " a  b ", "f": True, "d": day, "one": "x", "many": ["x", "y"], "blank": " ", "inner": {"k": 1}},
        "here",
    )
    assert (reader.text("t"), reader.text_or_none("absent")) == ("a b", None)
    assert (reader.flag("f"), reader.flag("absent"), reader.flag("absent", default=True)) == (
        True, False, True
    )  # fmt: skip
    assert (reader.day("d"), reader.day_or_none("d"), reader.day_or_none("absent")) == (day, day, None)
    assert (reader.texts("one"), reader.texts("many"), reader.texts("absent")) == (("x",), ("x", "y"), ())
    assert reader.inner("inner").raw("k") == 1
    assert (reader.inners("absent"), reader.has("absent"), reader.has("t")) == ((), False, True)
    assert reader.word("absent", Checked, default=Checked.POLICY) is Checked.POLICY
    for read, key, message in (
        (reader.text, "blank", "a text is required"),
        (reader.text, "absent", "a text is required"),
        (reader.flag, "t", "true or false is required"),
        (reader.day, "t", "a date such as"),
        (reader.texts, "f", "a list of words is required"),
        (reader.inners, "t", "a list is required"),
        (reader.inner, "t", "expected a mapping"),
    ):
        with pytest.raises(LawError, match=f"here: {key}: {message}"):
            read(key)
    with pytest.raises(LawError, match="here: absent: a text is required"):
        reader.word("absent", Checked)


# --- the register -------------------------------------------------------------------------------------------

REGISTER = """
jurisdictions:
  - {name: AA, country: AA, status: covered, packs: [TEST], extent: e, checked: c, checked_on: 2026-01-01}
  - {name: AA-F, country: AA, region: F, status: federal_only, packs: [TEST], extent: e, checked: c,
     checked_on: 2026-01-01}
  - {name: AA-N, country: AA, region: N, status: absent, extent: e, checked: c, checked_on: 2026-01-01}
  - {name: AA-F-TOWN, country: AA, region: F, cities: [Town, The Town], status: covered, packs: [CITY],
     extent: e, checked: c, checked_on: 2026-01-01}
  - {name: BB-X, country: BB, region: X, status: covered, packs: [B], extent: e, checked: c,
     checked_on: 2026-01-01}
  - {name: CC-Y-VILLE, country: CC, region: Y, cities: [Ville], status: covered, packs: [V], extent: e,
     checked: c, checked_on: 2026-01-01}
"""
HELD = {"TEST": "one", "CITY": "of CITY", "B": "of B", "V": "of V"}
READ = [
    f"""
place: {place}
law: a law
read_on: 2026-01-01
paragraphs: [{{cite: s. 1, about: frequency, says: something, read: official, {held}}}]"""
    for place, held in (
        *((name, "not_loaded: nothing to load") for name in ("AA", "AA-F-TOWN", "BB-X", "CC-Y-VILLE")),
        *((name, f"loaded: [{rule}]") for name, rule in HELD.items()),
    )
]
REGISTERED = [("r.yaml", REGISTER), *((f"read/{i}.yaml", text) for i, text in enumerate(READ))]
UNSIGNED = "AA-F: federal law only, and nobody has signed for it"
SIGNED_BY = [Signature(place="AA-F", signed_by="Jane", dated=date(2026, 1, 1))]


def here(country: str | None, region: str | None = None, city: str | None = None) -> Place:
    return Place(country=country, region=region, city=city)


@pytest.mark.parametrize(
    ("places", "packs", "absent"),
    [
        ([here("AA", "Z")], ("TEST",), ()),
        ([here("AA", "F")], ("CITY",), (UNSIGNED,)),
        ([here("AA", "F", "TOWN")], ("CITY",), (UNSIGNED,)),
        ([here("AA", "F", "the town")], ("CITY",), (UNSIGNED,)),
        ([here("AA", "F", "Elsewhere")], (), (UNSIGNED,)),
        ([here("AA", "N")], (), ("AA-N",)),
        ([here("AA")], ("CITY", "TEST"), (UNSIGNED, "AA-N")),
        ([here("BB", "X")], ("B",), ()),
        ([here("BB", "Z")], (), ("BB-Z",)),
        ([here("BB")], ("B",), ()),
        ([here("CC", "Y", "Ville")], ("V",), ()),
        ([here("CC", "Y", "Other")], (), ("CC-Y-Other",)),
        ([here("CC", "Y")], ("V",), ()),
        ([here("ZZ")], (), ("ZZ",)),
        ([here(None)], (), ("unknown place",)),
        ([here(None, "F", "Town")], (), ("F-Town",)),
        ([], (), ("no place of the person is known",)),
        ([here("BB", "X"), here("ZZ"), here("AA", "Z"), here("ZZ")], ("B", "TEST"), ("ZZ",)),
    ],
)
def test_a_place_has_the_packs_of_all_that_it_may_be_and_no_law_known_is_told(
    places: list[Place], packs: tuple[str, ...], absent: tuple[str, ...]
) -> None:
    """Its region's entry, or else the country's; its city's beside; what is not said is tried as each."""
    coverage = read_register(REGISTERED).coverage(places)
    assert (coverage.packs, coverage.absent) == (packs, absent)


def test_how_a_place_stands_is_told() -> None:
    register = read_register(REGISTERED)
    assert register.coverage([here("AA", "Z")]).facts == (("AA", "covered: TEST"),)
    signed = register.signed(SIGNED_BY).coverage([here("AA", "F", "Elsewhere")])
    assert signed.facts == (("AA-F", "federal law only, signed by Jane on 2026-01-01"),)
    assert (signed.packs, signed.absent) == (("TEST",), ())
    again = register.signed(SIGNED_BY).signed([])
    assert again == register, "what was signed for earlier is no longer"


@pytest.mark.parametrize(
    ("place", "why"),
    [("AA", "AA is covered"), ("AA-N", "AA-N is absent"), ("ZZ", "ZZ is not in the register")],
)
def test_only_a_place_of_federal_law_alone_is_signed_for(place: str, why: str) -> None:
    signature = Signature(place=place, signed_by="Jane", dated=date(2026, 1, 1))
    with pytest.raises(LawError, match=why):
        read_register(REGISTERED).signed([signature])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (REGISTER + REGISTER.split("jurisdictions:\n")[1], "AA is listed twice"),
        (REGISTER.replace("packs: [B], ", ""), "BB-X: covered needs packs"),
        (REGISTER.replace("packs: [TEST], extent: e, checked: c,\n", "extent: e, checked: c,\n"),
         "AA-F: federal_only needs packs"),
        (REGISTER.replace("status: absent", "status: gone"), "unknown word 'gone'"),
        (REGISTER.replace("name: BB-X,", "name: BB-X, why: x,"), "unknown key why"),
    ],
)  # fmt: skip
def test_a_malformed_register_is_refused(content: str, message: str) -> None:
    with pytest.raises(LawError, match=message):
        read_register([("r.yaml", content)])


def test_a_register_names_only_packs_there_are() -> None:
    with pytest.raises(LawError, match="BB-X names packs that do not exist: B"):
        load_rulebook(
            [("a.yaml", text()), ("b.yaml", text(rule="two").replace("pack: TEST", "pack: CITY"))],
            REGISTERED,
        )


def test_signatures_are_read_as_they_were_written() -> None:
    """In the order of the places, names in their own letters."""
    signatures = (
        Signature(place="US-OH", signed_by="Zoë Müller", dated=date(2026, 11, 22)),
        Signature(place="US-AL", signed_by="Jane Roe, officer", dated=date(2026, 11, 23)),
    )
    written = write_signatures(signatures)
    assert read_signatures("s.yaml", written) == signatures[::-1]
    assert written.splitlines()[1:3] == ["- place: US-AL", "  signed_by: Jane Roe, officer"]
    assert "Zoë Müller" in written
    assert read_signatures("s.yaml", "signatures: []") == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("signatures: [", "s.yaml: not readable as YAML"),
        ("signatures: [{place: A, signed_by: x, dated: 2026-01-01},"
         " {place: A, signed_by: y, dated: 2026-01-02}]",
         "s.yaml: A is signed for twice"),
        ("signatures: [{place: A, signed_by: ' ', dated: 2026-01-01}]", "signed_by: a text is required"),
        ("signatures: [{place: A, signed_by: x}]", "dated: a date such as"),
        ("signatures: [{place: A, signed_by: x, dated: 2026-01-01, why: y}]", "unknown key why"),
        ("signed: []", "unknown key signed"),
    ],
)  # fmt: skip
def test_malformed_signatures_are_refused(content: str, message: str) -> None:
    with pytest.raises(LawError, match=message):
        read_signatures("s.yaml", content)
