"""A telephone system on one machine: the dialer's own Asterisk, and a carrier with a public behind it.

Every laboratory owns a block of loopback addresses (127.77.N.x), so ports never clash and many can run at
once: `.1` is the dialer's Asterisk, `.2` the carrier (`.3` where it demands an account over TLS), `.8` a
closed port, `.9` a socket that nobody reads.

    python tests/live/lab/laboratory.py start      # prints how to reach it
    python tests/live/lab/laboratory.py stop
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import jinja2

from dialer.clock import posix_now, utc_now
from dialer.domain.inbound_line import InboundLine
from telephony.asterisk import configuration
from telephony.asterisk.passwords import FOLDER, new_password
from telephony.asterisk.settings import (
    AgentPhoneSettings,
    AmiSettings,
    AsteriskSettings,
    CertificateFiles,
    HttpSettings,
    RtpSettings,
    SipSettings,
    TrunkSettings,
)
from telephony.conformance.visitors import our_lines

HERE = Path(__file__).resolve().parent


def _made(name: str) -> str:
    """A password that this process makes, and the processes that it starts are told."""
    return os.environ.setdefault(f"FAIRDIAL_LAB_{name}", new_password())


AMI_SECRET = _made("AMI_SECRET")
DOCTOR_SECRET = _made("DOCTOR_SECRET")
"""Of the dialer's user; like every password here made anew for each run that owns a laboratory."""
PUBLIC_SECRET = _made("PUBLIC_SECRET")
"""Of the public's own manager, with which tests make the public call us."""
ACCOUNT_SECRET = _made("ACCOUNT_SECRET")
"""Of our account at the carrier, where it demands one."""
SEATS = 60
_SLOTS = 120
_EMPTY = ("acl", "udptl", "pjproject", "ccss", "websocket_client", "features", "musiconhold", "confbridge")
_PROGRAMS = ("openssl", "setpriv", "sox", "espeak-ng")


def cache_folder() -> Path:
    """Where Asterisk was unpacked by `unpack-asterisk.sh`."""
    return Path(os.environ.get("FAIRDIAL_LAB_CACHE") or Path.home() / ".cache/fairdial/asterisk")


def reason_missing() -> str | None:
    """Why no laboratory can be started on this machine; None when one can."""
    if not (cache_folder() / ".complete").exists():
        return "no Asterisk: run scripts/install-system-packages.sh asterisk voices"
    missing = [program for program in _PROGRAMS if shutil.which(program) is None]
    return f"missing programs: {', '.join(missing)}" if missing else None


class LaboratoryError(RuntimeError):
    """The laboratory could not be started; the message holds what Asterisk said."""


@dataclass(slots=True, kw_only=True)
class Instance:
    """One Asterisk of the laboratory, run in the foreground by its own loader and stopped by its pid."""

    name: str
    home: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def pid_file(self) -> Path:
        return self.home / "pid"

    def command(self, text: str) -> str:
        """Run a command of Asterisk's own console and return what it prints."""
        launcher = str(cache_folder() / "bin/asterisk")
        arguments = [launcher, "-C", str(self.home / "etc/asterisk.conf"), "-rx", text]
        return subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=20).stdout

    def has_open(self, path: Path) -> bool:
        """Whether it has that file open."""
        links = Path(f"/proc/{self.pid_file.read_text()}/fd").iterdir()
        return any(_target(link) == str(path) for link in links)

    def start(self, *, outlive: bool) -> None:
        """Start and wait until fully booted (up to 20 s).

        Args:
            outlive: whether it goes on after this process ends; tests never want that.
        """
        configured = ["-C", str(self.home / "etc/asterisk.conf")]
        launcher = [str(cache_folder() / "bin/asterisk"), *configured, "-f", "-n"]
        guard = [] if outlive else ["setpriv", "--pdeathsig", "KILL", "--"]
        with (self.home / "stdout").open("wb") as output:
            self.process = subprocess.Popen(
                [*guard, *launcher],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.home,
                start_new_session=True,
                umask=0o077,  # as the unit file that is written says
            )
        self.pid_file.write_text(str(self.process.pid))
        for _ in range(200):
            if self.process.poll() is not None:
                break
            if "fully booted" in self.command("core waitfullybooted"):
                return
            time.sleep(0.1)
        raise LaboratoryError(f"{self.name}: {(self.home / 'stdout').read_text(errors='replace')[-2000:]}")

    def stop(self, sent: signal.Signals = signal.SIGTERM) -> None:
        """End it; a second call does nothing."""
        if not self.pid_file.exists():
            return
        pid = int(self.pid_file.read_text())
        if _runs(pid, self.home):
            os.kill(pid, sent)
            for _ in range(100):
                if self.process is not None:
                    self.process.poll()
                if not _runs(pid, self.home):
                    break
                time.sleep(0.05)
            else:
                os.kill(pid, signal.SIGKILL)
        if self.process is not None:
            self.process.wait(10)
        self.pid_file.unlink(missing_ok=True)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.stop(signal.SIGKILL)


