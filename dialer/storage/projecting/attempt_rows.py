"""An attempt's record as a row of `attempts`, and back."""

from typing import Any, cast

import msgspec
from sqlalchemy import Connection, Row, update

from dialer.domain.attempt import Outcome
from dialer.domain.detection import Detected, Detection
from dialer.domain.disposition import Disposition
from dialer.domain.ids import AgentId, AttemptId, CampaignId, DebtId, LeadId, NumberId, PersonId
from dialer.domain.record import AttemptRecord
from dialer.domain.voice import Played, RecordingNote
from dialer.storage.database.tables import attempts, promises
from dialer.storage.journal.codecs import encode_value, value_decoder

_disposition = value_decoder(Disposition)
_played = value_decoder(tuple[Played, ...])
_recording = value_decoder(RecordingNote)
_texts = msgspec.json.Decoder(tuple[str, ...]).decode


def texts(data: str) -> tuple[str, ...]:
    """A column that holds a JSON list of texts."""
    return _texts(data)


def json_text(value: object) -> str:
    """A frozen value as the text of a JSON column."""
    return encode_value(value).decode()


def row_of(record: AttemptRecord) -> dict[str, object]:
    """The row that stands for the record."""
    disposition, detection = record.disposition, record.detection
    return {
        "attempt": record.attempt,
        "campaign": record.campaign,
        "lead": record.lead,
        "person": record.person,
        "number": record.number,
        "debts": json_text(record.debts),
        "zones": json_text(record.zones),
        "rulebook": record.rulebook,
        "launched_at": record.launched_at,
        "guaranteed": record.guaranteed,
        "answered_at": record.answered_at,
        "bridged_at": record.bridged_at,
        "talk_ended_at": record.talk_ended_at,
        "ended_at": record.ended_at,
        "wrapped_at": record.wrapped_at,
        "agent": record.agent,
        "outcome": None if record.outcome is None else record.outcome.value,
        "cause": record.cause,
        "abandoned": record.abandoned,
        "message_played": record.message_played,
        **_said(disposition),
        "caller_id": record.caller_id,
        "early_media": record.early_media,
        "detected": None if detection is None else detection.verdict.value,
        "detection_cause": "" if detection is None else detection.cause,
        "detection_s": None if detection is None else detection.delay_s,
        "played": json_text(record.played) if record.played else "[]",
        "recorded": record.recorded,
        "overflow_at": record.overflow_at,
        "recording": None if record.recording is None else json_text(record.recording),
        "sip_code": record.sip_code,
    }


def record_of(row: Row[Any]) -> AttemptRecord:
    """The record that the row stands for; the row has every column of `attempts`."""
    disposition = cast("str | None", row.disposition)
    outcome = cast("str | None", row.outcome)
    agent = cast("str | None", row.agent)
    return AttemptRecord(
        attempt=AttemptId(row.attempt),
        campaign=CampaignId(row.campaign),
        lead=LeadId(row.lead),
        person=PersonId(row.person),
        number=NumberId(row.number),
        debts=cast("tuple[DebtId, ...]", texts(row.debts)),
        zones=texts(row.zones),
        rulebook=row.rulebook,
        launched_at=row.launched_at,
        guaranteed=row.guaranteed,
        answered_at=row.answered_at,
        bridged_at=row.bridged_at,
        talk_ended_at=row.talk_ended_at,
        ended_at=row.ended_at,
        wrapped_at=row.wrapped_at,
        agent=None if agent is None else AgentId(agent),
        outcome=None if outcome is None else Outcome(outcome),
        cause=row.cause,
        abandoned=row.abandoned,
        message_played=row.message_played,
        disposition=None if disposition is None else _disposition(disposition.encode()),
        caller_id=row.caller_id,
        early_media=row.early_media,
        detection=_detection(row),
        played=() if row.played == "[]" else _played(row.played.encode()),
        recorded=row.recorded,
        overflow_at=row.overflow_at,
        recording=None if row.recording is None else _recording(row.recording.encode()),
        sip_code=row.sip_code,
    )


def _detection(row: Row[Any]) -> Detection | None:
    detected = cast("str | None", row.detected)
    if detected is None:
        return None
    return Detection(verdict=Detected(detected), cause=row.detection_cause, delay_s=row.detection_s)


def say_anew(connection: Connection, *, attempt: AttemptId, disposition: Disposition) -> None:
    """Another word on a talk that is over takes the place of what was said before."""
    connection.execute(update(attempts).where(attempts.c.attempt == attempt).values(**_said(disposition)))


def withdraw_promises(connection: Connection, *, attempt: AttemptId, sequence: int, at: float) -> None:
    """What was promised on a talk before that step stands no more: something else was said of the talk."""
    table = promises.c
    earlier = (table.attempt == attempt, table.sequence < sequence, table.withdrawn_at.is_(None))
    connection.execute(update(promises).where(*earlier).values(withdrawn_at=at))


def _said(disposition: Disposition | None) -> dict[str, object]:
    return {
        "disposition_kind": None if disposition is None else disposition.kind.value,
        "disposition": None if disposition is None else json_text(disposition),
    }
