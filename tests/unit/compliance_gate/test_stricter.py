"""A lower layer may hold a stricter value for what a higher one measures, never a looser one."""

import pytest

from compliance_gate.book.reader import LawError
from compliance_gate.book.rulebook import load_rulebook

HOUSE = """
pack: house
title: House
signed_by: officer
dated: 2026-01-01
rules:
  - rule: house-rule
    kind: {kind}
    what: A rule
    unit: calls
    citation: policy
    checked: policy
    checked_on: 2026-01-01
    effective: {{from: 2022-01-01}}
    values: {{{values}}}
"""
CLIENT = HOUSE.replace("pack: house", "pack: client-acme\nclient: acme").replace("house-rule", "acme-rule")

COUNT = "at_most: {n}, per: person, within: [{{days: 7}}], calls: all"
PAUSE = "calls: [{after}], per: person, {length}"
HOURS = 'hours: [{{from: "{start}", to: "{end}"}}]'


def is_taken(kind: str, house: str, client: str) -> bool:
    """Whether the client's values may stand below the house's."""
    files = [
        ("house/a.yaml", HOUSE.format(kind=kind, values=house)),
        ("client/acme.yaml", CLIENT.format(kind=kind, values=client)),
    ]
    try:
        load_rulebook(files)
    except LawError as error:
        if "is looser than house-rule" not in str(error):
            raise
        return False
    return True


@pytest.mark.parametrize(("most", "taken"), [(6, True), (7, True), (8, False)])
def test_a_lower_limit_is_stricter(most: int, taken: bool) -> None:
    assert is_taken("count", COUNT.format(n=7), COUNT.format(n=most)) is taken


@pytest.mark.parametrize(
    ("length", "taken"),
    [("hours: 25", True), ("hours: 24", True), ("hours: 23", False), ("minutes: 1439", False)],
)
def test_a_longer_pause_is_stricter(length: str, taken: bool) -> None:
    house = PAUSE.format(after="abandoned", length="hours: 24")
    assert is_taken("pause", house, PAUSE.format(after="abandoned", length=length)) is taken


def test_pauses_after_other_things_or_of_others_are_no_matter_of_stricter() -> None:
    """They measure something else: both bind."""
    house = PAUSE.format(after="abandoned", length="hours: 24")
    assert is_taken("pause", house, PAUSE.format(after="conversation", length="hours: 1"))
    assert is_taken("pause", house, "calls: [abandoned], per: line, hours: 1")
    assert is_taken("pause", house, "conversations: true, per: person, hours: 1")
    assert is_taken("pause", "conversations: true, per: person, hours: 24", house.replace("24", "1"))


def test_pauses_after_a_conversation_are_compared_with_each_other() -> None:
    house = "conversations: true, per: debt, days: 7, day_one: included"
    assert is_taken("pause", house, house.replace("7", "8"))
    assert not is_taken("pause", house, house.replace("7", "6"))


@pytest.mark.parametrize(
    ("start", "end", "taken"),
    [
        ("08:00", "21:00", True),
        ("09:00", "20:00", True),
        ("07:59", "21:00", False),
        ("08:00", "21:01", False),
        ("07:00", "22:00", False),
    ],
)
def test_hours_within_the_others_are_stricter(start: str, end: str, taken: bool) -> None:
    house = HOURS.format(start="08:00", end="21:00")
    assert is_taken("window", house, HOURS.format(start=start, end=end)) is taken


def test_hours_on_a_day_that_the_other_closes_are_looser() -> None:
    house = 'hours: [{days: [MO, TU, WE, TH, FR, SA], from: "08:00", to: "21:00"}]'
    assert not is_taken("window", house, 'hours: [{from: "09:00", to: "20:00"}]')
    assert is_taken("window", house, 'hours: [{days: [MO], from: "09:00", to: "20:00"}]')


def test_hours_of_one_zone_and_of_wherever_they_are_measure_two_things() -> None:
    house = HOURS.format(start="08:00", end="21:00")
    elsewhere = HOURS.format(start="00:00", end="23:00") + ", zones: America/Edmonton"
    at_work = HOURS.format(start="00:00", end="23:00") + ", at_places: [work]"
    assert is_taken("window", house, elsewhere)
    assert is_taken("window", house, at_work)


