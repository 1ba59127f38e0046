"""What the web side needs of a running floor."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO, Protocol, runtime_checkable

from compliance_gate.request import HistoryEntry
from dialer.access.walls import NumberNamed, Place, Walls
from dialer.casework.matching.answers import PairAnswer
from dialer.casework.promises import PromiseState
from dialer.domain.campaign import CampaignSettings
from dialer.domain.client_code import ClientCode
from dialer.domain.errors import FairdialError
from dialer.domain.events import Event
from dialer.domain.fact_events import AccountHeld
from dialer.domain.ids import AgentId, AttemptId, CampaignId, InboundId
from dialer.domain.inbound import InboundRecord
from dialer.domain.ledger_events import EntryPosted, PaymentReceived
from dialer.domain.past_talk import EarlierTalk, PastTalk
from dialer.domain.rights_request import PrivacyLaw, RequestMove, RightKind, RightsRequest
from dialer.domain.snapshot import FloorSnapshot
from dialer.floor.history_word import HistoryWord, WordTaken
from dialer.inquiry.account_shapes import AccountView
from dialer.inquiry.account_view import Answers, Leave
from dialer.inquiry.alike import PairsShown
from dialer.inquiry.delivering import Delivering
from dialer.inquiry.explain import About, Asked
from dialer.inquiry.finding.wanted import Found
from dialer.inquiry.finding.wanted import Wanted as WantedPerson
from dialer.inquiry.hearing import Heard
from dialer.inquiry.impact import Compared
from dialer.inquiry.ledgers import AccountLedger
from dialer.inquiry.measured import By, FigureSeen
from dialer.inquiry.pacing_changes import PacingBounds, PacingChange
from dialer.inquiry.pacing_what_if import Answer, Picture, Question
from dialer.inquiry.promises import PromisesSeen
from dialer.inquiry.recordings import Exported, RecordingPage, Wanted
from dialer.inquiry.records import RecordsDue
from dialer.inquiry.removing import Removed
from dialer.inquiry.rights.correction import Correction
from dialer.inquiry.rights.erasure import Erased, ErasedBy, Obstacle
from dialer.inquiry.rights.held import Held
from dialer.inquiry.settling import Agreed
from dialer.inquiry.unseen import Unseen
from dialer.inquiry.verifying import Checked
from dialer.results.frequency_ledger import LedgerFacts
from dialer.results.person_events import PersonFacts
from dialer.results.person_folder import PersonFolder
from dialer.runtime.health import Health


class Receipt(Protocol):
    """A committed step."""

    @property
    def sequence(self) -> int:
        """Its place in the journal."""
        ...

    @property
    def was_ignored(self) -> bool:
        """It came late, twice or about something unknown, and changed nothing."""
        ...

    @property
    def why(self) -> str:
        """What hindered it, for whoever asked; '' where nothing did."""
        ...


class FloorPort(Protocol):
    """A running floor; `dialer.runtime.floor.Floor` is the one in use."""

    async def submit(self, event: Event, *, within: float = 10.0) -> Receipt:
        """Let the engine take an event; returns when it is committed.

        Raises:
            NotTakenError, StoreUnavailableError: nothing was taken.
            FairdialError: the event is not possible.
            TimeoutError: taken, its commit not heard of in time.
        """
        ...

    async def past_talk(self, attempt: AttemptId) -> PastTalk | None:
        """What is written down of a talk that is over; None when there is none.

        Raises:
            StoreUnavailableError, TimeoutError: the store cannot be asked now.
        """
        ...

    async def past_inbound(self, call: InboundId) -> InboundRecord | None:
        """What is written down of a call of somebody else's that is over; None when there is none.

        Raises:
            StoreUnavailableError, TimeoutError: the store cannot be asked now.
        """
        ...

    async def earlier_talks(self, agent: AgentId) -> tuple[EarlierTalk, ...]:
        """Talks of an agent of which they may still say more, the newest first.

        Raises:
            StoreUnavailableError, TimeoutError: the store cannot be asked now.
        """
        ...

    def snapshot(self) -> FloorSnapshot:
        """The floor as of the last step."""
        ...

    def health(self) -> Health:
        """Liveness, fitness and figures."""
        ...


@runtime_checkable
class CodeBook(Protocol):
    """A floor that knows its clients' own codes."""

    def codes_of(self, campaign: CampaignId) -> tuple[ClientCode, ...] | None:
        """What may be said of a campaign's calls; () = our kinds, None = no campaign is called so."""
        ...


