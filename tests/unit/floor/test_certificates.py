"""The settings of the HTTP side: which certificate, and whose word is believed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dialer.clock import posix_now
from dialer.floor.certificates import make_self_signed
from dialer.floor.settings import tls_of
from dialer.inquiry.installation import examine_installation
from dialer.settings import load_settings
from dialer.settings_reader import SettingsError

TLS = '[http.tls]\ncertificate = "tls/certificate.pem"\nkey = "tls/key.pem"\n'


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "fairdial.toml"
    monkeypatch.setenv("FAIRDIAL_CONFIG", str(file))
    return file


def test_a_certificate_is_found_from_the_settings_folder(settings: Path) -> None:
    settings.write_text(TLS)
    found = tls_of(load_settings())
    assert found is not None
    assert found.certificate == settings.parent / "tls" / "certificate.pem"
    settings.write_text("")
    assert tls_of(load_settings()) is None


@pytest.mark.parametrize("proxy", ["proxy.example", "*", "10.0.0.1/8", "", "10.0.0.0/33"])
def test_a_proxy_is_an_address_or_a_network(settings: Path, proxy: str) -> None:
    """A name can be made to lead elsewhere, and a star is everybody."""
    settings.write_text(f'[http]\ntrusted_proxies = ["10.0.0.0/8", "{proxy}"]\n')
    with pytest.raises(SettingsError) as told:
        load_settings()
    assert "trusted_proxies" in str(told.value)


@pytest.mark.parametrize(("days", "is_well"), [(15, True), (14, False), (1, False)])
def test_the_doctor_says_how_long_it_lasts(settings: Path, days: int, is_well: bool) -> None:
    """A fortnight is enough to renew it; fourteen days less the minutes since it was made are not."""
    now = datetime.fromtimestamp(posix_now() - 60.0, UTC)
    make_self_signed(settings.parent / "tls", ["localhost"], days=days, now=now)
    settings.write_text(TLS)
    told = next(one for one in examine_installation(None) if one.name == "certificate")
    assert told.ok is is_well
    assert f"lasts for {days} days" in told.found


def test_the_doctor_says_that_it_is_not_there(settings: Path) -> None:
    settings.write_text(TLS)
    told = next(one for one in examine_installation(None) if one.name == "certificate")
    assert not told.ok
    assert "cannot be read" in told.found
