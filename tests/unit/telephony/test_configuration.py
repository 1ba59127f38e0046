"""The configuration that is written for Asterisk."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path

import pytest

from dialer.floor.settings import asterisk_at
from dialer.settings_reader import SettingsError
from telephony.asterisk.configuration import TEMPLATES, render, write
from telephony.asterisk.opening import address_of, open_system
from telephony.asterisk.settings import (
    AgentPhoneSettings,
    AmiSettings,
    AsteriskSettings,
    CertificateFiles,
    HttpSettings,
    LinkSettings,
    SipSettings,
    TrunkSettings,
)

STRONG = "q7Lk2-vXo9_Rt4wZ"


def settings(**changes: object) -> AsteriskSettings:
    values: dict[str, object] = {
        "ami": AmiSettings(secret=STRONG),
        "sounds": "/var/lib/sounds",
        "recordings": "/var/spool/recordings",
        "trunks": (TrunkSettings(name="main", host="sip.example", username="u", secret=STRONG),),
        "agents": (
            AgentPhoneSettings(endpoint="101", secret=STRONG),
            AgentPhoneSettings(endpoint="web1", secret=STRONG, browser=True),
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
    assert "read = call,user,system,dtmf,security\n" in text
    assert "write = call,originate\n" in text


def test_an_agent_s_phone_can_dial_nothing_but_the_echo_test() -> None:
    files = render(settings())
    assert "context = fairdial-phone" in files["pjsip.conf"]
    phone = files["extensions.conf"].partition("[fairdial-phone]")[2].partition("\n[")[0]
    assert [line for line in phone.splitlines() if line.startswith("exten")] == ["exten => 600,1,Answer()"]


@pytest.mark.parametrize("secret", [f"{STRONG};b", f"{STRONG}\nb", f"{STRONG}\\b"])
def test_a_secret_that_would_change_its_line_is_refused(secret: str) -> None:
    with pytest.raises(SettingsError):
        render(settings(ami=AmiSettings(secret=secret)))


def test_two_things_of_one_name_are_refused() -> None:
    with pytest.raises(SettingsError):
        AsteriskSettings(
            ami=AmiSettings(secret=STRONG),
            sounds="",
            recordings="",
            trunks=(TrunkSettings(name="a", host="h"), TrunkSettings(name="a", host="i")),
        )


def test_a_browser_phone_gets_an_encrypted_socket_where_there_is_a_certificate() -> None:
    assert "transport = transport-wss" in render(settings())["pjsip.conf"]
    clear = settings(
        certificate=None,
        ami=AmiSettings(secret=STRONG, clear_text=True),
        http=HttpSettings(clear_text=True),
    )
    assert "transport = transport-ws\n" in render(clear)["pjsip.conf"]


def test_nothing_listens_in_clear_text_unless_it_is_asked_for() -> None:
    files = render(settings())
    assert "bindaddr = 192.0.2.1\n" in files["manager.conf"]
    assert "tlsenable = yes\ntlsbindaddr = 127.0.0.1:5039\n" in files["manager.conf"]
    assert "enabled = no\n" in files["http.conf"]
    assert "tlsenable = yes\ntlsbindaddr = 127.0.0.1:8089\n" in files["http.conf"]
    assert "transport-ws]" not in files["pjsip.conf"]
    asked = render(
        settings(ami=AmiSettings(secret=STRONG, clear_text=True), http=HttpSettings(clear_text=True))
    )
    assert "bindaddr = 127.0.0.1\nport = 5038\n" in asked["manager.conf"]
    assert "enabled = yes\nbindaddr = 127.0.0.1\nbindport = 8088\n" in asked["http.conf"]
    assert "[transport-ws]" in asked["pjsip.conf"]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({}, "manager interface would not listen"),
        ({"ami": AmiSettings(secret=STRONG, clear_text=True)}, "browser phones could not connect"),
    ],
)
def test_without_a_certificate_clear_text_has_to_be_asked_for(changes: dict[str, object], named: str) -> None:
    with pytest.raises(SettingsError, match=named) as told:
        render(settings(certificate=None, **changes))
    assert "clear_text = true" in told.value.mend


@pytest.mark.parametrize(
    ("clear_text", "tls", "port"), [(False, None, 5039), (True, None, 5038), (True, True, 5039)]
)
def test_the_dialer_speaks_tls_unless_the_manager_speaks_clear_text(
    *, clear_text: bool, tls: bool | None, port: int
) -> None:
    asked = settings(
        ami=AmiSettings(secret=STRONG, clear_text=clear_text),
        link=LinkSettings(host="127.0.0.1", tls=tls),
    )
    address = address_of(asked)
    assert (address.port, address.tls) == (port, port == 5039)


def test_the_example_is_a_whole_configuration(tmp_path: Path) -> None:
    text = resources.files("config").joinpath("asterisk/example.toml").read_text("utf-8")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/carrier-main").write_text("q7Lk2-vX")
    example = asterisk_at(tomllib.loads(text), tmp_path / "asterisk.toml", makes_passwords=True)
    assert set(render(example)) == set(TEMPLATES)
    assert open_system(example, now=lambda: 0.0)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('sounds = "a"\n[ami]\nsecret = "s"', "recordings"),
        ('sounds = "a"\nrecordings = "b"\ntypo = 1\n[ami]\nsecret = "q7Lk2-vXo9_Rt4wZ"', "typo"),
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


def test_a_trunk_is_known_by_its_addresses_and_by_a_password_where_it_has_one() -> None:
    trunk = TrunkSettings(
        name="main",
        host="sip.example",
        sends_from=("192.0.2.0/24", "198.51.100.7"),
        incoming_username="carrier",
        incoming_secret="what-they-send-us-94",
    )
    endpoint, _, rest = (
        render(settings(trunks=(trunk,)))["pjsip.conf"].partition("[main]")[2].partition("[main]")
    )
    assert "identify_by = ip\n" in endpoint
    assert "auth = main-incoming\n" in endpoint
    identify = rest.partition("type = identify")[2]
    assert identify.startswith("\nendpoint = main\nmatch = 192.0.2.0/24\nmatch = 198.51.100.7\n")
    assert "match = sip.example" not in identify
    assert "username = carrier\npassword = what-they-send-us-94\n" in identify


def test_half_of_a_carrier_s_password_is_refused() -> None:
    with pytest.raises(SettingsError, match="go together"):
        settings(trunks=(TrunkSettings(name="main", host="h", incoming_username="carrier"),))


def test_no_phone_is_known_by_anything_but_its_name_and_password() -> None:
    phones = render(settings())["pjsip.conf"].partition("[agent-phone](!)")[2]
    assert "identify_by = username\n" in phones
    assert "auth = auth-101\n" in phones


def test_only_permitted_networks_are_looked_at_where_any_are_named() -> None:
    assert "type = acl" not in render(settings())["pjsip.conf"]
    asked = settings(sip=SipSettings(permit=("192.0.2.0/255.255.255.0",)))
    assert "deny = 0.0.0.0/0.0.0.0\npermit = 192.0.2.0/255.255.255.0\n" in render(asked)["pjsip.conf"]


def test_modules_are_named_one_by_one_and_none_gives_a_reader_or_writer_away() -> None:
    text = render(settings())["modules.conf"]
    loaded = {
        line.removeprefix("load = ").removesuffix(".so") for line in text.splitlines() if "load = " in line
    }
    assert "autoload = no" in text
    shut = {"func_config", "func_sorcery", "func_env", "func_shell", "func_db", "func_global", "func_curl"}
    assert not loaded & {
        *shut,
        "app_record",
        "app_system",
        "app_originate",
        "res_agi",
        "pbx_spool",
        "res_ari",
    }


def test_the_dialplan_reads_no_global_variable() -> None:
    text = render(settings())["extensions.conf"]
    assert "[globals]" not in text
    assert "${FD_SOUNDS}" not in text
    assert "/var/spool/recordings/${FD_RECORD}.raw" in text