@runtime_checkable
class KnowsSettings(Protocol):
    """A floor that tells its campaigns' settings."""

    def settings_of(self, campaign: CampaignId) -> CampaignSettings | None:
        """As they are now; None = no campaign is called so."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingRoom:
    """What is left for recordings in one folder. `is_low`: somebody must make room."""

    folder: str
    free_bytes: int
    hours_of_talk: float
    is_low: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingsNow:
    """How recordings stand, as of the last look.

    Args:
        waiting: recordings of calls that go on, that the store does not know, or that could not be finished;
            None = not known, since nobody has looked yet or the folder cannot be read.
        trouble: why recordings that are over are not finished; '' = they are.
    """

    rooms: tuple[RecordingRoom, ...]
    waiting: int | None
    trouble: str


class Recordings(Protocol):
    """The recordings of a floor; `dialer.cli.recording_archive` hands in the one in use."""

    async def find(self, wanted: Wanted, *, page: str | None, limit: int) -> RecordingPage:
        """A page, oldest first. Raises FairdialError: there is no such page."""
        ...

    async def hear(self, attempt: AttemptId) -> Heard:
        """A recording, opened. Raises NotThereError: there is none, or its time is over.
        SoundGoneError: it cannot be heard any more."""
        ...

    async def export(self, wanted: Wanted, *, by: str) -> Exported:
        """Hand a client's over, into a new folder. `by`: who asked, for the log."""
        ...

    async def room(self) -> tuple[RecordingRoom, ...]:
        """What is left, by folder."""
        ...

    def now(self) -> RecordingsNow:
        """How they stand; asks nobody."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """From which instant until which, in POSIX seconds; `until` is not included. None = open."""

    since: float | None = None
    until: float | None = None


class Evidence(Protocol):
    """What happened to a person and why, out of the floor's store; `dialer.cli.evidence` hands in the one in
    use. Each raises NotThereError, NotKnownError or NothingToAskError (`dialer.inquiry.errors`)."""

    async def explain_attempt(self, attempt: str) -> tuple[Asked, ...]:
        """Why a call was placed."""
        ...

    async def explain_person(self, person: str, at: float, about: About) -> tuple[Asked, ...]:
        """Whether a person could be reached at an instant."""
        ...

    async def ledger(self, person: str, stretch: Stretch, *, debt: str | None) -> LedgerFacts:
        """How often a person was called."""
        ...

    async def retention(self, at: float | None) -> RecordsDue:
        """Which records may be removed as of an instant; None = now."""
        ...

    async def impact(self, before: date, after: date) -> Compared:
        """Calls and denials that the law of two days decides differently."""
        ...

    async def verified(self) -> Checked:
        """Whether the store's journal is what was written, computed anew from its first step."""
        ...

    def public_key(self) -> str:
        """Of the key that signs the journal's heads, PEM."""
        ...

    async def folder(self, person: str, stretch: Stretch) -> PersonFolder:
        """All that an examiner needs to decide again about a person, without the name."""
        ...

    async def report(self, person: str, stretch: Stretch) -> PersonFacts:
        """Everything that happened to a person, without the name."""
        ...

    async def pacing_changes(self, campaign: CampaignId) -> tuple[PacingChange, ...]:
        """How a campaign was paced so far, the newest change first."""
        ...

    async def pacing_before(self, campaign: CampaignId) -> CampaignSettings | None:
        """A campaign's settings before the newest change of what paces it; None = there was none."""
        ...

    async def pacing_bounds(self, settings: CampaignSettings) -> PacingBounds:
        """Between which values the pacing of a campaign may be set."""
        ...

    async def demand_lawful(self, settings: CampaignSettings) -> None:
        """Raises InvalidFactError: they are looser than the law that this floor calls under."""
        ...


class Rights(Protocol):
    """What a person may ask of us about themselves; `dialer.cli.rights` has the one in use. Each raises
    NotThereError, KeysMissingError, StoreUnavailableError."""

    async def held(self, person: str) -> Held:
        """Everything that is held of them, in clear."""
        ...

    async def correct(self, person: str, told: Correction, *, by: ErasedBy) -> tuple[str, ...]:
        """Put right who they are; the names of the fields that changed."""
        ...

    async def obstacles(self, person: str) -> tuple[Obstacle, ...]:
        """Why they may not be erased yet; () = they may."""
        ...

    async def requests(self) -> tuple[RightsRequest, ...]:
        """What persons asked about their data, the most urgent first."""
        ...

    async def take_in(
        self, person: str, law: PrivacyLaw, kind: RightKind, received: date, *, by: ErasedBy
    ) -> RightsRequest:
        """Write a request down."""
        ...

    async def move_on(self, person: str, request: str, move: RequestMove, *, by: ErasedBy) -> RightsRequest:
        """Extend, answer, refuse or withdraw it. Raises IllegalTransitionError, InvalidFactError."""
        ...

    def overdue(self) -> int | None:
        """How many requests wait past their last day, as last looked; None = nobody has."""
        ...

    async def remove_records(self, *, by: ErasedBy, is_dry: bool) -> Removed:
        """Remove every record that no rule keeps any more, or count them."""
        ...

    async def erase(self, person: str, *, by: ErasedBy) -> Erased:
        """Erase them for good. Raises NotErasedError: they may not be yet."""
        ...


