"""Law files are checked when they are loaded; lower layers may only be stricter; the hash is of the law."""

from datetime import date

import pytest

from compliance_gate.book.reader import LawError
from compliance_gate.book.rulebook import load_rulebook
from compliance_gate.book.shipped import rulebook_with, standard_rulebook
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
    assert "us-nyc-two-communications" in august - september


def test_every_packaged_rule_says_where_it_comes_from_and_how_well_it_is_known() -> None:
    """Citation, unit and check are never empty; policy is not passed off as law."""
    for rule in standard_rulebook().rules():
        header = rule.header
        assert header.citation
        assert header.unit
        assert (header.checked is Checked.POLICY) == (header.layer.value != "law"), header.rule
        assert header.checked_on <= date(2026, 11, 22)


def test_every_pack_is_in_the_register() -> None:
    """A pack nobody's place leads to would never be asked."""
    book = standard_rulebook()
    registered = {name for entry in book.register.entries for name in entry.packs}

    assert set(book.packs) - registered == set()
