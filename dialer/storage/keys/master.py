"""The master key: wraps the vault's own key. A file here; a key service is another class of this port."""

import secrets
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dialer.domain.errors import MendableError
from dialer.storage.keys.secret_files import SecretFileError, read_secret, secret_in

KEY_BYTES = 32
NONCE_BYTES = 12


class WrongKeyError(MendableError):
    """The key at hand does not open what it should. Nothing was read and nothing was written."""


class KeysMissingError(MendableError):
    """The store's persons are sealed and its keys are not here."""


class MasterKey(Protocol):
    """Wraps and unwraps one small secret; asked once an opening, so that a service over a network will do."""

    @property
    def where(self) -> str:
        """Where it is, for messages."""
        ...

    def wrap(self, secret: bytes, *, about: bytes) -> bytes:
        """The secret, sealed. `about`: what it is for; the same must be said to unwrap it."""
        ...

    def unwrap(self, wrapped: bytes, *, about: bytes) -> bytes:
        """The secret. Raises WrongKeyError."""
        ...


def sealed(key: AESGCM, data: bytes, about: bytes) -> bytes:
    """AES-256-GCM under a fresh nonce, which comes first."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + key.encrypt(nonce, data, about)


def opened(key: AESGCM, data: bytes, about: bytes) -> bytes:
    """What `sealed` sealed. Raises InvalidTag."""
    return key.decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], about)


class FileMasterKey:
    """A master key in a file of 64 hexadecimal digits.

    Raises:
        SecretFileError: the file is empty, open to others, or no key.
    """

    def __init__(self, path: Path, data: bytes) -> None:
        self.path = path
        try:
            key = bytes.fromhex(data.decode().strip())
        except ValueError as error:
            raise _no_key(path) from error
        if len(key) != KEY_BYTES:
            raise _no_key(path)
        self._key = AESGCM(key)

    @classmethod
    def made(cls, path: Path) -> "FileMasterKey":
        """The key in the file, made when there is none."""
        return cls(path, secret_in(path, lambda: secrets.token_hex(KEY_BYTES).encode()))

    @classmethod
    def found(cls, path: Path) -> "FileMasterKey | None":
        """The key in the file; None when there is none."""
        try:
            return cls(path, read_secret(path))
        except FileNotFoundError:
            return None

    @property
    def where(self) -> str:
        """See the port."""
        return str(self.path)

    def wrap(self, secret: bytes, *, about: bytes) -> bytes:
        """See the port."""
        return sealed(self._key, secret, about)

    def unwrap(self, wrapped: bytes, *, about: bytes) -> bytes:
        """See the port."""
        try:
            return opened(self._key, wrapped, about)
        except InvalidTag as error:
            raise WrongKeyError(
                "this master key does not open the store's vault",
                where=self.where,
                mend="put the master key back that was kept with the vault.",
            ) from error


def _no_key(path: Path) -> SecretFileError:
    return SecretFileError(
        "this is no master key", where=str(path), mend="put the copy back that was kept elsewhere."
    )
