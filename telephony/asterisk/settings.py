"""What an Asterisk must be told: the settings from which its configuration is written.

The same settings describe a floor's own Asterisk and the one of the laboratory under `tests/live/lab`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from dialer.domain.inbound_line import InboundLine, check_lines
from dialer.settings_reader import SettingsError, SettingsReader
from telephony.asterisk.errors import UnsafeValueError
from telephony.asterisk.names import sound
from telephony.asterisk.passwords import CARRIERS_LEAST, FOLDER, demand_strong
from telephony.asterisk.relay import RelaySettings
from telephony.asterisk.shut import ShutNumbers
from telephony.asterisk.trunks import Route, TrunkPlan, tiers

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,39}")
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_PREFIX = re.compile(r"\+[1-9][0-9]{0,14}")
_ENDPOINT = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")

_READER = SettingsReader(from_text=True)


class Transport(Enum):
    """What carries a trunk's SIP."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"

    @property
    def usual_port(self) -> int:
        """The port that a carrier has it at, unless it says otherwise."""
        return 5061 if self is Transport.TLS else 5060


class MediaEncryption(Enum):
    """Whether a trunk's sound is encrypted (SRTP), with keys that SIP carries."""

    NO = "no"
    SDES = "sdes"


CODECS = frozenset({"ulaw", "alaw", "g722", "gsm", "opus"})
"""Those whose modules the written configuration loads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFiles:
    """Paths, on Asterisk's machine, of the certificate chain and its key (PEM)."""

    chain: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AmiSettings:
    """The manager interface: where Asterisk listens, and the dialer's own user.

    Args:
        secret: made when the configuration is written, where the settings give none.
        doctor_secret: the same of the user as whom `fairdial doctor` looks at registrations, which would
            give the dialer's own user the carriers' passwords; None = it does not look.
        permit: networks allowed to log in, as `address/mask`.
        clear_text: listen without TLS too, at `port`. Only for a dialer on the same machine.
    """

    secret: str = field(repr=False)
    doctor_secret: str | None = field(default=None, repr=False)
    user: str = "fairdial"
    bind: str = "127.0.0.1"
    port: int = 5038
    tls_port: int = 5039
    permit: tuple[str, ...] = ("127.0.0.1/255.255.255.255",)
    clear_text: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """The web sockets of browser phones.

    Args:
        public: under which address browsers reach it, `wss://pbx.example:8089/ws`; None = as it listens.
        clear_text: listen without TLS too, at `port`; a browser gives no microphone to such a page.
    """

    bind: str = "127.0.0.1"
    port: int = 8088
    tls_port: int = 8089
    public: str | None = None
    clear_text: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SipSettings:
    """SIP over UDP (over TCP and TLS where a trunk asks for it), and the address of sound.

    Args:
        tls_port: where SIP over TLS is heard, where a trunk speaks it.
        tls_authorities: PEM file on Asterisk's machine of the authorities that a carrier's certificate is
            checked against; Debian's own by default.
        media_address: address for sound; None lets Asterisk choose by route.
        external_address: public address where Asterisk stands behind address translation.
        permit: networks (`address/mask`) whose SIP is looked at at all, carriers and phones; () = all.
    """

    bind: str = "0.0.0.0"
    port: int = 5060
    tls_port: int = 5061
    tls_authorities: str = "/etc/ssl/certs/ca-certificates.crt"
    media_address: str | None = None
    external_address: str | None = None
    local_networks: tuple[str, ...] = ()
    permit: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RtpSettings:
    """Ports for sound; `ice_hosts` maps an own address to the one that browsers can reach."""

    first_port: int = 10000
    last_port: int = 19999
    ice_hosts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AmdSettings:
    """Limits of the answering machine detection, in milliseconds; these are quick: verdict in 1.3 to 3 s."""

    initial_silence_ms: int = 2000
    greeting_ms: int = 1500
    after_greeting_silence_ms: int = 300
    total_analysis_ms: int = 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkSettings:
    """One way out to the public telephone network.

    Args:
        host: the carrier's name or address. Over TLS its certificate must be for this.
        port: None = the transport's usual one, 5060 or 5061.
        media_encryption: `sdes` demands SRTP of every call; only over TLS, which hides the keys.
        codecs: in the order in which they are offered.
        username, secret: what we authenticate our calls (and the registration) with.
        registers: whether we tell the carrier where we are, once there is a username; a carrier that knows
            our address needs no registration.
        rtp_timeout: seconds without sound after which a leg is ended.
        qualify_every: seconds between the checks that the far end lives.
        routes: which numbers it takes and at what price; () = every number at none.
        order, share, lines, calls_per_second: how much it takes, see `telephony.asterisk.trunks.TrunkPlan`.
        test_number: a number of one's own, reached over this trunk, that answers and sends back what it
            hears; `fairdial doctor` calls it and nobody else does.
        test_caller_id: an own number to show it.
        receives: whether the carrier's calls to us are let in by this trunk. Where two trunks lead to one
            carrier, its calls cannot be told apart by address: one of them receives.
        sends_from: addresses, networks or names from which the carrier sends, where it is not `host` alone;
            calls from anywhere else are refused, whatever name they carry.
        incoming_username, incoming_secret: what the carrier authenticates its calls to us with; None = it
            does not, and its address is all there is. The password is made where none is given.
        box: `name` of another Asterisk of ours that it leads to, which has such a trunk back. Calls go there
            only while no trunk of our own works, and leave by that one's trunks; `lines` is how many it
            lends. User names and the password are made.
    """

    name: str
    host: str
    port: int | None = None
    transport: Transport = Transport.UDP
    media_encryption: MediaEncryption = MediaEncryption.NO
    registers: bool = True
    receives: bool = True
    sends_from: tuple[str, ...] = ()
    incoming_username: str | None = None
    incoming_secret: str | None = field(default=None, repr=False)
    codecs: tuple[str, ...] = ("ulaw", "alaw")
    username: str | None = None
    secret: str | None = field(default=None, repr=False)
    rtp_timeout: int = 60
    qualify_every: int = 10
    routes: tuple[Route, ...] = ()
    order: int = 0
    share: int = 1
    lines: int = 100
    calls_per_second: float = 20.0
    test_number: str | None = None
    test_caller_id: str | None = None
    box: str | None = None

    @property
    def signalling_port(self) -> int:
        """Where the carrier's SIP is."""
        return self.transport.usual_port if self.port is None else self.port

    @property
    def known_by(self) -> tuple[str, ...]:
        """Where the carrier's calls to us come from; () = none are let in by this trunk."""
        return (self.sends_from or (self.host,)) if self.receives else ()

    @property
    def is_registered(self) -> bool:
        """Whether a registration is kept up."""
        return self.username is not None and self.registers and self.box is None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPhoneSettings:
    """One agent's phone: a SIP phone, or a browser when `browser` is set.

    Args:
        secret: made when the configuration is written, where the settings give none.
        agent: whose phone it is, by their id; None = of a browser phone, its own name is the agent's id; of
            a phone on a desk, anybody's who logs in at it.
    """

    endpoint: str
    secret: str = field(repr=False)
    browser: bool = False
    agent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSettings:
    """How the dialer reaches this Asterisk. Another machine is only reached with TLS.

    Args:
        host: over TLS the name that Asterisk's certificate is for.
        tls: None = wherever the manager does not listen in clear.
        ca_file: PEM that the certificate is checked against; None = the system's authorities.
    """

    host: str = "127.0.0.1"
    tls: bool | None = None
    ca_file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceSettings:
    """What a campaign may have played, by names of sound files in `sounds`; the clearance has the last word.

    Args:
        campaign: its id, or `*` for every campaign without an entry of its own.
        message: for a person nobody was free for.
        drop: for an answering machine.
        overflow: unserved people go to the live overflow instead of hearing the message.
        record: whether calls are recorded.
        hold: music or an announcement, over and over, for a person on hold, and for one who waits again since
            their agent's phone went away; None = `music_on_hold` as for every campaign.
    """

    campaign: str = "*"
    message: str | None = None
    drop: str | None = None
    overflow: bool = False
    record: bool = False
    hold: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskSettings:
    """Everything the configuration is written from, and the dialer is connected by.

    Args:
        call_record: Asterisk's own record of calls (`.../cel-custom/fairdial.csv`) as this machine sees it:
            what became of calls while the dialer was dead is read there. None = none is kept, and such calls
            are unknown.
        name: of this one among several; one alone needs none.
        shut: beginnings of numbers that are never called (`+1809`, `+44NXX`, or `caribbean`), besides the
            list of emergency and premium numbers in `telephony.asterisk.shut`.
        opened: entries of that list that are called all the same.
        passwords: folder of the passwords that were made, from the settings file's folder.
        sounds: folder of the messages' sound files on Asterisk's machine.
        recordings: folder for recordings on Asterisk's machine.
        recordings_least_hours: hours of talk for which there must be room in that folder; less is told.
            100 are about a day of thirty collectors, 11.5 GB.
        other_phones: agents may also log in at phones that were configured in Asterisk by other hands; what
            is no trunk of these settings is then rung, and a name that is not there says so when it is.
        longest_call: seconds after which any call with a person is ended.
        agent_rtp_timeout: seconds without sound after which an agent's leg is ended.
        agent_jitter_buffer_ms: most milliseconds for which an agent's sound is held back to put its packets
            in order; it holds no more than the line asks for, 40 ms on a good one; 0 = no buffer.
        overflow_endpoint: phone that takes unserved people live, where a campaign says so.
        overflow_number: in its place a number in E.164 that people answer, called by `overflow_trunk`.
        inbound_wait: whole seconds a person who called us may wait for an agent.
        inbound_lines: our numbers that people call, each with its hours, languages and menu.
        inbound_region: country (ISO 3166) whose numbers come without a country code.
        music_on_hold: who is on hold, or has called us and waits, hears Asterisk's own class `default`, else
            a ringing tone, or nothing. A campaign's or a line's own file (`hold`) is heard instead.
        verdict_headers: SIP headers in which the carrier says whether it vouches for the number that is shown
            (STIR/SHAKEN), where it uses others than the standard's `verstat`.
    """

    ami: AmiSettings
    sounds: str
    recordings: str
    sip: SipSettings = field(default_factory=SipSettings)
    http: HttpSettings = field(default_factory=HttpSettings)
    rtp: RtpSettings = field(default_factory=RtpSettings)
    amd: AmdSettings = field(default_factory=AmdSettings)
    relay: RelaySettings = field(default_factory=RelaySettings)
    certificate: CertificateFiles | None = None
    trunks: tuple[TrunkSettings, ...] = ()
    agents: tuple[AgentPhoneSettings, ...] = ()
    other_phones: bool = False
    recordings_least_hours: float = 100.0
    longest_call: int = 7200
    agent_rtp_timeout: int = 10
    agent_jitter_buffer_ms: int = 300
    overflow_endpoint: str | None = None
    overflow_number: str | None = None
    overflow_trunk: str | None = None
    overflow_ring: int = 20
    inbound_wait: int = 60
    inbound_lines: tuple[InboundLine, ...] = ()
    inbound_region: str = "US"
    verdict_headers: tuple[str, ...] = ()
    music_on_hold: bool = False
    link: LinkSettings = field(default_factory=LinkSettings)
    voices: tuple[VoiceSettings, ...] = ()
    call_record: str | None = None
    shut: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    passwords: str = FOLDER
    name: str = ""

    def __post_init__(self) -> None:
        names = [trunk.name for trunk in self.trunks] + [agent.endpoint for agent in self.agents]
        if len(set(names)) != len(names):
            raise SettingsError("two trunks or phones have the same name")
        if self.overflow_number is not None:
            if not _NUMBER.fullmatch(self.overflow_number):
                raise SettingsError("overflow_number is no telephone number in E.164")
            if self.overflow_trunk not in {trunk.name for trunk in self.trunks}:
                raise SettingsError("overflow_trunk must name the trunk by which overflow_number is called")
        for trunk in self.trunks:
            _check_trunk(trunk)
        _check_apart(self.trunks)
        _check_boxes(self)
        check_lines(self.inbound_lines)
        _check_sounds(self)
        closed = ShutNumbers(shut=self.shut, opened=self.opened)
        if self.overflow_number is not None and (why := closed.why(self.overflow_number)) is not None:
            raise SettingsError(f"overflow_number is {why}")
        for agent in self.agents:
            if not _ENDPOINT.fullmatch(agent.endpoint):
                raise SettingsError(f"phone name {agent.endpoint!r}: letters, digits and hyphens only")
        _check_passwords(self)

    @property
    def relay_peers(self) -> tuple[str, ...]:
        """Addresses of its sound that a TURN server relays to."""
        known = (self.sip.external_address, self.sip.media_address)
        return self.relay.peers or tuple(address for address in known if address is not None)

    @property
    def ways_out(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """By which own trunks calls of another Asterisk of ours leave, by the number's beginning: the longest
        first, and its trunks in the order in which they are asked."""
        plans = [
            TrunkPlan(name=trunk.name, routes=trunk.routes or (Route(),), order=trunk.order)
            for trunk in self.trunks
            if trunk.box is None
        ]
        prefixes = {route.prefix for plan in plans for route in plan.routes}
        longest_first = sorted(prefixes, key=lambda prefix: (-len(prefix), prefix))
        ways = ((prefix, tiers(prefix, plans)) for prefix in longest_first)
        return tuple((prefix, tuple(name for tier in found for name in tier)) for prefix, found in ways)

    @property
    def holds(self) -> tuple[str, ...]:
        """Sound files for who is on hold or waits, of campaigns and of lines; sorted."""
        of_campaigns = {voice.hold for voice in self.voices if voice.hold}
        return tuple(sorted(of_campaigns | {line.hold for line in self.inbound_lines if line.hold}))

    @property
    def sounds_played(self) -> tuple[tuple[str, str], ...]:
        """Every sound file that is named, with who hears it; those for people on hold first, each sorted."""
        messages = sorted({voice.message for voice in self.voices if voice.message})
        drops = sorted({voice.drop for voice in self.voices if voice.drop})
        return (
            *((name, "people on hold") for name in self.holds),
            *((name, "people whom nobody is free for") for name in messages),
            *((name, "answering machines") for name in drops),
        )

    @property
    def speaks_tls(self) -> bool:
        """Whether the dialer reaches the manager over TLS."""
        return self.link.tls if self.link.tls is not None else not self.ami.clear_text

    @classmethod
    def from_mapping(cls, values: Mapping[str, object], *, at: str = "") -> AsteriskSettings:
        """Settings from a plain mapping, as read from TOML or from variables of the environment.

        Args:
            at: the mapping's own place in the settings, for the error.

        Raises:
            SettingsError: a value is missing, unknown or of the wrong kind; says which.
        """
        return _READER.read(cls, values, at=at)

    @classmethod
    def from_toml(cls, text: str) -> AsteriskSettings:
        """Settings from a TOML file's text; `config/asterisk/example.toml` shows one.

        Raises:
            SettingsError: no TOML, or a value is missing, unknown or of the wrong kind; says which.
        """
        try:
            return cls.from_mapping(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"no TOML: {error}") from error


def _check_apart(trunks: tuple[TrunkSettings, ...]) -> None:
    """Asterisk takes the first trunk that an address fits, whichever that is."""
    known: dict[str, TrunkSettings] = {}
    for trunk in trunks:
        for address in trunk.known_by:
            other = known.setdefault(address, trunk)
            if other is trunk:
                continue
            if (other.media_encryption, other.incoming_username) != (
                trunk.media_encryption,
                trunk.incoming_username,
            ):
                raise SettingsError(
                    f"trunks {other.name} and {trunk.name} both take calls from {address}, and demand "
                    "different things of them",
                    mend="set receives = false for one of them, or give each its own sends_from.",
                )


def _check_boxes(settings: AsteriskSettings) -> None:
    """A trunk to another Asterisk of ours proves who we are by our name."""
    boxes = [trunk for trunk in settings.trunks if trunk.box is not None]
    if boxes and not settings.name:
        raise SettingsError(
            f"trunk {boxes[0].name} leads to telephone system {boxes[0].box}, and this one has no name",
            mend="set `name`.",
        )
    for trunk in boxes:
        if trunk.box == settings.name or trunk.secret is None or trunk.incoming_secret is None:
            raise SettingsError(
                f"trunk {trunk.name}: box = {trunk.box!r} must be another telephone system of ours, and "
                "have a password for each way",
                mend="name another; leave user names and passwords out, they are made.",
            )
    if len({trunk.box for trunk in boxes}) != len(boxes):
        raise SettingsError("two trunks lead to the same telephone system of ours")


def _check_sounds(settings: AsteriskSettings) -> None:
    """A name that could not be ordered is refused before the floor starts, not at every call."""
    named = [(f"campaign {one.campaign}", (one.message, one.drop, one.hold)) for one in settings.voices]
    named += [(f"inbound line {one.number or '(others)'}", (one.hold,)) for one in settings.inbound_lines]
    for whose, names in named:
        for name in names:
            try:
                sound(name)
            except UnsafeValueError as error:
                raise SettingsError(
                    f"{whose}: {error}",
                    mend="name a file of the folder `sounds`, without its ending: letters, digits, - and _.",
                ) from error


def _check_passwords(settings: AsteriskSettings) -> None:
    """Guessing costs an attacker nothing: thousands of tries a second, from anywhere."""
    ami = settings.ami
    demand_strong(ami.secret, whose="the manager's user", at="ami.secret", names=(ami.user,))
    if ami.doctor_secret is not None:
        demand_strong(ami.doctor_secret, whose="the doctor's user", at="ami.doctor_secret", names=(ami.user,))
    if settings.relay.secret is not None:
        demand_strong(settings.relay.secret, whose="the TURN server", at="relay.secret")
    for place, agent in enumerate(settings.agents):
        names = (agent.endpoint, *((agent.agent,) if agent.agent else ()))
        at = f"agents[{place}].secret"
        demand_strong(agent.secret, whose=f"phone {agent.endpoint}", at=at, names=names)
    for place, trunk in enumerate(settings.trunks):
        if trunk.incoming_secret is not None:
            whose, at = f"trunk {trunk.name}'s own calls to us", f"trunks[{place}].incoming_secret"
            names = (trunk.name, trunk.incoming_username or "")
            demand_strong(trunk.incoming_secret, whose=whose, at=at, names=names)
        if trunk.secret is not None:
            whose, at = f"trunk {trunk.name}", f"trunks[{place}].secret"
            names = (trunk.name, trunk.username or "")
            demand_strong(trunk.secret, whose=whose, at=at, names=names, least=CARRIERS_LEAST)


def _check_trunk(trunk: TrunkSettings) -> None:
    if not _NAME.fullmatch(trunk.name):
        raise SettingsError(f"trunk name {trunk.name!r}: letters, digits and hyphens, a letter first")
    if (trunk.incoming_username is None) != (trunk.incoming_secret is None):
        raise SettingsError(f"trunk {trunk.name}: incoming_username and incoming_secret go together")
    if (trunk.username is None) != (trunk.secret is None):
        raise SettingsError(f"trunk {trunk.name}: username and secret go together")
    if trunk.media_encryption is MediaEncryption.SDES and trunk.transport is not Transport.TLS:
        raise SettingsError(
            f"trunk {trunk.name}: media_encryption sdes without transport tls sends its keys in clear",
            mend='set transport = "tls", or have the carrier say whether it speaks TLS.',
        )
    for route in trunk.routes:
        if route.prefix and not _PREFIX.fullmatch(route.prefix):
            raise SettingsError(
                f"trunk {trunk.name}: {route.prefix!r} is no beginning of a number in E.164",
                mend='write one such as "+1212"; "" takes every number.',
            )
    unknown = sorted(set(trunk.codecs) - CODECS)
    if unknown or not trunk.codecs or len(set(trunk.codecs)) != len(trunk.codecs):
        named = f"{unknown[0]!r} is not spoken here" if unknown else "none, or one twice"
        raise SettingsError(
            f"trunk {trunk.name}: codecs: {named}", mend=f"choose among {', '.join(sorted(CODECS))}."
        )
    if (trunk.test_number is None) != (trunk.test_caller_id is None):
        raise SettingsError(f"trunk {trunk.name}: test_number and test_caller_id go together")