def test_rules_of_different_kinds_measure_different_things() -> None:
    """Whatever they say of the same contact, both bind."""
    assert is_taken(
        "pause",
        PAUSE.format(after="abandoned", length="hours: 24"),
        PAUSE.format(after="abandoned", length="hours: 24"),
    )
    house, client = HOUSE.format(kind="window", values=HOURS.format(start="08:00", end="21:00")), CLIENT
    for kind, values in (
        ("pause", PAUSE.format(after="abandoned", length="hours: 1")),
        ("count", COUNT.format(n=9)),
        ("hold", "holds: [fraud]"),
    ):
        files = [("house/a.yaml", house), ("client/acme.yaml", client.format(kind=kind, values=values))]
        turned = [
            ("house/a.yaml", HOUSE.format(kind=kind, values=values)),
            (
                "client/acme.yaml",
                client.format(kind="window", values=HOURS.format(start="00:00", end="24:00")),
            ),
        ]
        assert len(load_rulebook(files).rules()) == len(load_rulebook(turned).rules()) == 2


@pytest.mark.parametrize(
    ("kind", "values", "other", "refused"),
    [
        ("hold", "holds: [fraud]", "holds: [fraud]", True),
        ("hold", "holds: [fraud]", "holds: [vulnerability]", False),
        ("hold", "holds: [fraud]", "holds: [fraud, vulnerability]", False),
        ("count", COUNT.format(n=7), COUNT.format(n=5), True),
        ("count", COUNT.format(n=7), COUNT.format(n=5).replace("days: 7", "days: 6"), False),
        ("count", COUNT.format(n=7), COUNT.format(n=5).replace("person", "household"), False),
        ("count", COUNT.format(n=7), COUNT.format(n=5) + ", recorded_only: true", False),
        ("count", COUNT.format(n=7), COUNT.format(n=5).replace("calls: all", "calls: [busy]"), False),
    ],
)
def test_who_only_warns_of_what_is_denied_above_is_refused(
    kind: str, values: str, other: str, refused: bool
) -> None:
    """Of the very same thing; the other way round a warning above may be a denial below."""
    deny = HOUSE.format(kind=kind, values=values)
    warn = CLIENT.format(kind=kind, values=other).replace("    what:", "    effect: warn\n    what:")
    if refused:
        with pytest.raises(LawError, match="only warns where house-rule denies"):
            load_rulebook([("house/a.yaml", deny), ("client/acme.yaml", warn)])
    else:
        load_rulebook([("house/a.yaml", deny), ("client/acme.yaml", warn)])
    soft = deny.replace("    what:", "    effect: warn\n    what:")
    hard = CLIENT.format(kind=kind, values=other)
    load_rulebook([("house/a.yaml", soft), ("client/acme.yaml", hard)])
    load_rulebook([("house/a.yaml", soft), ("client/acme.yaml", warn)])


LAW = HOUSE.replace("pack: house", "pack: TEST").replace("signed_by: officer\ndated: 2026-01-01\n", "")


@pytest.mark.parametrize(
    ("tightens", "kind", "values", "refusal"),
    [
        ("law-rule", "count", COUNT.format(n=7), None),
        ("law-rule", "count", COUNT.format(n=8), "is looser than law-rule"),
        ("law-rule", "count", COUNT.format(n=8).replace("person", "household"), "is looser than law-rule"),
        ("law-rule", "pause", PAUSE.format(after="abandoned", length="hours: 24"), "is of another kind"),
        ("no-rule", "count", COUNT.format(n=7), "tightens no-rule, which no higher layer has"),
        ("acme-rule", "count", COUNT.format(n=7), "tightens acme-rule, which no higher layer has"),
        (None, "count", COUNT.format(n=8), None),
    ],
)
def test_a_rule_that_says_what_it_tightens_is_held_to_that(
    tightens: str | None, kind: str, values: str, refusal: str | None
) -> None:
    """Policy and law are compared where policy names the law; law itself says more than one policy meets."""
    law = LAW.replace("house-rule", "law-rule").format(kind="count", values=COUNT.format(n=7))
    client = CLIENT.format(kind=kind, values=values)
    if tightens is not None:
        client = client.replace("    what:", f"    tightens: {tightens}\n    what:")
    files = [("us/a.yaml", law), ("client/acme.yaml", client)]
    if refusal is None:
        load_rulebook(files)
    else:
        with pytest.raises(LawError, match=refusal):
            load_rulebook(files)
