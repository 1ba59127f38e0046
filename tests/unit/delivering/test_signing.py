"""Signatures of Standard Webhooks: its published example, and secrets that are none."""

from pathlib import Path

import pytest

from dialer.domain.errors import MendableError
from dialer.floor.delivering.signing import headers, new_secret, read_secret


def test_the_published_example(tmp_path: Path) -> None:
    """Of the libraries of standardwebhooks.com, version 1."""
    (tmp_path / "s").write_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")
    told = headers(
        read_secret(tmp_path / "s"), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert told["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert (told["webhook-id"], told["webhook-timestamp"]) == ("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330")


def test_a_secret_of_ours_can_be_read_and_no_two_are_the_same(tmp_path: Path) -> None:
    (tmp_path / "s").write_text(new_secret())
    assert len(read_secret(tmp_path / "s")) == 32
    assert new_secret() != new_secret()


@pytest.mark.parametrize(
    "wrong", ["", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_%%"]
)
def test_what_is_no_secret_is_told_without_telling_it(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "s").write_text(wrong)
    with pytest.raises(MendableError) as told:
        read_secret(tmp_path / "s")
    assert "deliver secret" in told.value.mend
    assert len(wrong) < 7 or wrong not in str(told.value)
