"""Seals and opens what tells who a person is, under that person's own key."""

import hmac
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dialer.storage.keys.master import NONCE_BYTES, KeysMissingError, opened, sealed
from dialer.storage.keys.secret_files import keys_folder
from dialer.storage.keys.vault import Vault

IDENTITY = "identity"
"""The secret that ids are made under: whoever has it can test whether a given number is in a journal."""


def folder_of(store_id: str) -> Path:
    """Where the keys of a store are."""
    return keys_folder() / store_id


def forget_keys(store_id: str) -> None:
    """Take a store's keys away for good, with the store: a rehearsal that is made again."""
    shutil.rmtree(folder_of(store_id), ignore_errors=True)


class Keyring:
    """One store's keys.

    Args:
        missing: why there are none; then nothing is opened, and sealing is refused.
    """

    def __init__(self, vault: Vault | None, missing: KeysMissingError | None = None) -> None:
        self._vault = vault
        self.missing = missing

    @property
    def vault(self) -> Vault:
        """The vault. Raises KeysMissingError."""
        if self._vault is None:
            assert self.missing is not None, "a ring without a vault knows why"
            raise self.missing
        return self._vault

    def close(self) -> None:
        """Let go of the vault."""
        if self._vault is not None:
            self._vault.close()

    def sealer(self, subjects: Iterable[str]) -> "Sealer":
        """Seals for these subjects; whoever has no key gets one, durably, before anything is sealed under it.

        Raises:
            KeysMissingError: the keys are not here.
        """
        return Sealer(self.vault.data_keys(subjects, make=True))

    def opener(self, subjects: Iterable[str]) -> "Sealer":
        """Opens for these subjects as far as their keys are here and were not destroyed."""
        return Sealer({} if self._vault is None else self._vault.data_keys(subjects, make=False))

    def word_sealer(self, subjects: Iterable[str]) -> "WordSealer":
        """As `sealer`, for words.

        Raises:
            KeysMissingError: the keys are not here.
        """
        return WordSealer(self.vault.key_bytes(subjects, make=True))

    def word_opener(self, subjects: Iterable[str]) -> "WordSealer":
        """As `opener`, for words."""
        return WordSealer({} if self._vault is None else self._vault.key_bytes(subjects, make=False))

    def keys_of(self, subjects: Iterable[str], *, make: bool) -> Mapping[str, bytes]:
        """Their data keys themselves, for what is sealed in pieces (`streams`); who has none gets one with
        `make`, and is left out without.

        Raises:
            KeysMissingError: the keys are not here.
        """
        return self.vault.key_bytes(subjects, make=make)

    def destroy(self, subjects: Iterable[str]) -> int:
        """Forget these subjects; returns how many had a key."""
        return self.vault.destroy(subjects)


class Sealer:
    """Data keys at hand."""

    def __init__(self, keys: Mapping[str, AESGCM]) -> None:
        self._keys = keys

    def seal(self, subject: str, data: bytes) -> bytes:
        """The data under the subject's key, bound to the subject: moved to another one it does not open."""
        return sealed(self._keys[subject], data, subject.encode())

    def open(self, subject: str, data: bytes) -> bytes | None:
        """What was sealed; None where the subject's key is gone or is another."""
        key = self._keys.get(subject)
        if key is None:
            return None
        try:
            return opened(key, data, subject.encode())
        except InvalidTag:
            return None


class WordSealer:
    """Data keys at hand, for words: alike words of one subject are sealed alike.

    The nonce is a keyed hash of the words under a key that is derived from the subject's own, so no nonce
    comes twice for two texts; that two texts are alike is what it tells, to whoever has both.
    """

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._keys = keys

    def __contains__(self, subject: str) -> bool:
        return subject in self._keys

    def with_keys(self, other: "WordSealer") -> "WordSealer":
        """With the other's keys besides."""
        return WordSealer({**self._keys, **other._keys})

    def seal(self, subject: str, data: bytes) -> bytes:
        """The data under the subject's key, bound to the subject."""
        key, about = self._keys[subject], _about_words(subject)
        nonces = hmac.digest(key, b"nonces of words", "sha256")
        nonce = hmac.digest(nonces, about + b"\0" + data, "sha256")[:NONCE_BYTES]
        return nonce + AESGCM(key).encrypt(nonce, data, about)

    def open(self, subject: str, data: bytes) -> bytes | None:
        """What was sealed; None where the subject's key is gone, or it was not."""
        key = self._keys.get(subject)
        if key is None:
            return None
        try:
            return opened(AESGCM(key), data, _about_words(subject))
        except (InvalidTag, ValueError):
            return None


def _about_words(subject: str) -> bytes:
    return b"words of " + subject.encode()


NOTHING = Sealer({})
"""Has no keys."""
