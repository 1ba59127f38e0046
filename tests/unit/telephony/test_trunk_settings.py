"""A trunk as the settings say it, in the files that are written and in what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from dialer.settings_reader import SettingsError
from telephony.asterisk.configuration import render
from telephony.asterisk.inside_check import version_found
from telephony.asterisk.settings import AsteriskSettings

STRONG = "q7Lk2-vXo9_Rt4wZ"
SECURE: dict[str, Any] = {
    "name": "main",
    "host": "sip.example",
    "transport": "tls",
    "media_encryption": "sdes",
    "username": "account",
    "secret": STRONG,
    "codecs": ["g722", "alaw"],
}


def written(*trunks: dict[str, Any], **changes: object) -> str:
    manager = {"secret": STRONG, "clear_text": True}
    given = {"ami": manager, "sounds": "/s", "recordings": "/r", "trunks": list(trunks)}
    return render(AsteriskSettings.from_mapping(given | changes))["pjsip.conf"]


def sections(text: str, kind: str, name: str = "main") -> list[list[str]]:
    """Lines of each section of this name and type."""
    found = [part.splitlines() for part in text.split("\n[") if part.startswith(f"{name}]")]
    return [lines for lines in found if f"type = {kind}" in lines]


def test_a_trunk_over_tls_is_called_checked_and_registered_over_tls_alone() -> None:
    text = written(SECURE)
    (endpoint,), (aor,) = sections(text, "endpoint"), sections(text, "aor")
    (registration,) = sections(text, "registration")
    assert "transport = transport-tls" in endpoint
    assert "media_encryption = sdes" in endpoint
    assert "media_encryption_optimistic = no" in endpoint
    assert "allow = g722,alaw" in endpoint
    assert r"contact = sip:sip.example:5061\;transport=tls" in aor
    assert r"server_uri = sip:sip.example:5061\;transport=tls" in registration
    assert r"client_uri = sip:account@sip.example:5061\;transport=tls" in registration
    assert "transport = transport-tls" in registration


def test_the_carrier_s_certificate_is_demanded_and_checked() -> None:
    (transport,) = sections(written(SECURE), "transport", "transport-tls")
    assert "verify_server = yes" in transport
    assert "ca_list_file = /etc/ssl/certs/ca-certificates.crt" in transport
    assert "bind = 0.0.0.0:5061" in transport


def test_a_registration_is_tried_for_ever() -> None:
    (registration,) = sections(written(SECURE), "registration")
    assert "max_retries = 1000000" in registration
    assert "auth_rejection_permanent = no" in registration


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_in_clear_the_port_is_5060_and_nothing_listens_for_tls(transport: str) -> None:
    clear = {**SECURE, "transport": transport, "media_encryption": "no"}
    text = written(clear)
    suffix = "" if transport == "udp" else r"\;transport=tcp"
    assert f"contact = sip:sip.example:5060{suffix}" in sections(text, "aor")[0]
    assert "transport-tls" not in text
    assert ("transport-tcp" in text) is (transport == "tcp")
    assert "media_encryption" not in text


def test_an_account_without_registration_authenticates_its_calls() -> None:
    text = written({**SECURE, "registers": False})
    assert sections(text, "registration") == []
    assert "outbound_auth = main" in sections(text, "endpoint")[0]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"transport": "udp"}, "keys in clear"),
        ({"transport": "tcp"}, "keys in clear"),
        ({"transport": "dtls"}, "transport"),
        ({"media_encryption": "dtls"}, "media_encryption"),
        ({"codecs": []}, "codecs"),
        ({"codecs": ["ulaw", "ulaw"]}, "codecs"),
        ({"codecs": ["g729"]}, "'g729' is not spoken here"),
        ({"secret": None}, "go together"),
        ({"username": None}, "go together"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, Any], named: str) -> None:
    given = {name: value for name, value in (SECURE | changes).items() if value is not None}
    with pytest.raises(SettingsError, match=named):
        written(given)


def test_two_trunks_to_one_carrier_that_demand_different_things_must_be_told_apart() -> None:
    other = {"name": "other", "host": "sip.example"}
    with pytest.raises(SettingsError, match="both take calls from") as told:
        written(SECURE, other)
    assert "receives = false" in told.value.mend
    text = written(SECURE, {**other, "receives": False})
    assert sections(text, "identify", "other") == []
    assert "match = sip.example" in sections(text, "identify")[0]
    assert len(sections(written(SECURE, {**other, "sends_from": ["192.0.2.9"]}), "identify", "other")) == 1


def test_two_accounts_at_one_carrier_that_demand_the_same_are_taken() -> None:
    assert sections(written(SECURE, {**SECURE, "name": "other"}), "identify", "other")


@pytest.mark.parametrize(
    ("told", "ok"),
    [("22.10.1+dfsg", True), ("22.0.0", True), ("20.9.3", False), ("23.0.0", False), ("", False)],
)
def test_only_asterisk_22_is_called_tested(told: str, *, ok: bool) -> None:
    assert version_found(told).ok is ok
    assert "22" in version_found(told).mend
