"""STUN and TURN for browsers at home: credentials that end by themselves, a relay to Asterisk alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import pytest

from dialer.floor.phones import phones_of
from dialer.settings_reader import SettingsError
from telephony.asterisk.configuration import render
from telephony.asterisk.passwords import filled
from telephony.asterisk.relay import RelaySettings, credentials, ice_servers
from telephony.asterisk.settings import AsteriskSettings

STRONG = "q7Lk2-vXo9_Rt4wZ"
NOW = 1_780_000_000.5
TURN = ("turn:turn.example:3478", "turns:turn.example:443?transport=tcp")


def settings(**relay: Any) -> AsteriskSettings:
    return AsteriskSettings.from_mapping(
        {
            "ami": {"secret": STRONG},
            "sounds": "/s",
            "recordings": "/r",
            "certificate": {"chain": "/c.pem", "key": "/k.pem"},
            "sip": {"external_address": "203.0.113.9"},
            "agents": [{"endpoint": "web1", "secret": STRONG, "browser": True, "agent": "anna"}],
            "relay": relay,
        }
    )


def test_the_credentials_are_what_the_turn_server_computes() -> None:
    """Source: draft-uberti-behave-turn-rest-00 2.2: base64(hmac-sha1(secret, "expiry:name"))."""
    username, credential = credentials("north", "anna", ends_at=1433895918)
    assert username == "1433895918:anna"
    digest = hmac.digest(b"north", b"1433895918:anna", hashlib.sha1)
    assert credential == base64.b64encode(digest).decode()
    assert len(base64.b64decode(credential)) == 20


def test_a_page_gets_credentials_of_its_own_agent_that_end_with_the_shift() -> None:
    account = phones_of([settings(stun=["stun.example"], turn=list(TURN), secret=STRONG)]).of("anna")
    assert account is not None
    stun, turn = account.ice_servers(NOW)
    assert (stun.urls, stun.username) == (("stun:stun.example",), None)
    assert turn.urls == TURN
    assert turn.username == "1780043200:anna"
    assert STRONG not in repr(turn) + repr(account)


def test_without_a_relay_a_page_gets_none() -> None:
    assert ice_servers(RelaySettings(), "anna", now=NOW) == ()


@pytest.mark.parametrize(
    ("relay", "named"),
    [
        ({"turn": TURN}, "no secret"),
        ({"turn": ("turn.example",), "secret": STRONG}, "no address"),
        ({"turn": ("turn:a b",), "secret": STRONG}, "no address"),
        ({"stun": ("stun:stun.example",)}, "no address"),
        ({"only": True}, "no way for the sound"),
        ({"peers": ("pbx.example",)}, "no address of a machine"),
        ({"lifetime_s": 599}, "ten minutes"),
    ],
)
def test_what_cannot_be_is_refused(relay: dict[str, Any], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        RelaySettings(**relay)


def test_ten_minutes_are_enough() -> None:
    assert RelaySettings(lifetime_s=600).lifetime_s == 600


def test_a_guessable_secret_of_the_relay_is_refused() -> None:
    with pytest.raises(SettingsError, match="TURN server is one that everybody tries"):
        settings(turn=list(TURN), secret="secret")


def test_the_secret_is_made_where_none_is_given_and_only_for_a_relay(tmp_path: Any) -> None:
    manager = {"secret": STRONG, "doctor_secret": STRONG}
    made = filled({"ami": manager, "relay": {"turn": list(TURN)}}, tmp_path, make=True)
    assert (tmp_path / "relay").read_text().strip() == made["relay"]["secret"]
    assert filled({"ami": manager, "relay": {"stun": ["a"]}}, tmp_path / "b", make=True)["relay"] == {
        "stun": ["a"]
    }


def test_the_written_relay_reaches_asterisk_s_sound_and_nothing_else() -> None:
    text = render(settings(turn=list(TURN), secret=STRONG))["coturn/turnserver.conf"]
    assert f"static-auth-secret={STRONG}\n" in text
    assert "denied-peer-ip=0.0.0.0-255.255.255.255\n" in text
    assert "denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\n" in text
    assert [line for line in text.splitlines() if line.startswith("allowed")] == [
        "allowed-peer-ip=203.0.113.9"
    ]
    own = render(settings(turn=list(TURN), secret=STRONG, peers=["10.0.0.9"]))["coturn/turnserver.conf"]
    assert "allowed-peer-ip=10.0.0.9\n" in own
    assert "203.0.113.9" not in own


def test_without_a_relay_none_is_written_and_asterisk_asks_the_stun_server() -> None:
    files = render(settings(stun=["stun.example:3479"]))
    assert "use-auth-secret" not in files["coturn/turnserver.conf"]
    assert "stunaddr = stun.example:3479\n" in files["rtp.conf"]
    assert "stunaddr" not in render(settings())["rtp.conf"]
