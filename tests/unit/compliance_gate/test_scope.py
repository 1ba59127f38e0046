"""Whom a rule binds: what its scope says, what it does not say, and what is not known of the contact."""

from typing import Any

import pytest

from compliance_gate.book.reader import LawError, Reader
from compliance_gate.book.rule_scope import in_scope, read_scope
from compliance_gate.book.texts import (
    UnknownZoneError,
    abandonment_text,
    law_texts,
    load_zone,
    register_texts,
)
from compliance_gate.findings import Recording
from compliance_gate.request import ProposedContact
from compliance_gate.words import Action, CollectorType, NumberKind, PersonRole, Purpose, Tech

CALL = ProposedContact(number="+12125550123")
RECORDED = (Tech.PRERECORDED_VOICE, Tech.ARTIFICIAL_VOICE, Tech.AI_VOICE)


def binds(
    scope: dict[str, Any],
    proposed: ProposedContact = CALL,
    *,
    kind: NumberKind | None = NumberKind.MOBILE,
    role: PersonRole = PersonRole.CONSUMER,
    rule: str = "window",
) -> bool:
    return in_scope(read_scope(Reader(scope, "here"), kind=rule), proposed, kind, role)


def contact(**changes: Any) -> ProposedContact:
    facts: dict[str, Any] = {"number": "+12125550123", **changes}
    return ProposedContact(**facts)


@pytest.mark.parametrize("rule", ["window", "count", "suppression", "hold", "third_party"])
@pytest.mark.parametrize("action", list(Action))
def test_letters_are_bound_without_being_named_only_by_what_keeps_silence(rule: str, action: Action) -> None:
    silent = rule in {"suppression", "hold", "third_party"}
    expected = action is not Action.SEND_LETTER or silent
    assert binds({}, contact(action=action), rule=rule) is expected
    assert binds({"actions": [action.value]}, contact(action=action), rule=rule)
    assert (
        in_scope(read_scope(None, kind=rule), contact(action=action), None, PersonRole.CONSUMER) is expected
    )


@pytest.mark.parametrize(
    ("word", "purposes"),
    [
        (None, set(Purpose) - {Purpose.SOLICITATION}),
        ("collection", set(Purpose) - {Purpose.SOLICITATION}),
        ("any", set(Purpose)),
        ("solicitation", {Purpose.SOLICITATION, Purpose.COLLECTION_PLUS_OFFER}),
        (["location_information", "reply"], {Purpose.LOCATION_INFORMATION, Purpose.REPLY}),
        (["collection"], set(Purpose) - {Purpose.SOLICITATION}),
    ],
)
def test_purposes_are_bound_by_a_word_or_one_by_one(word: Any, purposes: set[Purpose]) -> None:
    scope = {} if word is None else {"purposes": word}
    assert {purpose for purpose in Purpose if binds(scope, contact(purpose=purpose))} == purposes


@pytest.mark.parametrize(
    ("word", "techs"),
    [
        (None, {None, *Tech}),
        ("any", {None, *Tech}),
        ("recorded", {*RECORDED, Tech.ATDS}),
        ("prerecorded", set(RECORDED)),
        ("live", {None, *Tech} - {*RECORDED, Tech.ATDS}),
    ],
)
def test_voices_are_bound_by_a_word_and_only_of_calls(word: str | None, techs: set[Tech | None]) -> None:
    """A text has no voice: what binds recorded ones binds it too, where it is in scope at all."""
    scope = {} if word is None else {"voice": word}
    assert {tech for tech in (None, *Tech) if binds(scope, contact(tech=tech))} == techs
    assert binds(scope, contact(action=Action.SEND_SMS))
    with pytest.raises(LawError, match="voice: unknown word 'loud'; known: any, recorded"):
        read_scope(Reader({"voice": "loud"}, "here"), kind="window")


@pytest.mark.parametrize(
    ("scope", "roles"),
    [
        ({}, set(PersonRole)),
        ({"only_roles": ["spouse"]}, {PersonRole.SPOUSE, PersonRole.UNKNOWN}),
        ({"except_roles": ["spouse"]}, set(PersonRole) - {PersonRole.SPOUSE}),
        (
            {"only_roles": ["spouse", "minor"], "except_roles": ["minor", "unknown"]},
            {PersonRole.SPOUSE},
        ),
    ],
)
def test_a_role_that_is_not_known_may_be_any(scope: dict[str, Any], roles: set[PersonRole]) -> None:
    assert {role for role in PersonRole if binds(scope, role=role)} == roles


@pytest.mark.parametrize(
    ("scope", "kinds", "without_number"),
    [
        ({}, set(NumberKind), True),
        ({"number_kinds": ["mobile"]}, {NumberKind.MOBILE, NumberKind.UNKNOWN}, False),
        ({"number_kinds": [kind.value for kind in NumberKind]}, set(NumberKind), False),
    ],
)
def test_a_kind_of_number_that_is_not_known_may_be_any_and_no_number_is_of_none(
    scope: dict[str, Any], kinds: set[NumberKind], without_number: bool
) -> None:
    assert {kind for kind in NumberKind if binds(scope, kind=kind)} == kinds
    assert binds(scope, kind=None) is without_number


def test_collectors_are_bound_one_by_one_or_all() -> None:
    def bound(scope: dict[str, Any]) -> set[CollectorType]:
        return {each for each in CollectorType if binds(scope, contact(collector_type=each))}

    assert bound({}) == set(CollectorType)
    assert bound({"collectors": ["third_party"]}) == {CollectorType.THIRD_PARTY}


def test_a_scope_of_recordings_names_them_and_no_unknown_key_is_passed_over() -> None:
    found = read_scope(Reader({"recordings": ["voicemail_drop"]}, "here"), kind="window")
    assert found.recordings == {Recording.VOICEMAIL_DROP}
    assert read_scope(None, kind="window").recordings == frozenset()
    with pytest.raises(LawError, match="unknown key colectors"):
        read_scope(Reader({"colectors": ["third_party"]}, "here"), kind="window")


# --- the packaged texts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/",
        "America",
        "America/",
        "/New_York",
        "America//New_York",
        "Nowhere",
        "../tzdata",
        "America/../UTC",
        ".",
    ],
)
def test_a_zone_that_is_none_is_refused(name: str) -> None:
    """A folder, a way out of it, or nothing at all."""
    with pytest.raises(UnknownZoneError):
        load_zone(name)


def test_zones_and_texts_are_the_packaged_ones() -> None:
    """Each text by its path, in order; only those that are YAML."""
    assert load_zone("America/New_York").key == "America/New_York"
    assert load_zone("UTC").key == "UTC"
    for texts, one in ((law_texts, "us/federal/regulation-f.yaml"), (register_texts, "us.yaml")):
        paths = [path for path, _ in texts()]
        assert paths == sorted(paths)
        assert one in paths
        assert all(path.endswith(".yaml") for path in paths)
    assert dict(law_texts())["abandonment.yaml"] == abandonment_text()
