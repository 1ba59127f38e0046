"""How much of the law was read in its own text; nothing lets a contact go that nobody read or signed for."""

from datetime import date

import pytest

from compliance_gate.book.primacy import Primacy, primacy
from compliance_gate.book.reader import LawError
from compliance_gate.book.register import SIGNED_FOR
from compliance_gate.book.register.signatures import Signature, Subject
from compliance_gate.book.rulebook import Rulebook, load_rulebook
from compliance_gate.book.shipped import standard_rulebook
from compliance_gate.book.texts import law_texts, register_texts
from compliance_gate.findings import Layer
from compliance_gate.words import Checked

VALUES = 457
PRIMARY = 201
LETTING_GO = 83
LETTING_GO_PRIMARY = 83
AT_MOST = 282
AT_MOST_PRIMARY = 149
SHARE_PRIMARY = 0.75


def found() -> Primacy:
    return primacy(standard_rulebook())


def of_law(path: str, checked: str, place: str, status: str, read: str) -> Rulebook:
    """A rulebook of one window at one place."""
    law = f"""
pack: {place}
title: A place
rules:
  - rule: hours
    kind: window
    what: Between eight and nine
    unit: local time
    citation: A statute
    checked: {checked}
    checked_on: 2026-11-30
    effective: {{from: 2000-01-01}}
    values: {{hours: [{{from: "08:00", to: "21:00"}}]}}
"""
    register = f"""
jurisdictions:
  - {{name: {place}, country: {place}, status: {status}, packs: [{place}], extent: all of it, checked: well,
     checked_on: 2026-11-30}}
"""
    lists = f"""
place: {place}
law: A statute
read_on: 2026-11-30
paragraphs:
  - {{cite: A statute, about: conduct, says: Between eight and nine, read: {read}, loaded: [hours]}}
"""
    return load_rulebook([(path, law)], [("us.yaml", register), ("read/us.yaml", lists)])


def test_as_many_values_were_read_as_the_table_says() -> None:
    """A value that is demoted, or lost, fails here; whoever reads another raises the number."""
    assert (found().values, found().primary) == (VALUES, PRIMARY)


def test_whatever_lets_a_contact_go_was_read_or_is_answered_for() -> None:
    of = found()
    assert of.unanswered == ()
    assert of.signed == (), "the law is packaged unsigned"
    assert (of.letting_go, of.letting_go_primary) == (LETTING_GO, LETTING_GO_PRIMARY)
    assert of.primary_per_letting_go >= SHARE_PRIMARY


def test_with_every_place_signed_for_the_rest_stands_under_names() -> None:
    book = standard_rulebook()
    everybody = [
        Signature(place=entry.name, signed_by="Jane Roe", dated=date(2026, 11, 30))
        for entry in book.register.entries
        if entry.status in SIGNED_FOR
    ]
    everybody += [
        Signature(place=rule.place, subject=subject, signed_by="Jane Roe", dated=date(2026, 11, 30))
        for subject in (Subject.LICENCE, Subject.RECORDING)
        for rule in {
            one.place: one for one in book.placed if one.subject is subject and one.may_be_signed
        }.values()
    ]
    of = primacy(book.signed(everybody))
    assert of.unanswered == ()
    assert (of.letting_go, of.letting_go_primary) == (AT_MOST, AT_MOST_PRIMARY)
    assert of.letting_go_primary + len(of.signed) <= of.letting_go, "two editions of one name are two values"


def test_nobody_signs_by_placing_a_value_that_was_not_read_at_a_covered_place() -> None:
    """Read as conduct it escapes the register's own check; it does not escape this one."""
    read = primacy(of_law("x.yaml", "primary", "XX", "covered", "official"))
    assert (read.letting_go, read.letting_go_primary, read.unanswered) == (1, 1, ())
    unread = primacy(of_law("x.yaml", "secondary", "XX", "covered", "secondary"))
    assert (unread.letting_go, unread.letting_go_primary, unread.unanswered) == (1, 0, ("hours",))
    draft = primacy(of_law("x.yaml", "secondary", "XX", "draft", "secondary"))
    assert (draft.letting_go, draft.at_most, draft.unanswered) == (0, 1, ())
    signed = of_law("x.yaml", "secondary", "XX", "draft", "secondary").signed(
        [Signature(place="XX", signed_by="Jane Roe", dated=date(2026, 11, 30))]
    )
    assert (primacy(signed).letting_go, primacy(signed).signed) == (1, ("hours",))


def test_law_that_nobody_read_makes_no_exception() -> None:
    """Each such value only denies: an answer, a purpose, a consent or a term in it is refused."""
    kept = [
        rule
        for rule in standard_rulebook().rules()
        if rule.header.layer is Layer.LAW and rule.header.checked is Checked.MEMORY and not rule.measures
    ]
    assert len(kept) > 60
    assert [rule.header.rule for rule in kept if rule.exceptions] == []


@pytest.mark.parametrize(
    ("name", "was", "is_now"),
    [
        ("br/alagoas.yaml", "      binds: medium\n", "      binds: medium\n      respond_once: true\n"),
        ("br/alagoas.yaml", "      closed: true\n", "      consent_lifts: [third_party]\n"),
        ("gb/conc.yaml", "bankruptcy, incarceration]\n", "incarceration]\n      except_purposes: [reply]\n"),
    ],
)
def test_an_exception_in_it_is_an_error(name: str, was: str, is_now: str) -> None:
    texts = dict(law_texts())
    assert was in texts[name]
    texts[name] = texts[name].replace(was, is_now, 1)
    with pytest.raises(LawError, match="nobody read this law, so it may only deny"):
        load_rulebook(texts.items(), register_texts())