class Laboratory:
    """Both Asterisks and what belongs to them; use it as a context manager.

    Args:
        outlive: keep running when this process ends (for the command line).
        phones: agents' phones that may register, besides 101 to 104 and the browser phone web201.
        clear_text: the manager listens in clear too, as most tests need it to cut their wires.
        trunks: further trunks, made from the laboratory's network ("127.77.N").
        seats: agents' phones that the carrier answers for; is_loud: they all play a tone, so that there is
            sound to be carried both ways.
    """

    def __init__(
        self,
        *,
        outlive: bool = False,
        phones: tuple[AgentPhoneSettings, ...] = (),
        trunks: Callable[[str], tuple[TrunkSettings, ...]] = lambda _: (),
        clear_text: bool = True,
        seats: int = SEATS,
        is_loud: bool = False,
    ) -> None:
        self._outlive = outlive
        self._seats, self._is_loud = seats, is_loud
        self._slot, self._lock = _claim_slot()
        self.net = f"127.77.{self._slot}"
        self.home = _base() / str(self._slot)
        self.pbx = Instance(name="pbx", home=self.home / "pbx")
        self.carrier = Instance(name="carrier", home=self.home / "carrier")
        self.settings = _settings(self.net, self.home, phones, trunks(self.net), clear_text=clear_text)
        self._mute: socket.socket | None = None
        # Of a floor here; another name at each start: a new store in the place of an older one is an alarm.
        self.store = self.home / "floor.db"

    def __enter__(self) -> Laboratory:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Write both configurations, start both and wait until they are up."""
        for instance in (self.pbx, self.carrier):
            instance.stop()
            shutil.rmtree(instance.home, ignore_errors=True)
        self._unmount()
        shutil.rmtree(self.home / "out", ignore_errors=True)  # of a floor on an earlier laboratory here
        for file in self.home.glob("floor*.db*"):
            file.unlink()
        self.store = self.home / f"floor-{secrets.token_hex(4)}.db"
        _make_voices(voices_folder())
        self.heard.mkdir(parents=True, exist_ok=True)
        self.recordings.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.recordings.chmod(0o700)
        for instance in (self.pbx, self.carrier):
            self._prepare(instance)
        _certificate(self.home, "", f"DNS:localhost,IP:{self.net}.1")
        _certificate(self.home, "carrier-", f"IP:{self.net}.3")
        _certificate(self.home, "other-", "DNS:other.example")
        _certificate(self.home, "strange-", f"IP:{self.net}.3")
        trusted = [self.home / f"keys/{name}-chain.pem" for name in ("carrier", "other")]
        (self.home / "keys/authorities.pem").write_text("".join(one.read_text() for one in trusted))
        configuration.write(self.settings, self.pbx.home / "etc")
        with (self.pbx.home / "etc/pjsip.conf").open("a") as pjsip:
            pjsip.write(_render("pbx/pjsip-lab.conf.j2", net=self.net, **self._phones()))
        self._mute = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._mute.bind((f"{self.net}.9", 5060))
        self.carrier.start(outlive=self._outlive)
        self.pbx.start(outlive=self._outlive)
        self._wait_for_trunk()

    def _unmount(self) -> None:
        """Take away the full disk that a run which was killed left under the recordings."""
        mounts = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
        for folder in mounts:
            if Path(folder).is_relative_to(self.home):
                subprocess.run(["umount", "-l", folder], check=True)

    def _wait_for_trunk(self) -> None:
        """A machine that is slow while both start may find the trunk down at first, and look again later."""
        if not any(trunk.name == "trunk" for trunk in self.settings.trunks):
            return
        for _ in range(300):
            if " Avail " in self.pbx.command("pjsip show aor trunk"):
                return
            time.sleep(0.1)
        raise LaboratoryError(f"the trunk is not up: {self.pbx.command('pjsip show contacts')}")

    def _phones(self) -> dict[str, object]:
        return {"seats": self._seats, "answered_by": "toneseat" if self._is_loud else ""}

    def write_floor(self, *, port: int = 8765) -> Path:
        """Write the settings file of a floor on this laboratory: what `fairdial serve --config` wants."""
        folder = self.home / FOLDER
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        kept = {f"phone-{one.endpoint}": one.secret for one in self.settings.agents}
        kept |= {"ami": AMI_SECRET, "doctor": DOCTOR_SECRET}
        for name, password in kept.items():
            (folder / name).touch(mode=0o600)
            (folder / name).write_text(password)
        file = self.home / "fairdial.toml"
        values = {
            "home": self.home,
            "store": self.store,
            "net": self.net,
            "voices": voices_folder(),
            "port": port,
        }
        values |= {"begins": _next_tuesday().isoformat(), "phones": self.settings.agents}
        file.touch(mode=0o600)
        file.write_text(_render("fairdial.toml.j2", **values))
        return file

    def secret_of(self, endpoint: str) -> str:
        """The password of an agent's phone."""
        return next(one.secret for one in self.settings.agents if one.endpoint == endpoint)

    def stop(self) -> None:
        """End both and give the addresses back."""
        self.pbx.stop()
        self.carrier.stop()
        if self._mute is not None:
            self._mute.close()
            self._mute = None
        self._lock.close()

    @property
    def address(self) -> str:
        """The dialer's Asterisk: AMI 5038, AMI over TLS 5039, SIP 5060, web sockets 8089."""
        return f"{self.net}.1"

    @property
    def heard(self) -> Path:
        """Folder where the public's recording ends write what they hear."""
        return self.home / "heard"

    @property
    def recordings(self) -> Path:
        """Folder where the dialer's Asterisk writes its recordings."""
        return self.home / "recordings"

    @property
    def certificate(self) -> Path:
        """The certificate that the dialer's Asterisk shows (PEM, self-signed)."""
        return self.home / "keys/chain.pem"

    def _prepare(self, instance: Instance) -> None:
        for folder in ("etc", "keys", "lib", "spool/monitor", "spool/recording", "log/cel-custom", "run"):
            (instance.home / folder).mkdir(parents=True, exist_ok=True)
        etc = instance.home / "etc"
        values = {"name": instance.name, "home": instance.home, "cache": cache_folder(), "net": self.net}
        values |= {"voices": voices_folder(), "heard": self.heard, "public_secret": PUBLIC_SECRET}
        values |= {"keys": self.home / "keys", "account_secret": ACCOUNT_SECRET}
        for folder in ("common", instance.name):
            for template in sorted((HERE / folder).glob("*.conf.j2")):
                target = etc / template.name.removesuffix(".j2")
                target.write_text(_render(f"{folder}/{template.name}", **values, **self._phones()))
        for name in _EMPTY:
            text = "\n" if name in {"acl", "websocket_client"} else "[general]\n"
            (etc / f"{name}.conf").write_text(text)


