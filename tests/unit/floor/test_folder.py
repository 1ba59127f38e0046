"""The files that a floor keeps beside its store: refused when they are not what was written."""

import stat
from pathlib import Path

import pytest

from dialer.domain.errors import MendableError
from dialer.floor.folder import agent_token, folder_now, folder_token, lasting_clock
from dialer.floor.stores import store_address
from dialer.web.folder_tokens import tokens_of_folder
from dialer.web.tokens import RefusedError, Role, Token, Tokens, digest_of


def test_a_token_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    found = folder_token(tmp_path)
    assert folder_token(tmp_path) == found
    assert stat.S_IMODE((tmp_path / "token").stat().st_mode) == 0o600
    (tmp_path / "token").chmod(0o644)
    assert folder_token(tmp_path) == found
    assert stat.S_IMODE((tmp_path / "token").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"  ", bytes(43), b"fifteen-signs--", b"two words of a text", b"\xff" * 43]
)
def test_an_empty_or_cut_token_is_refused_and_lets_nobody_in(tmp_path: Path, content: bytes) -> None:
    """With an empty token everybody was supervisor."""
    (tmp_path / "token").write_bytes(content)
    with pytest.raises(MendableError) as refused:
        tokens_of_folder(tmp_path)
    assert refused.value.where == str(tmp_path / "token")
    assert "delete the file" in refused.value.mend
    agents = tmp_path / "agents"
    agents.mkdir()
    (agents / "ann.token").write_bytes(content)
    with pytest.raises(MendableError, match="the token"):
        agent_token(tmp_path, "ann")


def test_a_token_of_sixteen_signs_is_one(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("sixteen-signs---\n")
    assert folder_token(tmp_path) == "sixteen-signs---"


def test_no_text_is_nobodys_token_even_where_one_was_made_of_it() -> None:
    tokens = Tokens([Token(digest=digest_of(""), roles=frozenset({Role.SUPERVISOR}), name="empty")])
    for header in ("Bearer ", "Bearer", "Bearer  ", "bearer \t"):
        with pytest.raises(RefusedError):
            tokens.bearer(header)
    with pytest.raises(RefusedError):
        tokens.known("")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b'{"began":1780000000.0',
        b"[1,2]",
        b'{"began":1e300,"shows":1.0,"factor":1.0}',
        b'{"began":1780000000.0,"shows":1780000000.0,"factor":0.0}',
    ],
)
def test_a_clock_that_is_not_one_is_a_sentence_for_every_command(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "clock.json").write_bytes(content)
    with pytest.raises(MendableError, match="the floor's clock"):
        folder_now(tmp_path)
    with pytest.raises(MendableError, match="the floor's clock"):
        lasting_clock(tmp_path, shows=1_780_000_000.0)


def test_the_name_of_the_last_rehearsal_is_refused_when_it_is_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fairdial-out").mkdir()
    (tmp_path / "fairdial-out" / "LATEST").write_bytes(b"")
    with pytest.raises(MendableError, match="last rehearsal"):
        store_address(None)
