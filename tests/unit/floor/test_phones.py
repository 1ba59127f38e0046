"""Browser phones of a live floor: whose they are, where they register, with which token one signs in."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialer.domain.errors import MendableError
from dialer.floor.folder import agent_token
from dialer.floor.phones import phones_of, server_of
from dialer.web.folder_tokens import tokens_of_folder
from dialer.web.tokens import Role
from telephony.asterisk.settings import (
    AgentPhoneSettings,
    AmiSettings,
    AsteriskSettings,
    CertificateFiles,
    HttpSettings,
    LinkSettings,
)

DESK = AgentPhoneSettings(endpoint="101", secret="a-q7Lk2-vXo9_Rt4wZ")
WEB = AgentPhoneSettings(endpoint="web201", secret="b-q7Lk2-vXo9_Rt4wZ", browser=True, agent="anna")
OWN_NAME = AgentPhoneSettings(endpoint="bert", secret="c-q7Lk2-vXo9_Rt4wZ", browser=True)


def asterisk(
    *phones: AgentPhoneSettings, http: HttpSettings | None = None, tls: bool = True
) -> AsteriskSettings:
    return AsteriskSettings(
        ami=AmiSettings(secret="s-q7Lk2-vXo9_Rt4wZ"),
        sounds="/s",
        recordings="/r",
        http=http or HttpSettings(bind="127.0.0.5"),
        link=LinkSettings(host="10.1.1.1"),
        certificate=CertificateFiles(chain="c", key="k") if tls else None,
        agents=phones,
    )


def test_only_browsers_are_browser_phones_and_each_belongs_to_its_agent() -> None:
    phones = phones_of([asterisk(DESK, WEB, OWN_NAME)])
    assert phones.agents == ("anna", "bert")
    account = phones.of("anna")
    assert account is not None
    assert (account.endpoint, account.secret, account.server) == (
        "web201",
        WEB.secret,
        "wss://127.0.0.5:8089/ws",
    )
    assert phones.of("101") is None


def test_two_phones_for_one_agent_are_refused_with_the_mend() -> None:
    other = AgentPhoneSettings(endpoint="web202", secret="d-q7Lk2-vXo9_Rt4wZ", browser=True, agent="anna")
    with pytest.raises(MendableError, match="anna has two"):
        phones_of([asterisk(WEB, other)])


@pytest.mark.parametrize(
    ("http", "tls", "wanted"),
    [
        (HttpSettings(bind="127.0.0.5"), False, "ws://127.0.0.5:8088/ws"),
        (HttpSettings(bind="0.0.0.0", tls_port=443), True, "wss://10.1.1.1:443/ws"),
        (HttpSettings(public="wss://pbx.example:8089/ws"), True, "wss://pbx.example:8089/ws"),
    ],
)
def test_browsers_are_told_an_address_that_they_can_reach(http: HttpSettings, tls: bool, wanted: str) -> None:
    assert server_of(asterisk(http=http, tls=tls)) == wanted


def test_an_address_that_would_change_the_page_s_policy_is_refused() -> None:
    evil = HttpSettings(public="wss://a.example/ws; script-src *")
    with pytest.raises(MendableError, match="no address of a web socket"):
        phones_of([asterisk(WEB, http=evil)])


def test_every_agent_has_a_token_of_their_own_that_stays_the_same(tmp_path: Path) -> None:
    phones = phones_of([asterisk(WEB, OWN_NAME)])
    tokens = tokens_of_folder(tmp_path, phones)
    file = tmp_path / "agents" / "anna.token"
    assert file.stat().st_mode & 0o077 == 0
    text = file.read_text().strip()
    token = tokens.known(text)
    assert (token.agent, token.roles) == ("anna", frozenset({Role.AGENT}))
    assert tokens_of_folder(tmp_path, phones).known(text) == token
    file.unlink()
    assert agent_token(tmp_path, "anna") != text


def test_an_agent_s_id_cannot_lead_to_another_folder(tmp_path: Path) -> None:
    sly = AgentPhoneSettings(endpoint="web1", secret="x-q7Lk2-vXo9_Rt4wZ", browser=True, agent="../token")
    with pytest.raises(MendableError, match="file's name"):
        tokens_of_folder(tmp_path, phones_of([asterisk(sly)]))


def test_whoever_holds_the_folder_s_token_supervises_and_no_agent_does(tmp_path: Path) -> None:
    tokens = tokens_of_folder(tmp_path, phones_of([asterisk(WEB)]))
    own = tokens.known((tmp_path / "token").read_text().strip())
    assert (own.agent, own.roles) == (None, frozenset({Role.SUPERVISOR, Role.CLERK, Role.WATCHER}))
