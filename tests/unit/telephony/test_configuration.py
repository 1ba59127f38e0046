"""The configuration that is written for Asterisk."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from telephony.asterisk.configuration import TEMPLATES, render, write
from telephony.asterisk.opening import open_system
from telephony.asterisk.settings import (
    AgentPhoneSettings,
    AmiSettings,
    AsteriskSettings,
    CertificateFiles,
    SettingsError,
    TrunkSettings,
)


def settings(**changes: object) -> AsteriskSettings:
    values: dict[str, object] = {
        "ami": AmiSettings(secret="top"),
        "sounds": "/var/lib/sounds",
        "recordings": "/var/spool/recordings",
        "trunks": (TrunkSettings(name="main", host="sip.example", username="u", secret="p"),),
        "agents": (
            AgentPhoneSettings(endpoint="101", secret="s"),
            AgentPhoneSettings(endpoint="web1", secret="w", browser=True),
        ),
        "certificate": CertificateFiles(chain="/etc/c.pem", key="/etc/k.pem"),
    }
    return AsteriskSettings.from_mapping(values | changes)


def test_writing_twice_touches_nothing_the_second_time(tmp_path: Path) -> None:
    assert write(settings(), tmp_path) == tuple(sorted(TEMPLATES))
    assert write(settings(), tmp_path) == ()
    assert write(settings(longest_call=60), tmp_path) == ("extensions.conf",)


def test_files_with_secrets_are_not_for_everybody(tmp_path: Path) -> None:
    write(settings(), tmp_path)
    assert (tmp_path / "manager.conf").stat().st_mode & 0o007 == 0


def test_the_manager_user_has_the_smallest_rights_that_work() -> None:
    text = render(settings())["manager.conf"]
    assert "read = call,user,system,dtmf\n" in text
    assert "write = call,originate,reporting\n" in text


def test_an_agent_s_phone_can_dial_nothing_but_the_echo_test() -> None:
    files = render(settings())
    assert "context = fairdial-phone" in files["pjsip.conf"]
    phone = files["extensions.conf"].partition("[fairdial-phone]")[2].partition("\n[")[0]
    assert [line for line in phone.splitlines() if line.startswith("exten")] == ["exten => 600,1,Answer()"]


@pytest.mark.parametrize("secret", ["a;b", "a\nb", "a\\b"])
def test_a_secret_that_would_change_its_line_is_refused(secret: str) -> None:
    with pytest.raises(SettingsError):
        render(settings(ami=AmiSettings(secret=secret)))


def test_two_things_of_one_name_are_refused() -> None:
    with pytest.raises(SettingsError):
        AsteriskSettings(
            ami=AmiSettings(secret="s"),
            sounds="",
            recordings="",
            trunks=(TrunkSettings(name="a", host="h"), TrunkSettings(name="a", host="i")),
        )


def test_a_browser_phone_gets_an_encrypted_socket_where_there_is_a_certificate() -> None:
    assert "transport = transport-wss" in render(settings())["pjsip.conf"]
    assert "transport = transport-ws\n" in render(settings(certificate=None))["pjsip.conf"]


def test_the_example_is_a_whole_configuration() -> None:
    text = resources.files("config").joinpath("asterisk/example.toml").read_text("utf-8")
    example = AsteriskSettings.from_toml(text)
    assert set(render(example)) == set(TEMPLATES)
    assert open_system(example, now=lambda: 0.0)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('sounds = "a"\n[ami]\nsecret = "s"', "recordings"),
        ('sounds = "a"\nrecordings = "b"\ntypo = 1\n[ami]\nsecret = "s"', "typo"),
        ('sounds = "a"\nrecordings = "b"\n[ami]\nsecret = "s"\nprot = 1', "ami.prot"),
        ("sounds = ", "TOML"),
    ],
)
def test_a_mistake_in_the_settings_is_named(text: str, named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        AsteriskSettings.from_toml(text)


def test_without_a_trunk_nothing_can_be_called() -> None:
    with pytest.raises(SettingsError, match="trunk"):
        open_system(settings(trunks=()), now=lambda: 0.0)
