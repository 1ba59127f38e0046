"""The house's own file of licences: read, imported, told, and part of the law for calls to people."""

from datetime import date
from pathlib import Path

import pytest

from compliance_gate.book.holdings import Entity, EntityKind, LicenceKind
from compliance_gate.book.register.signatures import Subject
from compliance_gate.call_handling import CallRecording
from compliance_gate.rules.call_recording import CallRecordingRule
from dialer.domain.errors import MendableError
from dialer.floor.law import rulebook_for_calls, sign_places, signed_file, withdraw_places
from dialer.floor.licences import held_file, import_licences, name_collector, withdraw_licence
from dialer.inquiry.due import Why, due
from dialer.inquiry.installation import examine_installation
from dialer.inquiry.licences import licences_told, warning

HEADER = "entity,place,kind,number,from,expires,bond,bond_expires,branch,desk_names\n"
WASHINGTON = "acme,US-WA,licence,602 111,2024-01-01,2027-06-30,,,Dallas,Jane Doe; J. Roe\n"
JERSEY = "acme,US-NJ,bond,B-9,2026-01-01,2027-12-31,5000.50,2026-12-31,,\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A house of its own, without settings or signatures."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FAIRDIAL_SIGNATURES", raising=False)
    (tmp_path / "fairdial.toml").write_text("", encoding="utf-8")
    monkeypatch.setenv("FAIRDIAL_CONFIG", str(tmp_path / "fairdial.toml"))
    return tmp_path


def acme(*places: str) -> Entity:
    return Entity(entity="acme", title="Acme LLC", kind=EntityKind.AGENCY, places=places)


def test_licences_of_a_file_are_kept_with_all_that_they_say() -> None:
    name_collector(acme("US-TX"))
    import_licences(HEADER + WASHINGTON + JERSEY, where="l.csv")
    jersey, washington = held_file().holdings.licences
    assert (washington.number, washington.kind) == ("602 111", LicenceKind.LICENCE)
    assert (washington.branch, washington.desk_names) == ("Dallas", ("Jane Doe", "J. Roe"))
    assert (jersey.bond_cents, jersey.bond_expires) == (500_050, date(2026, 12, 31))
    import_licences(HEADER + WASHINGTON.replace("2027-06-30", "2029-06-30"), where="l.csv")
    assert [each.expires.year for each in held_file().holdings.licences] == [2027, 2029]
    withdraw_licence("602 111", place="US-WA")
    assert [each.number for each in held_file().holdings.licences] == ["B-9"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HEADER + WASHINGTON + "acme,US-ZZ,licence,1,2026-01-01,2027-01-01,,,,\n", "'US-ZZ' is no place"),
        (HEADER + WASHINGTON + "acme,US-WA,paper,1,2026-01-01,2027-01-01,,,,\n", "'paper' is no kind"),
        (HEADER + WASHINGTON + "acme,US-WA,licence,,2026-01-01,2027-01-01,,,,\n", "number is empty"),
        (HEADER + WASHINGTON + "acme,US-WA,licence,1,soon,2027-01-01,,,,\n", "'soon' is not a day"),
        (HEADER + WASHINGTON + "acme,US-WA,bond,1,2026-01-01,2027-01-01,much,,,\n", "'much' is no sum"),
        (HEADER + WASHINGTON + "beta,US-WA,bond,1,2026-01-01,2027-01-01,,,,\n", "who is no collector"),
        ("entity,place,number,from,expires,wish\n", "columns missing: kind; not known: wish"),
    ],
)
def test_a_file_with_any_wrong_line_changes_nothing(text: str, says: str) -> None:
    name_collector(acme("US-TX"))
    before = held_file()
    with pytest.raises(MendableError, match=says):
        import_licences(text, where="l.csv")
    assert held_file() == before


def test_a_collector_sits_somewhere_that_the_register_knows() -> None:
    with pytest.raises(MendableError, match="no place is named"):
        name_collector(acme())
    with pytest.raises(MendableError, match="'Texas' is no place"):
        name_collector(acme("Texas"))


def test_who_is_called_is_called_under_the_licences_of_the_house() -> None:
    bare = rulebook_for_calls()
    name_collector(acme("US-TX"))
    import_licences(HEADER + WASHINGTON, where="l.csv")
    book = rulebook_for_calls()
    assert book.hash != bare.hash
    assert [each.number for each in book.holdings.licences] == ["602 111"]
    lacking = dict(licences_told(date(2026, 12, 1)).lacking)
    assert "US-WA" not in lacking
    assert lacking["US-TX"] == "bond"
    assert dict(licences_told(date(2027, 7, 1)).lacking)["US-WA"] == "licence"


def test_what_ends_is_told_ninety_days_before_by_due_and_doctor() -> None:
    name_collector(acme("US-TX"))
    import_licences(HEADER + WASHINGTON + JERSEY, where="l.csv")
    first = date(2026, 10, 2)  # ninety days before the bond ends, which is before its paper does
    assert licences_told(date(2026, 10, 1)).ending == ()
    (jersey,) = licences_told(first).ending
    said = "bond B-9 of acme at US-NJ: its bond ends on 2026-12-31, in 90 days"
    assert warning(jersey, first) == said
    told = [item for item in due(first).items if item.citation == "the house's licences"]
    assert [(item.day, item.why, item.what) for item in told] == [(date(2026, 12, 31), Why.ENDS_SOON, said)]
    (examined,) = [each for each in examine_installation(None) if each.name == "licences"]
    assert "2 licences of 1 collectors" in examined.found


def test_somebody_answers_by_name_for_what_was_not_read_and_takes_it_back() -> None:
    sign_places(["US-NY"], by="Jane Roe", subject=Subject.RECORDING)
    sign_places(["US-NY"], by="Jane Roe", subject=Subject.LICENCE)
    assert {each.subject for each in signed_file().signatures} == {Subject.RECORDING, Subject.LICENCE}

    def new_york() -> CallRecording:
        rules = rulebook_for_calls().placed
        return next(r.may for r in rules if isinstance(r, CallRecordingRule) and r.place == "US-NY")

    assert new_york() is CallRecording.FREELY
    withdraw_places(["US-NY"], subject=Subject.RECORDING)
    assert new_york() is CallRecording.AFTER_CONSENT
    with pytest.raises(MendableError, match=r"US-PA \(recording\): nothing there is left"):
        sign_places(["US-PA"], by="Jane Roe", subject=Subject.RECORDING)
    with pytest.raises(MendableError, match="nobody has signed for"):
        withdraw_places(["US-NY"], subject=Subject.LAW)
    every = sign_places(None, by="Jane Roe", subject=Subject.RECORDING)
    assert "US-WA" in every.places
    assert "US-PA" not in every.places
