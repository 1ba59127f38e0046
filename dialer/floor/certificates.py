"""Under which certificate a floor's HTTP side is reached over TLS, and new ones when it is renewed.

Theory of operation. The server holds one context for its whole life, which chooses at each handshake; what
it chooses is a context made of the files as they were last read whole. New files are read within `LOOK_S`.
Files that do not fit each other (one of the two is written, the other not yet) are not taken: the
certificate that was in use stays so, and the next look tries again.
"""

import asyncio
import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from prometheus_client import CollectorRegistry, Gauge

from dialer.domain.errors import MendableError
from dialer.files import own_folder, write_whole

log = structlog.get_logger(__name__)

LOOK_S = 10.0
CERTIFICATE_FILE = "certificate.pem"
KEY_FILE = "key.pem"
READABLE = 0o644
"""A certificate is shown to everybody who connects."""

MEND = "name the chain and its key in [http.tls]; `fairdial certificate` makes a pair for a lab."


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFiles:
    """Where they lie, as PEM. `certificate`: the chain, our own first; `key`: its key, without a password."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Files as they were read. `ends`: POSIX seconds after which nobody takes the certificate."""

    context: ssl.SSLContext
    ends: float
    signs: tuple[object, ...]


class Certificate:
    """The certificate in use.

    Raises:
        MendableError: the files are not there, or no certificate and its key.
    """

    def __init__(self, files: CertificateFiles) -> None:
        self.files = files
        self._read = _read(files)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        _set_up(self.context, files)
        self.context.sni_callback = self._choose
        self._gauge: Gauge | None = None

    @property
    def ends(self) -> float:
        """POSIX seconds after which nobody takes it."""
        return self._read.ends

    def look(self) -> bool:
        """Take new files, if there are any that fit; whether there were."""
        try:
            if _signs(self.files) == self._read.signs:
                return False
            self._read = _read(self.files)
        except (OSError, MendableError) as error:
            log.warning("certificate.not_taken", why=str(error), file=str(self.files.certificate))
            return False
        log.info("certificate.taken", ends=datetime.fromtimestamp(self.ends, UTC).isoformat())
        return True

    def show(self, registry: CollectorRegistry) -> None:
        """Its end to Prometheus, from now on."""
        text = "POSIX seconds after which the HTTP side's certificate is taken by nobody"
        self._gauge = Gauge("fairdial_certificate_ends_seconds", text, registry=registry)
        self._gauge.set(self.ends)

    async def run(self) -> None:
        """Look for new files, for ever."""
        while True:
            await asyncio.sleep(LOOK_S)
            await asyncio.to_thread(self.look)
            if self._gauge is not None:
                self._gauge.set(self.ends)

    def _choose(self, shaking: ssl.SSLSocket | ssl.SSLObject, _name: str | None, _of: ssl.SSLContext) -> None:
        shaking.context = self._read.context


def opened_certificate(files: CertificateFiles | None) -> Certificate | None:
    """The certificate of these files; None = the HTTP side speaks without TLS. Raises MendableError."""
    return None if files is None else Certificate(files)


def make_self_signed(folder: Path, names: list[str], *, days: int, now: datetime) -> CertificateFiles:
    """A certificate that nobody but those whom it is given to will take: for a lab, for a demonstration.

    Args:
        names: host names and addresses that it is for.

    Raises:
        MendableError: there are files of these names already.
    """
    files = CertificateFiles(certificate=folder / CERTIFICATE_FILE, key=folder / KEY_FILE)
    for file in (files.certificate, files.key):
        if file.exists():
            raise MendableError(
                "there is a certificate already", where=str(file), mend="name another folder."
            )
    key = ec.generate_private_key(ec.SECP256R1())
    made = _self_signed(key, names, begins=now - timedelta(hours=1), ends=now + timedelta(days=days))
    own_folder(folder)
    write_whole(
        files.key,
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )
    write_whole(files.certificate, made.public_bytes(serialization.Encoding.PEM), mode=READABLE)
    return files


def fingerprint_of(files: CertificateFiles) -> str:
    """SHA-256 of the certificate, as browsers show it."""
    found = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    return found.fingerprint(hashes.SHA256()).hex(":").upper()


def _self_signed(
    key: ec.EllipticCurvePrivateKey, names: list[str], *, begins: datetime, ends: datetime
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName([_name_of(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _name_of(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _read(files: CertificateFiles) -> Read:
    try:
        signs = _signs(files)
        chain = x509.load_pem_x509_certificates(files.certificate.read_bytes())
    except OSError as error:
        where = str(error.filename or files.certificate)
        raise MendableError(
            f"the certificate cannot be read: {error.strerror}", where=where, mend=MEND
        ) from None
    except ValueError:
        where = str(files.certificate)
        raise MendableError("there is no certificate in this file", where=where, mend=MEND) from None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _set_up(context, files)
    return Read(context=context, ends=chain[0].not_valid_after_utc.timestamp(), signs=signs)


def _set_up(context: ssl.SSLContext, files: CertificateFiles) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        # A key with a password would ask for it at a terminal that nobody sits at.
        context.load_cert_chain(files.certificate, files.key, password=_no_password)
    except OSError as error:  # an SSLError is one
        what = f"the certificate and its key do not fit, or cannot be read: {error.strerror or error}"
        raise MendableError(what, where=f"{files.certificate}, {files.key}", mend=MEND) from None


def _no_password() -> str:
    return ""


def _signs(files: CertificateFiles) -> tuple[object, ...]:
    """What tells files from renewed ones, also behind a link that leads elsewhere now."""
    found = [file.stat() for file in (files.certificate, files.key)]
    return tuple((one.st_ino, one.st_mtime_ns, one.st_size) for one in found)
