"""Whether this installation could work lawfully. Each check says what it found, and how to mend it."""

from __future__ import annotations

import importlib
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path
from zoneinfo import ZoneInfo

from compliance_gate.book.texts import tzdata_version
from compliance_gate.words import Checked
from dialer.clock import posix_now
from dialer.domain.errors import FairdialError, MendableError
from dialer.floor.certificates import opened_certificate
from dialer.floor.law import rulebook_for_calls, uses_sample
from dialer.floor.settings import tls_of
from dialer.floor.stores import store_address
from dialer.inquiry.licences import licences_told, warning
from dialer.settings import load_settings
from dialer.storage.database.backup import damage_of
from dialer.storage.journal.file import surroundings
from dialer.storage.store import Store

VANCOUVER_STAYS = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
"""British Columbia keeps its summer time from autumn 2026 on; rules older than that say UTC-8 here."""

LEAST_FREE_BYTES = 2 * 1024**3
LEAST_DAYS_OF_CERTIFICATE = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One check's outcome; `mend` is for a failure."""

    name: str
    ok: bool
    found: str
    mend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """Versions of Fairdial and of what its numbers and its law depend on. `rulebook`: hash of the law."""

    fairdial: str
    python: str
    numpy: str
    scipy: str
    tzdata: str
    rulebook: str
    machine: str
    cpu_features: tuple[str, ...]


def versions() -> Versions:
    """What is installed here.

    Raises:
        MendableError: the house's signatures cannot be read.
    """
    here = surroundings()
    return Versions(
        fairdial=metadata.version("fairdial"),
        python=here.python,
        numpy=here.numpy,
        scipy=here.scipy,
        tzdata=tzdata_version(),
        rulebook=rulebook_for_calls().hash,
        machine=here.machine,
        cpu_features=tuple(here.cpu_features),
    )


def examine_installation(store: str | None) -> list[Examined]:
    """Every check, in order.

    Args:
        store: to look at; None = the last one.
    """
    checks: tuple[Callable[[], Examined], ...] = (
        _python,
        _libraries,
        _time_zones,
        _law,
        _licences,
        _settings,
        _certificate,
        _disk,
        lambda: _store(store),
    )
    return [check() for check in checks]


def _python() -> Examined:
    found = ".".join(str(part) for part in sys.version_info[:3])
    return Examined(
        name="Python",
        ok=sys.version_info >= (3, 11),
        found=found,
        mend="install Python 3.11 or newer and run `make demo` again.",
    )


def _libraries() -> Examined:
    broken: list[str] = []
    for name in ("numpy", "scipy", "sqlalchemy", "duckdb", "msgspec", "phonenumbers", "holidays"):
        try:
            importlib.import_module(name)
        except ImportError as error:
            broken.append(f"{name} ({error})")
    return Examined(
        name="libraries",
        ok=not broken,
        found="all there" if not broken else "missing: " + ", ".join(broken),
        mend="run `make clean demo`, which installs the pinned ones.",
    )


def _time_zones() -> Examined:
    offset = VANCOUVER_STAYS.astimezone(ZoneInfo("America/Vancouver")).utcoffset() or timedelta()
    return Examined(
        name="time-zone rules",
        ok=offset == timedelta(hours=-7),
        found=f"tzdata {tzdata_version()}, Vancouver on 2026-11-25 is at UTC{offset / timedelta(hours=1):+g}",
        mend="upgrade the tzdata package (make upgrade); the host's own files are never used.",
    )


def demand_time_zones() -> None:
    """A floor is not run by time-zone rules that are too old.

    Raises:
        MendableError: they are.
    """
    rules = _time_zones()
    if not rules.ok:
        raise MendableError("the time-zone rules are too old to call by", where=rules.found, mend=rules.mend)