def _settings(
    net: str,
    home: Path,
    phones: tuple[AgentPhoneSettings, ...],
    trunks: tuple[TrunkSettings, ...],
    *,
    clear_text: bool,
) -> AsteriskSettings:
    fixed = tuple(AgentPhoneSettings(endpoint=str(n), secret=new_password()) for n in range(101, 105))
    browser = AgentPhoneSettings(endpoint="web201", secret=new_password(), browser=True)
    own = f"{net}.1"
    return AsteriskSettings(
        ami=AmiSettings(
            secret=AMI_SECRET,
            doctor_secret=DOCTOR_SECRET,
            bind=own,
            permit=("127.0.0.0/255.0.0.0",),
            clear_text=clear_text,
        ),
        http=HttpSettings(bind=own),
        sip=SipSettings(bind=own, media_address=own, tls_authorities=str(home / "keys/authorities.pem")),
        rtp=RtpSettings(ice_hosts=((_own_address(), own),)),
        trunks=(TrunkSettings(name="trunk", host=f"{net}.2", qualify_every=3), *trunks),
        agents=(*fixed, browser, *phones),
        certificate=CertificateFiles(chain=str(home / "keys/chain.pem"), key=str(home / "keys/key.pem")),
        sounds=str(voices_folder()),
        recordings=str(home / "recordings"),
        overflow_endpoint="toneseat",
        inbound_lines=_our_lines(),
        call_record=str(home / "pbx/log/cel-custom/fairdial.csv"),
    )


def _our_lines() -> tuple[InboundLine, ...]:
    """Those of the conformance suite: one with languages and messages, and one that is closed today."""
    return our_lines(posix_now())


def _render(template: str, **values: object) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(values) + "\n"


def _base() -> Path:
    return Path(tempfile.gettempdir()) / f"fairdial-lab-{os.getuid()}"


def voices_folder() -> Path:
    return cache_folder().parent / "voices"


def _make_voices(folder: Path) -> None:
    subprocess.run([str(HERE / "make-voices.sh"), str(folder)], check=True, timeout=120)