class Finder(Protocol):
    """Finds persons; `dialer.inquiry.finding.finder` has the one in use."""

    async def find(self, wanted: WantedPerson, walls: Walls, *, by: str) -> Found:
        """Who is meant, inside the walls of whoever asks. Raises TooManySearchesError, InvalidFactError,
        KeysMissingError, StoreUnavailableError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidOfPair:
    """What somebody says of two records, and what they go by; `answer` None = `one` is to be parted from all
    that it was joined to."""

    one: str
    other: str
    answer: PairAnswer | None
    by: str
    why: str
    walls: Walls


class Alike(Protocol):
    """Records that may be one person's; `dialer.cli.alike` has the one in use. Each raises NotThereError,
    MendableError, KeysMissingError, StoreUnavailableError."""

    async def waiting(self, walls: Walls, *, most: int) -> PairsShown:
        """The surest pairs that nobody has answered, of whom both are inside the walls."""
        ...

    async def answer(self, said: SaidOfPair) -> tuple[str, ...]:
        """Keep what somebody says; when it returns, it binds. Answers with who is one person then."""
        ...


class Ledgers(Protocol):
    """The accounts of a floor and their money; `dialer.cli.account_desk` has the one in use. Each raises
    NotThereError, StoreUnavailableError."""

    async def ledger(self, debt: str) -> AccountLedger:
        """What is owed on an account, and how it came to be."""
        ...

    async def demand_settlement(self, agreed: Agreed) -> None:
        """Raises InvalidFactError: the client settles its accounts for no such amount."""
        ...

    async def promises(
        self, state: PromiseState, client: str | None, limit: int, may_see: Callable[[str], bool]
    ) -> PromisesSeen:
        """Promises by what came of them, of clients that may be seen."""
        ...

    async def pack(self, client: str, day: date) -> BinaryIO:
        """A client's daily pack as a zip archive, at its beginning; whoever asked closes it."""
        ...

    async def deliveries(self, may_see: Callable[[str], bool]) -> Delivering:
        """Where what goes back to clients by itself stands, of clients that may be seen."""
        ...

    async def deliver_now(self, name: str, may_see: Callable[[str], bool]) -> None:
        """Have a delivery brought at the next look of whoever delivers. Raises NotThereError."""
        ...

    async def tell_again(self, name: str, may_see: Callable[[str], bool]) -> int:
        """Have a webhook's messages that were put aside sent once more; how many. Raises NotThereError."""
        ...

    async def measured(
        self, since: date, until: date, client: str | None, by: By, may_see: Callable[[str], bool]
    ) -> tuple[FigureSeen, ...]:
        """Measures of accounts and promises, of clients that may be seen."""
        ...

    async def view(self, person: str, by: Answers | Leave | None) -> AccountView:
        """A person's account, as far as whoever is identified so may see it."""
        ...

    async def event_to_tell(
        self, event: PaymentReceived | EntryPosted
    ) -> PaymentReceived | EntryPosted | None:
        """What the floor is to be told of an entry, as the ledger stands; None = it was posted already.
        Raises ConflictingEntryError, InvalidFactError: it cannot be posted."""
        ...


class BusyError(FairdialError):
    """One file at a time is taken in, one look ahead is made. Nothing was changed: ask again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that somebody brings, and how it is to be taken in.

    Args:
        name: of the file, as its sender calls it.
        kind: `placement`, the word of a kind of told file, `history` or `list`.
        client: it may be about this client's people alone, '' = about anybody; of a log or a list, whose
            accounts it names.
        mapping: the name of one that is kept; '' = none.
        columns, same_persons, dates, decimal, most_refused, zone, days, scrub, of_day: see `fairdial import`.
        by: who brings it.
    """

    name: str
    kind: str
    client: str
    campaign: str
    mapping: str
    by: str
    columns: tuple[str, ...] = ()
    same_persons: tuple[str, ...] = ()
    dates: str | None = None
    decimal: str | None = None
    most_refused: float | None = None
    zone: str | None = None
    days: int | None = None
    scrub: str | None = None
    of_day: str | None = None
    is_dry: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenInFile:
    """What became of a file.

    Args:
        file: the name by which its refused lines are fetched.
        summary: of the report, as the command tells it to a program.
        refused_whole: why no line was taken but what protects; '' = the good ones were.
        trouble: why nothing became of it, '' = something did; `was_known`: since the same bytes were taken in
            before.
    """

    file: str
    summary: Mapping[str, object] | None
    refused_whole: str = ""
    trouble: str = ""
    was_known: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingKept:
    """A mapping on the floor. `meaning`: hash of what it says of files, by which whoever confirms it names
    what they looked at; `confirmed_by`: '' = nobody has confirmed it as it is now; `text`: the whole, as
    somebody reads it before."""

    name: str
    of: str
    version: int
    meaning: str
    questions: tuple[str, ...]
    confirmed_by: str
    text: str = ""


