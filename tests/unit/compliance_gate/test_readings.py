"""What was read of a place: a list that claims more than was read is refused, and a place without one."""

import pytest

from compliance_gate.book.reader import LawError
from compliance_gate.book.register import read_register
from compliance_gate.book.register.readings import HowRead, Subject
from compliance_gate.book.rulebook import load_rulebook

LAW = """
pack: US-XX
title: A law for tests
rules:
  - rule: us-xx-one
    kind: pause
    what: A rule for tests
    unit: calls
    citation: s. 1
    checked: {checked}
    checked_on: 2026-01-01
    effective: {{from: 2020-01-01}}
    values: {{calls: all, per: person, hours: 1}}
"""
PLACE = """
jurisdictions:
  - {{name: US-XX, country: US, region: XX, status: {status}, packs: [US-XX], extent: e, checked: c,
     checked_on: 2026-01-01}}
"""
ROW = "  - {{cite: s. 1, about: frequency, says: one call, read: {read}, loaded: [us-xx-one]}}\n"
OTHERS = "".join(
    f"  - {{cite: s. 2, about: {subject.value}, says: nothing, read: official, not_loaded: nothing}}\n"
    for subject in Subject
    if subject is not Subject.FREQUENCY
)


def listed(rows: str) -> str:
    return f"place: US-XX\nlaw: A law\nread_on: 2026-01-01\nparagraphs:\n{rows}"


def load(rows: str | None, *, status: str = "covered", checked: str = "primary") -> None:
    texts = [("us.yaml", PLACE.format(status=status))]
    if rows is not None:
        texts.append(("read/xx.yaml", listed(rows)))
    load_rulebook([("a.yaml", LAW.format(checked=checked))], texts)


def test_a_place_read_whole_is_taken() -> None:
    load(ROW.format(read="official") + OTHERS)
    load(ROW.format(read="converted") + OTHERS)


@pytest.mark.parametrize("read", [how.value for how in HowRead if how.was_read and not how.is_primary])
def test_a_place_whose_deciding_paragraph_was_not_read_in_its_text_is_no_more_than_a_draft(read: str) -> None:
    rows = ROW.format(read=read) + OTHERS
    with pytest.raises(LawError, match=r"was not read in the law's own text: s\. 1; make it a draft"):
        load(rows, checked="secondary")
    load(rows, status="draft", checked="secondary")


def test_a_place_is_not_covered_without_a_list() -> None:
    with pytest.raises(LawError, match="nothing says what was read of US-XX"):
        load(None)
    load(None, status="draft")


def test_what_nobody_looked_for_keeps_a_place_from_being_covered() -> None:
    rows = ROW.format(read="official") + OTHERS
    unread = "  - {cite: s. 9, about: hours, read: not_looked_for}\n"
    with pytest.raises(LawError, match=r"s\. 9; make it a draft"):
        load(rows + unread)
    load(rows + unread, status="draft")
    # How long records are kept decides no contact.
    load(rows + "  - {cite: s. 9, about: records, read: not_looked_for}\n")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (ROW.format(read="secondary") + OTHERS,
         "us-xx-one says primary, but the paragraph was read as secondary"),
        (OTHERS + "  - {cite: s. 1, about: frequency, says: x, read: official, not_loaded: y}\n",
         "no paragraph listed there holds us-xx-one"),
        (ROW.format(read="official").replace("us-xx-one", "us-xx-two") + OTHERS,
         "no rule is called us-xx-two"),
        (ROW.format(read="official"), "say of hours, work, third_parties, notice, recorded_voice"),
        ("  - {cite: s. 1, about: frequency, says: x, read: official}\n",
         "it is loaded, or say why it is not"),
        ("  - {cite: s. 1, about: frequency, read: official, not_loaded: y}\n",
         "say in a sentence what it says"),
        ("  - {cite: s. 1, about: frequency, read: not_read, loaded: [us-xx-one]}\n",
         "nothing can be loaded of it"),
        (ROW.format(read="official").replace("loaded:", "not_loaded: y, loaded:"), "say one or the other"),
        ("  - {cite: s. 1, about: weather, says: x, read: official, not_loaded: y}\n",
         "unknown word 'weather'"),
        ("", "at least one is required"),
    ],
)  # fmt: skip
def test_a_list_that_says_too_much_or_too_little_is_refused(rows: str, message: str) -> None:
    with pytest.raises(LawError, match=message):
        load(rows or "  []", status="draft")


def test_a_list_of_a_place_nobody_has_is_refused() -> None:
    texts = [
        ("us.yaml", PLACE.format(status="draft")),
        ("read/y.yaml", listed(OTHERS).replace("US-XX", "US-YY")),
    ]
    with pytest.raises(LawError, match="US-YY was read, but no place has it"):
        read_register(texts)
    twice = [*texts[:1], ("read/a.yaml", listed(OTHERS)), ("read/b.yaml", listed(OTHERS))]
    with pytest.raises(LawError, match="US-XX is read twice"):
        read_register(twice)