def _claim_slot() -> tuple[int, _Lock]:
    _base().mkdir(parents=True, exist_ok=True)
    for slot in range(1, _SLOTS + 1):
        lock = _Lock(_base() / f"{slot}.lock")
        if lock.taken and not _alive(_base() / str(slot)):
            return slot, lock
        lock.close()
    raise LaboratoryError("every slot for a laboratory is taken")


class _Lock:
    """A file lock held while this process lives."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.taken = True
        except OSError:
            self.taken = False

    def close(self) -> None:
        self._file.close()


def _target(link: Path) -> str:
    """What a link leads to; empty when it has gone meanwhile."""
    try:
        return str(link.readlink())
    except OSError:
        return ""


def _alive(home: Path) -> bool:
    """Whether a laboratory that outlived its starter still runs there."""
    return any(_runs(int(pid_file.read_text() or 0), pid_file.parent) for pid_file in home.glob("*/pid"))


def _runs(pid: int, home: Path) -> bool:
    """Whether this process is the Asterisk of that folder (a pid may have been given to another since)."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return str(home).encode() in command and state != "Z"


def _own_address() -> str:
    """This machine's own address, as an ICE candidate would show it; no packet is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def _next_tuesday() -> datetime:
    """Eleven in the morning in New York: lawful everywhere in the United States' four main zones but the
    westernmost, which comes an hour later."""
    now = utc_now().astimezone(ZoneInfo("America/New_York"))
    ahead = (1 - now.weekday()) % 7 or 7
    return (now + timedelta(days=ahead)).replace(hour=11, minute=0, second=0, microsecond=0)


def _certificate(home: Path, name: str, names: str) -> None:
    """`NAMEchain.pem` and `NAMEkey.pem`: self-signed, for these names; kept from an earlier one here."""
    keys = home / "keys"
    keys.mkdir(parents=True, exist_ok=True)
    arguments = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650"]
    arguments += ["-subj", "/CN=localhost", "-addext", f"subjectAltName={names}"]
    arguments += ["-keyout", str(keys / f"{name}key.pem"), "-out", str(keys / f"{name}chain.pem")]
    made_for = keys / f"{name}names"
    if not made_for.exists() or made_for.read_text() != names:
        subprocess.run(arguments, check=True, capture_output=True, timeout=60)
        made_for.write_text(names)


_STARTED = """\
A telephone system runs at {address}: SIP 5060, AMI 5038, web sockets 8089, and a public behind its trunk.

A floor on it, each line in a terminal of its own:
  export FAIRDIAL_CONFIG={file}
  .venv/bin/fairdial import config/sample/placement.csv.gz        # people to call; nobody in it exists
  .venv/bin/fairdial doctor                                       # is everything fit?
  .venv/bin/fairdial serve --network asterisk                     # until Ctrl-C
  .venv/bin/python tests/live/lab/collectors.py {file}

Sit among them: register a SIP phone of this machine at {address}:5060 as 104 (101 to 104 are there; it must
answer by itself), with the password that stands in {secrets}/phone-104.
Then take the seat "me" and be called:
  token=$(cat {folder}/token)
  ask() {{ curl -sS -H "Authorization: Bearer $token" -H 'Content-Type: application/json' "$@"; echo; }}
  ask -d '{{"campaign": "collections", "endpoint": "104"}}' http://127.0.0.1:8765/api/agents/me/login
  ask -X POST http://127.0.0.1:8765/api/agents/me/ready           # the next person who answers is yours
  ask -X POST http://127.0.0.1:8765/api/agents/me/hangup
  ask http://127.0.0.1:8765/api/agents/me                         # what the floor knows of you, and your call
Or with a browser on this machine, http://127.0.0.1:8765/phone/ (made by `make phone`), token of web201 in
{folder}/agents."""


def main(arguments: list[str]) -> int:
    """The command line: start or stop laboratories that outlive this process."""
    missing = reason_missing()
    if missing:
        print(missing, file=sys.stderr)
        return 1
    if arguments == ["start"]:
        laboratory = Laboratory(outlive=True)
        laboratory.start()
        folder = laboratory.home / "out/floor"
        where = {"address": laboratory.address, "secrets": laboratory.home / FOLDER, "folder": folder}
        print(_STARTED.format(file=laboratory.write_floor(), **where))
        return 0
    if arguments == ["stop"]:
        for home in sorted(path for path in _base().glob("*") if path.name.isdigit()):
            lock = _Lock(_base() / f"{home.name}.lock")
            if lock.taken:  # a running test holds the lock of its own laboratory
                for pid_file in sorted(home.glob("*/pid")):
                    Instance(name=pid_file.parent.name, home=pid_file.parent).stop()
            lock.close()
        return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
