"""Passwords that people never choose: made when the configuration is written, kept in files, used again.

Each stands in a file of its own (0600) in one folder beside the settings: `ami`, `phone-101`,
`trunk-main-incoming`. What the settings themselves give is used in its place, unless it is one that is
guessed. A carrier's own password for us (`secret` of a trunk) cannot be made here.
"""

from __future__ import annotations

import secrets
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

from dialer.files import own_folder, write_whole
from dialer.settings_reader import SettingsError

FOLDER = "secrets"
OWN_LEAST = 16
"""Signs in a password of ours: it is never typed more than once."""
CARRIERS_LEAST = 8
"""Signs in a password that a carrier gave us: theirs to choose, and many give eight."""
_MADE_BYTES = 24
_FEWEST_KINDS = 5

# What scanners try first; a longer one that is such a word with digits behind it is as bad.
_KNOWN_WORDS = """\
1q2w3e4r abc123 access admin administrator agent asterisk carrier change changeme default demo dialer example
extension fairdial freepbx guest lab letmein login manager master me my mysecret new operator pass passw0rd
passwd password pbx phone pjsip qwerty qwertyuiop root secret secure sip softphone super supersecret support
system temp test the toor trunk trustno1 user voip welcome your"""
_KNOWN = frozenset(_KNOWN_WORDS.split())

Section = dict[str, Any]
"""A part of the settings as it was read, before its types are checked."""


def new_password() -> str:
    """192 bits, in signs that stand in any of Asterisk's files and in a telephone's form."""
    return secrets.token_urlsafe(_MADE_BYTES)


def weakness(password: str, *, names: tuple[str, ...] = (), least: int = OWN_LEAST) -> str | None:
    """Why it would be guessed; None when it would not. The password itself is never told.

    Args:
        names: of whom it is: user, phone, trunk.
        least: fewest signs.
    """
    plain = _letters(password)
    if any(password.lower() == name.lower() or plain == _letters(name) for name in names if _letters(name)):
        return "is its own user's name"
    if password.isdigit():
        return "is of digits only"
    words = [word for word in _words(password) if word]
    if words and all(word in _KNOWN or word in {_letters(name) for name in names} for word in words):
        return "is one that everybody tries"
    if len(password) < least:
        return f"has {len(password)} signs where {least} are the least"
    if len(set(password)) < _FEWEST_KINDS:
        return f"is made of {len(set(password))} signs over and over"
    return None


def demand_strong(
    password: str, *, whose: str, at: str, names: tuple[str, ...] = (), least: int = OWN_LEAST
) -> None:
    """Refuse a password that would be guessed.

    Args:
        whose: of what it is, in words.
        at: the setting that holds it.

    Raises:
        SettingsError: what is wrong with it and how to mend it; the password is not told.
    """
    reason = weakness(password, names=names, least=least)
    if reason is None:
        return
    mend = (
        f"take {at} out: `fairdial asterisk config` makes a strong one and keeps it in a file."
        if least == OWN_LEAST
        else "have the carrier give you another, and put it in a file that secret_file names."
    )
    raise SettingsError(f"the password of {whose} {reason}", mend=mend, field=at)


def filled(section: Section, folder: Path, *, make: bool) -> Section:
    """One Asterisk's section with the passwords that it leaves out.

    Args:
        folder: where they are kept, one file each.
        make: make and keep those that are not there yet.

    Raises:
        SettingsError: one is missing and none is to be made, or its file cannot be read or written.
    """
    one = str(section.get("name") or "")

    def known(name: str) -> str:
        return _kept(folder, name, make=make)

    own = f"ami-{one}" if one else "ami"
    manager = _with(section.get("ami", {}), "secret", lambda _: known(own))
    doctors = f"doctor-{one}" if one else "doctor"
    if make or (folder / doctors).exists():  # a floor does without it
        manager = _with(manager, "doctor_secret", lambda _: known(doctors))
    relay: object = section.get("relay")
    if isinstance(relay, Mapping) and cast("Mapping[str, object]", relay).get("turn"):
        section = {**section, "relay": _with(cast("object", relay), "secret", lambda _: known("relay"))}
    return {
        **section,
        "ami": manager,
        **_list_filled(section, "agents", _phone_filled, known),
        **_list_filled(section, "trunks", lambda trunk, known: _trunk_filled(trunk, known, one), known),
    }


def _phone_filled(phone: Section, known: Callable[[str], str]) -> object:
    return _with(phone, "secret", lambda one: known(f"phone-{one['endpoint']}"), needs="endpoint")


def _trunk_filled(trunk: Section, known: Callable[[str], str], own: str) -> object:
    box: object = trunk.get("box")
    if _is_file_name(box) and _is_file_name(own):
        # One password for both ways; each end is known by its own name.
        between = "-".join(("between", *sorted((own, str(box)))))
        names = {"username": own, "incoming_username": box}
        with_ours = _with({**trunk, **names}, "secret", lambda _: known(between))
        return _with(with_ours, "incoming_secret", lambda _: known(between))
    if trunk.get("incoming_username") is None:
        return trunk
    return _with(trunk, "incoming_secret", lambda one: known(f"trunk-{one['name']}-incoming"), needs="name")


def _list_filled(
    section: Section, name: str, fill: Callable[[Section, Callable[[str], str]], object], known: Any
) -> Section:
    """Anything but a list of tables is left to the reader of settings, which says what is wrong."""
    listed: object = section.get(name)
    if not isinstance(listed, list):
        return {}
    items = cast("list[object]", listed)
    return {name: [fill(cast("Section", one), known) if isinstance(one, Mapping) else one for one in items]}


def _with(part: object, name: str, password: Callable[[Section], str], *, needs: str = "") -> object:
    if not isinstance(part, Mapping) or name in part:
        return cast("object", part)
    table = dict(cast("Mapping[str, Any]", part))
    if needs and not _is_file_name(table.get(needs)):
        return table
    return {**table, name: password(table)}


def _is_file_name(name: object) -> bool:
    return isinstance(name, str) and name.replace("-", "").isalnum() and name.isascii()


def _kept(folder: Path, name: str, *, make: bool) -> str:
    file = folder / name
    try:
        if not file.exists():
            if not make:
                raise SettingsError(
                    f"there is no password {name} yet",
                    where=str(folder),
                    mend="run `fairdial asterisk config --out DIR`, which makes it, or give one.",
                )
            _keep(file, new_password())
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise SettingsError(
                f"others than its owner may read {file}", where=str(folder), mend=f"chmod 600 {file}"
            )
        found = file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        raise SettingsError(
            f"password {name}: {reason}", where=str(folder), mend="let its owner run this, or mend the file."
        ) from None
    if not found:
        raise SettingsError(f"password {name} is empty", where=str(folder), mend=f"delete {file}.")
    return found


def _keep(file: Path, password: str) -> None:
    """Whole or not at all: a password that is half on disk would shut everybody out."""
    own_folder(file.parent)
    write_whole(file, password + "\n")


def _letters(text: str) -> str:
    return "".join(sign for sign in text.lower() if sign.isalnum())


def _words(text: str) -> list[str]:
    """Its words without the digits and signs around them: `Secret-2026!` is `secret`."""
    return "".join(sign if sign.isalpha() else " " for sign in text.lower()).split()
