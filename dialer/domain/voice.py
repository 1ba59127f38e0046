"""What may be heard that nobody says: approved texts, and which of them a call got.

A recorded text is approved word by word by somebody with a name, for one client and for places. The engine
chooses by where the person may be; what was chosen and what was heard of it stands in the attempt.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Protocol, TypeVar

from compliance_gate.call_handling import CallRecording
from compliance_gate.findings import Recording
from compliance_gate.valid import Most, Within
from dialer.domain.errors import InvalidFactError
from dialer.domain.limited_content import LimitedContent, wrong_with
from dialer.domain.transitions import Word
from dialer.domain.valid import Said, valid

_SOUND = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")
EVERYWHERE = "*"
AS_LAW = "law"
"""Notice where the law asks for it, and nowhere else."""
NOWHERE_KNOWN = "?"
OPT_OUT_KEY = "9"
SAID_DIGITS = 4
"""The key by which a message is answered with an opt-out, and how many last digits of the number to call back
must be found in a message's words."""

MOST_DROPS = 2
DROP_WINDOW_DAYS = 7.0
"""House policy 12: messages on a machine to one person; a campaign may only be stricter."""


class Unserved(Word):
    """What a person gets for whom no agent came in time, as far as the clearance allows it."""

    MESSAGE = "message"
    OVERFLOW = "overflow"
    HANGUP = "hangup"


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class ApprovedText:
    """A text that was approved, and the sound file that says it.

    Args:
        sound: name of the sound file at the telephone system; a new version is a new file.
        version: of the text, as approved.
        words: exactly what is said.
        approved_by, approved_on: who approved it and when (a day as ISO text).
        client: whose text it is; a campaign uses its own client's only.
        places: register names ('US-MA', 'GB') for which it was approved; empty = wherever no place has a
            text of its own.
        seconds: length of the sound.
        call_back: the number to call back that the text says, E.164; a message for a person whom nobody was
            free for must say one.
        limited: the parts of a limited-content message, which the words are held against; what is left on a
            machine must be one. None = it is another kind of text.
    """

    sound: str
    version: Said
    words: Said
    approved_by: Said
    approved_on: Said
    client: Said
    places: tuple[str, ...] = ()
    seconds: Annotated[float, Within(0.0, 600.0, "seconds")] = 0.0
    call_back: str = ""
    limited: LimitedContent | None = None

    def __post_init__(self) -> None:
        if not _SOUND.fullmatch(self.sound):
            raise InvalidFactError(f"{self.sound!r} is no name of a sound file")
        wrong = () if self.limited is None else wrong_with(self.words, self.limited)
        if wrong:
            raise InvalidFactError(f"text {self.sound}: {'; '.join(wrong)}")


