"""The installation's signature: an Ed25519 key in a file of its own. Its public half may go anywhere."""

import hashlib
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from dialer.storage.keys.secret_files import SecretFileError, keys_folder, secret_in

KEY_FILE = "evidence.pem"

NAME_DIGITS = 16
"""Of a key's name, hexadecimal: enough to tell one's own keys apart."""


class PublicKey:
    """Tells whether something was signed by the private half."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key
        raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.name = hashlib.sha256(raw).hexdigest()[:NAME_DIGITS]

    @classmethod
    def read(cls, path: Path) -> "PublicKey":
        """Read what `pem` wrote.

        Raises:
            SecretFileError: it is no Ed25519 key.
        """
        try:
            key = load_pem_public_key(path.read_bytes())
        except ValueError as error:
            raise _no_key(path) from error
        if not isinstance(key, Ed25519PublicKey):
            raise _no_key(path)
        return cls(key)

    @property
    def pem(self) -> str:
        """For other people: PEM, as OpenSSL reads it."""
        return self._key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def has_signed(self, data: bytes, signature: bytes) -> bool:
        """Whether the signature is this key's over exactly these bytes."""
        try:
            self._key.verify(signature, data)
        except InvalidSignature:
            return False
        return True


class Signer:
    """Signs under the installation's private key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = PublicKey(key.public_key())

    @classmethod
    def of_installation(cls, folder: Path | None = None) -> "Signer":
        """The key in the installation's folder of keys, made when there is none.

        Raises:
            SecretFileError: the file is empty, open to others, or no key.
        """
        path = (folder if folder is not None else keys_folder()) / KEY_FILE
        data = secret_in(path, _new_pem)
        try:
            key = load_pem_private_key(data, password=None)
        except ValueError as error:
            raise _no_key(path) from error
        if not isinstance(key, Ed25519PrivateKey):
            raise _no_key(path)
        return cls(key)

    def sign(self, data: bytes) -> bytes:
        """The signature over these bytes."""
        return self._key.sign(data)


def _new_pem() -> bytes:
    made = Ed25519PrivateKey.generate()
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _no_key(path: Path) -> SecretFileError:
    return SecretFileError(
        "this is no Ed25519 key", where=str(path), mend="put the copy back that was kept elsewhere."
    )