class Intake(Protocol):
    """Takes creditors' files into a floor's store; `dialer.cli.intake_desk` has the one in use. Each raises
    MendableError, NotThereError, StoreUnavailableError."""

    async def take_in(self, upload: Upload, parts: AsyncIterator[bytes]) -> TakenInFile:
        """Take a file in; when it returns, what it says binds. Raises BusyError: another is taken in now."""
        ...

    async def returned(self, file: str, client: str) -> Path:
        """The refused lines of a file that was about this client ('' = any), in its own layout."""
        ...

    async def holds(self, import_id: str | None) -> tuple[Mapping[str, object], ...]:
        """Whom refused lines hold."""
        ...

    async def release(self, import_id: str, *, by: str, why: str) -> int:
        """End every hold of one import; how many."""
        ...

    async def unseen(self) -> tuple[Unseen, ...]:
        """Who is on the list and out of sight."""
        ...

    async def attest(self, word: HistoryWord) -> WordTaken:
        """Keep an officer's word for the history of accounts; when it returns, it binds."""
        ...

    async def mappings(self) -> tuple[MappingKept, ...]:
        """Those that are kept, by name."""
        ...

    async def keep_mapping(self, name: str, text: str) -> MappingKept:
        """Keep one, in the place of another of its name."""
        ...

    async def confirm_mapping(self, name: str, *, by: str, meaning: str) -> MappingKept:
        """Say that one is right as it is."""
        ...


@runtime_checkable
class TakesPacingPictures(Protocol):
    """A running floor that can be looked ahead of; `dialer.runtime.floor.Floor` can."""

    def pacing_picture(self, campaign: CampaignId) -> Picture | None:
        """The campaign's largest pool as of the last step; None while none of its agents is on the floor."""
        ...


class WhatIfs(Protocol):
    """Runs a floor ahead; `dialer.cli.what_if_desk` has the one in use."""

    async def ask(self, picture: Picture, question: Question) -> Answer:
        """What a change would do. Raises WhatIfError: nothing can be said of it. BusyError: another is asked
        about now."""
        ...


class Places(Protocol):
    """Which client and campaigns a thing belongs to, out of the floor's store; `dialer.floor.places` has the
    one in use. What is not on file is nowhere. Each raises StoreUnavailableError."""

    async def person_named(self, name: str) -> str | None:
        """The person whose id this is, in any case, or whom a client names so (`client/reference`); None =
        nobody on file."""
        ...

    async def debt_named(self, name: str) -> str | None:
        """The account whose id this is, in any case, or that a client names so (`client/account`); None =
        none on file."""
        ...

    async def number_named(self, name: str) -> NumberNamed | None:
        """The number whose id this is, or that is written so in any usual form; None = it is no number."""
        ...

    async def clients(self) -> Mapping[str, str]:
        """The client of each campaign."""
        ...

    async def of_person(self, person: str) -> Place:
        """Somebody on file."""
        ...

    async def of_debt(self, debt: str) -> Place:
        """An account."""
        ...

    async def persons_of_debt(self, debt: str) -> tuple[str, ...]:
        """Everybody who has to do with an account; () = there is none."""
        ...

    async def of_number(self, number: str) -> tuple[Place, ...]:
        """Everybody who has this number."""
        ...

    async def person_of_attempt(self, attempt: str) -> str | None:
        """Whom a call of ours is with; None = there is no such call on file."""
        ...

    async def of_attempt(self, attempt: str) -> Place:
        """A call of ours."""
        ...

    async def is_own(self, agent: str, person: str, attempts: tuple[str, ...]) -> bool:
        """Whether one of these calls is with this person, or the agent is to call them back."""
        ...

    async def overridden(
        self, person: str, entry: HistoryEntry
    ) -> tuple[tuple[AccountHeld, ...], tuple[str, ...]]:
        """What follows where somebody answered for there having been no contact, and one is told now: which
        accounts are left alone again, and whose word it was, for whoever tells of it."""
        ...