Texts = Annotated[tuple[ApprovedText, ...], Most(1_000)]


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class VoicemailPlan:
    """When a message is left on an answering machine; the clearance has the last word.

    Args:
        on_passes: passes of the lead, the first being 1, on which one may be left; empty = on every pass.
        at_most, within_days: messages to one person in so many times 24 hours; the house's rule may be
            stricter.
        by_detection: when detection says machine; by_agent: when an agent asks for it.
    """

    texts: Texts
    on_passes: Annotated[tuple[int, ...], Most(1_000)] = ()
    at_most: int = 1
    within_days: Annotated[float, Within(0.0, 400.0, "days")] = 7.0
    by_detection: bool = True
    by_agent: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.at_most <= MOST_DROPS or self.within_days < DROP_WINDOW_DAYS:
            raise InvalidFactError(
                f"voicemail: at most {self.at_most} in {self.within_days:g} days is more than the house's "
                f"{MOST_DROPS} in {DROP_WINDOW_DAYS:g} days"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class SpokenText:
    """What agents must say themselves, word by word; the rest as of `ApprovedText`."""

    version: Said
    words: Said
    approved_by: Said
    approved_on: Said
    client: Said
    places: tuple[str, ...] = ()


class AfterObjection(Word):
    """What becomes of what was recorded before the person objected."""

    KEEP = "keep"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class RecordingPlan:
    """Whether calls are recorded, and what is announced first; the clearance of each call has the last word.

    Args:
        notices: announcements; where one is needed and none is approved, or none may be played, the agent
            says it, and where nothing is approved for that either, the call is not recorded.
        spoken: what the agent says then; their word that they did begins the recording.
        asked: what the agent asks where everybody's consent is needed; their word that the person agreed
            begins the recording. Nothing approved, no recording there.
        after_objection: of what was recorded until the person objected.
        notice_in: register names of the places where everybody on the line must know; '*' = everywhere,
            'law' alone = where the law asks for it. Somebody who may be in several places, or whose place is
            not known, is told.
        keep_days: days after its call for which a recording is kept (12 CFR 1006.100: three years).
    """

    notices: Texts = ()
    spoken: Annotated[tuple[SpokenText, ...], Most(1_000)] = ()
    asked: Annotated[tuple[SpokenText, ...], Most(1_000)] = ()
    after_objection: AfterObjection = AfterObjection.KEEP
    notice_in: tuple[str, ...] = (EVERYWHERE,)
    keep_days: Annotated[int, Within(0, 36_525, "days")] = 1096


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class VoicePlan:
    """What a campaign may have played and recorded.

    Args:
        unserved: what a person gets for whom no agent came in time.
        messages: for MESSAGE; each says a number to call back and key 9 as opt-out (47 CFR 64.1200(a)(7)).
            Also spoken where the live overflow does not answer.
        voicemail: None = no message is ever left.
        recording: None = calls are not recorded.
    """

    unserved: Unserved = Unserved.MESSAGE
    messages: Texts = ()
    voicemail: VoicemailPlan | None = None
    recording: RecordingPlan | None = None

    def __post_init__(self) -> None:
        for text in self.messages:
            digits = "".join(sign for sign in text.words if sign.isdigit())
            if not re.search(rf"\b{OPT_OUT_KEY}\b", text.words):
                raise InvalidFactError(f"text {text.sound} does not say that key {OPT_OUT_KEY} opts out")
            if not text.call_back or text.call_back[-SAID_DIGITS:] not in digits:
                raise InvalidFactError(f"text {text.sound} does not say a number to call back")

    def texts(self) -> tuple[ApprovedText, ...]:
        """Every text of the plan."""
        voicemail = () if self.voicemail is None else self.voicemail.texts
        notices = () if self.recording is None else self.recording.notices
        return (*self.messages, *voicemail, *notices)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedVoice:
    """What one call may have played, by names of sound files; None = nothing.

    Args:
        notice: announced after the answer and before anybody is joined; recording begins when it was heard.
        spoken, spoken_version: what the agent must say before it is recorded; '' = nothing, `record` holds.
        asks: it is a question, and the person must have agreed.
        drop: for an answering machine; `drop_on_detection`: when detection says so, else only when asked.
    """

    unserved: Unserved = Unserved.HANGUP
    message: str | None = None
    drop: str | None = None
    drop_on_detection: bool = False
    notice: str | None = None
    record: bool = False
    spoken: str = ""
    spoken_version: str = ""
    asks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingNote:
    """What was said on a call about its being recorded. Instants are POSIX seconds; None = it was not.

    Args:
        spoken_at: the agent had said the notice, of which `version` was approved, or the person had agreed.
        objected_at: the person objected. stopped_at: from then on nothing was recorded.
    """

    spoken_at: float | None = None
    version: str = ""
    objected_at: float | None = None
    stopped_at: float | None = None


class RecordingState(Word):
    """What an agent must know of the recording of their talk."""

    NONE = "none"
    NOTICE_DUE = "notice_due"
    """They must say the notice, and then that they did."""
    CONSENT_DUE = "consent_due"
    """They must ask, and then say that the person agreed."""
    ORDERED = "ordered"
    RUNNING = "running"
    STOPPING = "stopping"
    """The person objected, and the telephone system has not said that it is stopped."""
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A recording that was heard on the line.

    Args:
        sound: which file; `version`: of its text, '' when the engine did not choose it.
        complete: False = the other side hung up, or was cut off, before its end.
    """

    recording: Recording
    sound: str
    complete: bool
    version: str = ""


def begins_by_itself(record: bool, notice: str | None, may_record: CallRecording | None) -> bool:
    """Whether a call of this plan is recorded without anybody's word, as its clearance lets it be.

    Args:
        notice: the announcement that is played first.
        may_record: of the clearance; None = nothing was said of it.
    """
    if not record or may_record is None or may_record is CallRecording.FREELY:
        return record
    return notice is not None and may_record in (CallRecording.WITH_BEEP, CallRecording.AFTER_NOTICE)


def covers(names: Collection[str], place: str) -> bool:
    """Whether register names ('US-MA', 'US') hold a place: itself, or the country around it."""
    return place in names or place.partition("-")[0] in names


class Placed(Protocol):
    """A text that is bound to places, or to none."""

    @property
    def places(self) -> tuple[str, ...]:
        """Register names; () = to none."""
        ...


T = TypeVar("T", bound=Placed)


def text_for(texts: tuple[T, ...], places: Collection[str]) -> T | None:
    """The first text approved for all of the places; a general one only where no place has its own.

    Args:
        places: register names of everywhere the person may be; `NOWHERE_KNOWN` among them, or none at all,
            fits a general text only if no text is bound to a place.
    """
    for text in texts:
        if text.places and places and all(covers(text.places, place) for place in places):
            return text
    bound = {place for text in texts for place in text.places}
    is_known = bool(places) and NOWHERE_KNOWN not in places
    if bound and (not is_known or any(covers(bound, place) for place in places)):
        return None
    return next((text for text in texts if not text.places), None)
