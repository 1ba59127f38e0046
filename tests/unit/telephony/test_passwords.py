"""Passwords are made, kept for their owner alone, used again; a guessable one is refused and never told."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from dialer.settings_reader import SettingsError
from telephony.asterisk.passwords import CARRIERS_LEAST, OWN_LEAST, filled, new_password, weakness
from telephony.asterisk.settings import AgentPhoneSettings, AmiSettings, AsteriskSettings, TrunkSettings

STRONG = "q7Lk2-vXo9_Rt4wZ"
SECTION = {
    "agents": [{"endpoint": "101"}, {"endpoint": "web1", "browser": True}],
    "trunks": [
        {"name": "main", "host": "h"},
        {"name": "other", "host": "i", "incoming_username": "carrier"},
    ],
}


def settings(**changes: object) -> AsteriskSettings:
    given = {"ami": AmiSettings(secret=STRONG), "sounds": "/s", "recordings": "/r"}
    return AsteriskSettings.from_mapping(given | changes)


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("secret", "everybody tries"),
        ("lab-secret", "everybody tries"),
        ("change-me", "everybody tries"),
        ("Password-2026!!!!!!!", "everybody tries"),
        ("phone-101", "everybody tries"),
        ("101101101101101101101", "digits only"),
        ("101", "user's name"),
        ("one0one", "7 signs"),
        ("abcabcabcabcabcabcabc", "3 signs over and over"),
        ("", "0 signs"),
    ],
)
def test_what_would_be_guessed_is_weak_and_says_why(password: str, word: str) -> None:
    assert word in (weakness(password, names=("101",)) or "")


def test_a_name_in_other_letters_is_still_the_name() -> None:
    assert weakness("Web-Phone.Of-Anna-Smith", names=("webphoneofannasmith",)) == "is its own user's name"


def test_the_shortest_that_is_long_enough_is_taken_and_one_less_is_not() -> None:
    long = "q7Lk2-vXo9_Rt4wZhh"
    assert weakness(long[:OWN_LEAST]) is None
    assert weakness(long[: OWN_LEAST - 1]) == "has 15 signs where 16 are the least"
    assert weakness(long[:CARRIERS_LEAST], least=CARRIERS_LEAST) is None
    assert weakness(long[: CARRIERS_LEAST - 1], least=CARRIERS_LEAST) == "has 7 signs where 8 are the least"


def test_none_that_is_made_is_weak_or_stands_badly_in_a_file() -> None:
    made = [new_password() for _ in range(500)]
    assert len(set(made)) == 500
    assert all(weakness(one, names=("101", "fairdial")) is None for one in made)
    assert all(one.replace("-", "").replace("_", "").isalnum() and len(one) == 32 for one in made)


@pytest.mark.parametrize(
    ("changes", "named", "mend"),
    [
        ({"ami": {"secret": "asterisk"}}, "manager's user", "take ami.secret out"),
        ({"agents": [{"endpoint": "101", "secret": "101"}]}, "phone 101", "take agents[0].secret out"),
        (
            {"agents": [{"endpoint": "101", "secret": "anna", "agent": "Anna"}]},
            "phone 101",
            "agents[0].secret",
        ),
        (
            {
                "trunks": [
                    {"name": "main", "host": "h", "incoming_username": "c", "incoming_secret": "12345678"}
                ]
            },
            "trunk main's own calls",
            "trunks[0].incoming_secret",
        ),
        (
            {"trunks": [{"name": "main", "host": "h", "username": "u", "secret": "change-me"}]},
            "trunk main",
            "have the carrier give you another",
        ),
    ],
)
def test_a_weak_one_in_the_settings_is_refused_with_whose_it_is_and_the_mend(
    changes: dict[str, object], named: str, mend: str
) -> None:
    with pytest.raises(SettingsError) as told:
        settings(**changes)
    assert named in told.value.what
    assert mend in told.value.mend


def test_what_is_weak_is_never_told() -> None:
    with pytest.raises(SettingsError) as told:
        settings(agents=(AgentPhoneSettings(endpoint="101", secret="Hunter2"),))
    assert "Hunter2" not in str(told.value)


def test_a_carrier_s_own_password_of_eight_signs_is_theirs_to_choose() -> None:
    trunk = TrunkSettings(name="main", host="h", username="u", secret="q7Lk2-vX")
    assert settings(trunks=(trunk,)).trunks == (trunk,)


def test_every_password_that_is_left_out_is_made_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    made = filled(SECTION, tmp_path / "secrets", make=True)
    files = sorted((tmp_path / "secrets").iterdir())
    assert [file.name for file in files] == [
        "ami",
        "doctor",
        "phone-101",
        "phone-web1",
        "trunk-other-incoming",
    ]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    kept = [file.read_text().strip() for file in files]
    assert kept == [
        made["ami"]["secret"],
        made["ami"]["doctor_secret"],
        made["agents"][0]["secret"],
        made["agents"][1]["secret"],
        made["trunks"][1]["incoming_secret"],
    ]
    assert len(set(kept)) == 5
    assert "incoming_secret" not in made["trunks"][0]


def test_the_next_time_they_are_the_same_for_whoever_reads_them(tmp_path: Path) -> None:
    first = filled(SECTION, tmp_path, make=True)
    assert filled(SECTION, tmp_path, make=True) == first
    assert filled(SECTION, tmp_path, make=False) == first


def test_what_the_settings_give_is_used_and_nothing_made_for_it(tmp_path: Path) -> None:
    manager = {"secret": STRONG, "doctor_secret": STRONG}
    given = {"ami": manager, "agents": [{"endpoint": "101", "secret": STRONG}]}
    assert filled(given, tmp_path, make=True) == given
    assert list(tmp_path.iterdir()) == []


def test_only_the_writer_of_the_configuration_makes_any(tmp_path: Path) -> None:
    """Else a floor would know one password and Asterisk another."""
    with pytest.raises(SettingsError, match="no password") as told:
        filled(SECTION, tmp_path, make=False)
    assert "fairdial asterisk config" in told.value.mend
    assert list(tmp_path.iterdir()) == []


def test_a_floor_does_without_the_doctor_s_password(tmp_path: Path) -> None:
    made = filled(SECTION, tmp_path, make=True)
    (tmp_path / "doctor").unlink()
    assert filled(SECTION, tmp_path, make=False)["ami"] == {"secret": made["ami"]["secret"]}


def test_of_several_asterisks_each_has_a_manager_of_its_own_and_all_know_the_phone(tmp_path: Path) -> None:
    north = filled({**SECTION, "name": "north"}, tmp_path, make=True)
    south = filled({**SECTION, "name": "south"}, tmp_path, make=True)
    assert north["ami"]["secret"] != south["ami"]["secret"]
    assert north["agents"] == south["agents"]


def test_a_file_that_others_may_read_is_refused_with_the_mend(tmp_path: Path) -> None:
    filled(SECTION, tmp_path, make=True)
    (tmp_path / "ami").chmod(0o640)
    with pytest.raises(SettingsError, match="others than its owner") as told:
        filled(SECTION, tmp_path, make=False)
    assert told.value.mend == f"chmod 600 {tmp_path / 'ami'}"


def test_what_is_no_table_is_left_to_the_reader_of_settings(tmp_path: Path) -> None:
    odd = {"ami": 7, "agents": "101", "trunks": [1, {"name": "../x", "incoming_username": "c"}]}
    assert filled(odd, tmp_path, make=True) == odd
    assert list(tmp_path.iterdir()) == []


def test_no_name_of_a_phone_leads_out_of_the_folder(tmp_path: Path) -> None:
    odd = {"agents": [{"endpoint": "../../etc/passwd"}], "ami": {"secret": STRONG, "doctor_secret": STRONG}}
    assert filled(odd, tmp_path / "in", make=True) == odd
    assert list(tmp_path.iterdir()) == []