def _law() -> Examined:
    try:
        book = rulebook_for_calls()
    except MendableError as error:
        return Examined(name="law", ok=False, found=str(error), mend=error.mend or "mend the file.")
    rules = book.rules()
    unsigned = sum(entry.needs_signature for entry in book.register.entries)
    signed = "signed by nobody (the sample)" if uses_sample() else f"{unsigned} places unsigned and denied"
    unsure = sum(1 for rule in rules if rule.header.checked not in (Checked.PRIMARY, Checked.POLICY))
    return Examined(
        name="law",
        ok=bool(rules) and bool(book.packs),
        found=f"{len(rules)} rules in {len(book.packs)} packs and {len(book.policies)} policies, rulebook "
        f"{book.hash}; {unsure} rules not checked against the law's own text (fairdial law show RULE); "
        f"register: {signed} (fairdial law register)",
        mend="reinstall Fairdial: its law files are missing.",
    )


def _licences() -> Examined:
    try:
        told = licences_told()
    except MendableError as error:
        return Examined(name="licences", ok=False, found=str(error), mend=error.mend or "mend the file.")
    soon = "; ".join(warning(each, told.on) for each in told.ending)
    held = f"{len(told.licences)} licences of {len(told.entities)} collectors"
    return Examined(
        name="licences",
        ok=not told.ending,
        found=f"{held}; {soon or 'none ends within 90 days'}; {len(told.lacking)} places demand one that is "
        "not there, and deny (fairdial licences list)",
        mend="renew what ends and import it: `fairdial licences import FILE.csv`.",
    )


def _settings() -> Examined:
    try:
        settings = load_settings()
    except MendableError as error:
        return Examined(name="settings", ok=False, found=f"{error.what} ({error.where})", mend=error.mend)
    found = f"out={settings.out} store={settings.store or '(the last one)'}"
    return Examined(name="settings", ok=True, found=found)


def _certificate() -> Examined:
    try:
        files = tls_of(load_settings())
        certificate = opened_certificate(files)
    except MendableError as error:
        return Examined(name="certificate", ok=False, found=f"{error.what} ({error.where})", mend=error.mend)
    if certificate is None:
        found = "none: the HTTP side speaks in clear, for this machine or behind a proxy"
        return Examined(name="certificate", ok=True, found=found)
    left_days = (certificate.ends - posix_now()) / 86_400
    return Examined(
        name="certificate",
        ok=left_days >= LEAST_DAYS_OF_CERTIFICATE,
        found=f"{certificate.files.certificate} lasts for {left_days:.0f} days",
        mend="renew it and put it in its place; a running floor takes it within ten seconds.",
    )


def _disk() -> Examined:
    free = shutil.disk_usage(".").free
    return Examined(
        name="disk",
        ok=free >= LEAST_FREE_BYTES,
        found=f"{free / 1024**3:.1f} GiB free here",
        mend="make room: a shift of fifty agents writes about 0.3 GiB.",
    )


def _store(named: str | None) -> Examined:
    try:
        address = store_address(named)
    except MendableError as error:
        if named is None:
            return Examined(name="store", ok=True, found=f"none yet ({error.where})")
        return Examined(name="store", ok=False, found=f"{error.what}: {error.where}", mend=error.mend)
    except FairdialError as error:
        return Examined(name="store", ok=False, found=str(error), mend="mend the setting that is named.")
    damage = None if "://" in address else damage_of(Path(address), whole=True)
    if damage is not None:
        mend = "restore a copy: `fairdial restore COPY STORE`; keep the damaged file for whoever looks at it."
        return Examined(name="store", ok=False, found=f"{address} is damaged: {damage}", mend=mend)
    try:
        with Store.open(address) as store:
            steps, is_partial = store.last_sequence(), store.is_partial
    except FairdialError as error:
        return Examined(name="store", ok=False, found=str(error), mend="take another copy, or migrate it.")
    part = ", PARTIAL: its shift was interrupted" if is_partial else ""
    return Examined(name="store", ok=True, found=f"{address}, {steps:,} steps{part}")
