"""Seals and opens what tells who a person is, under that person's own key."""

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dialer.storage.keys.master import KeysMissingError, opened, sealed
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


NOTHING = Sealer({})
"""Has no keys."""
