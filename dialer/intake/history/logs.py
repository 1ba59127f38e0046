"""The logs of other systems: by what each is known, and what a line of it says.

What an outcome does not tell is not guessed: the gate tries an unknown one as each that there is. Written
from descriptions of the files, from nobody's code.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from compliance_gate.words import Direction, EventKind, Outcome
from dialer.intake.columns import heading_key
from dialer.intake.values import word_of

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call as its log has it.

    Args:
        at: as it is written. key: what the log knows it by, '' = nothing.
        number, account, person: whom it was with, each '' where the log does not say it.
        outcome: None = not told.
        opted_out: why nobody calls the number again; '' = nobody said so.
    """

    at: str
    number: str = ""
    account: str = ""
    person: str = ""
    key: str = ""
    direction: Direction = Direction.OUTBOUND
    event: EventKind = EventKind.CALL_PLACED
    outcome: Outcome | None = None
    opted_out: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """One kind of log.

    Args:
        headings: that its heading line has; empty = it has none.
        knows: every heading that it has with a meaning of its own, read here or not.
        columns: of a file without a heading, by how many fields its lines have.
        looks: whether lines without a heading are this log's.
        call: what a line says; None = nothing that counts. Raises BadValueError.
    """

    name: str
    call: Callable[[Texts], Call | None]
    headings: frozenset[str] = frozenset()
    knows: frozenset[str] = frozenset()
    columns: Mapping[int, tuple[str, ...]] | None = None
    looks: Callable[[Sequence[str]], bool] | None = None

    def is_headed_by(self, heading: Sequence[str]) -> bool:
        """Whether a heading line is this log's."""
        return bool(self.headings) and self.headings.issubset(map(heading_key, heading))

    def may_hold(self, fields: Sequence[str]) -> bool:
        """Whether a line without a heading may be this log's."""
        return (
            self.columns is not None
            and len(fields) in self.columns
            and bool(self.looks and self.looks(fields))
        )


_O = Outcome
_VICIDIAL = {
    **dict.fromkeys(("NA", "N", "NEW", "QUEUE"), _O.NO_ANSWER),
    **dict.fromkeys(("B", "AB"), _O.BUSY),
    **dict.fromkeys(("A", "AA"), _O.AMD_MACHINE),
    **dict.fromkeys(("AM", "AL"), _O.VOICEMAIL_LEFT),
    **dict.fromkeys(("DROP", "XDROP", "PDROP"), _O.ABANDONED),
    **dict.fromkeys(("DC", "ADC"), _O.NOT_IN_SERVICE),
    **dict.fromkeys(
        ("SALE", "NI", "NP", "DEC", "DNC", "CALLBK", "CBHOLD", "XFER", "DONEM", "HXFER"), _O.CONVERSATION
    ),
}
"""Statuses of VICIDIAL that tell what came of a call; a floor's own ones do not."""

_OPTED_OUT = frozenset({"DNC", "DNCL", "DNCC"})


def _vicidial(texts: Texts) -> Call | None:
    status = texts.get("status", "").upper()
    epoch = texts.get("start_epoch", "")
    seconds = texts.get("length_in_sec", "")
    outcome = _VICIDIAL.get(status)
    if outcome is _O.NO_ANSWER and status in ("NEW", "QUEUE") and seconds not in ("", "0"):
        outcome = None
    return Call(
        at=epoch if epoch not in ("", "0") else texts.get("call_date", ""),
        number=_number(
            texts.get("phone_number_dialed") or texts.get("phone_number", ""), texts.get("phone_code", "")
        ),
        account=texts.get("vendor_lead_code", ""),
        key=texts.get("uniqueid", ""),
        outcome=outcome,
        opted_out=f"status {status} of VICIDIAL" if status in _OPTED_OUT else "",
    )


def _number(number: str, code: str) -> str:
    if code.isdecimal() and code not in ("1", "0") and not number.startswith("+"):
        return f"+{code}{number.lstrip('0')}"
    return number


_ISSABEL = {
    "success": None,
    "shortcall": None,
    "noanswer": _O.NO_ANSWER,
    "failure": _O.NO_CONNECTION,
    "abandoned": _O.ABANDONED,
}


def _issabel(texts: Texts) -> Call | None:
    times = ("datetime_originate", "fecha_llamada", "start_time")
    at = next((texts[name] for name in times if texts.get(name)), "")
    return Call(
        at=at,
        number=texts.get("phone", ""),
        key=texts.get("uniqueid", ""),
        outcome=_ISSABEL.get(texts.get("status", "").lower()),
        opted_out="dnc of Issabel" if texts.get("dnc", "") == "1" else "",
    )


_CDR = {
    "NO ANSWER": _O.NO_ANSWER,
    "CANCEL": _O.NO_ANSWER,
    "BUSY": _O.BUSY,
    "FAILED": _O.NO_CONNECTION,
    "CONGESTION": _O.NO_CONNECTION,
}
"""Answered says nothing of by whom: a machine, or a person who spoke with somebody."""

_DIGITS = re.compile(r"\+?\d{10,15}")


def _cdr(texts: Texts) -> Call | None:
    dialed, calling = texts.get("dst", ""), texts.get("src", "")
    is_outbound = _DIGITS.fullmatch(dialed) is not None
    if not is_outbound and _DIGITS.fullmatch(calling) is None:
        return None
    return Call(
        at=texts.get("start") or texts.get("calldate", ""),
        number=dialed if is_outbound else calling,
        key=texts.get("uniqueid", ""),
        direction=Direction.OUTBOUND if is_outbound else Direction.INBOUND,
        event=EventKind.CALL_PLACED if is_outbound else EventKind.CALL_RECEIVED,
        outcome=_CDR.get(texts.get("disposition", "").upper()),
    )


def _own(texts: Texts) -> Call | None:
    word, way = texts.get("outcome", ""), texts.get("direction", "")
    direction = (
        Direction(word_of(way, tuple(each.value for each in Direction))) if way else Direction.OUTBOUND
    )
    placed = EventKind.CALL_PLACED if direction is Direction.OUTBOUND else EventKind.CALL_RECEIVED
    event = texts.get("event", "")
    client = texts.get("client_id", "")
    account, person = texts.get("account", ""), texts.get("person", "")
    if client and not account and texts.get("client_account"):
        account = f"{client}/{texts['client_account']}"
    if client and not person and texts.get("person_ref"):
        person = f"{client}/{texts['person_ref']}"
    return Call(
        at=texts.get("at", ""),
        number=texts.get("number", ""),
        account=account,
        person=person,
        key=texts.get("key", ""),
        direction=direction,
        event=EventKind(word_of(event, tuple(each.value for each in EventKind))) if event else placed,
        outcome=Outcome(word_of(word, tuple(each.value for each in Outcome))) if word else None,
    )


_VICIDIAL_LOG = (
    *(
        "uniqueid",
        "lead_id",
        "list_id",
        "campaign_id",
        "call_date",
        "start_epoch",
        "end_epoch",
        "length_in_sec",
    ),
    *("status", "phone_code", "phone_number", "user", "comments", "processed", "user_group", "term_reason"),
    *("alt_dial", "called_count"),
)
_CDR_COLUMNS = (
    *(
        "accountcode",
        "src",
        "dst",
        "dcontext",
        "clid",
        "channel",
        "dstchannel",
        "lastapp",
        "lastdata",
        "start",
    ),
    *("answer", "end", "duration", "billsec", "disposition", "amaflags"),
)
_CDR_CUSTOM = (
    *(
        "clid",
        "src",
        "dst",
        "dcontext",
        "channel",
        "dstchannel",
        "lastapp",
        "lastdata",
        "start",
        "answer",
        "end",
    ),
    *("duration", "billsec", "disposition", "amaflags", "accountcode", "uniqueid", "userfield", "sequence"),
)
_NEW_CDR = ["peeraccount", "linkedid", "sequence"]
_DAY = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d+)?")
_SECONDS = re.compile(r"\d{9,10}")
_UNIQUE = re.compile(r"([\w-]+-)?\d{9,10}\.\d+")


def cdr_columns(fields: Sequence[str]) -> tuple[str, ...]:
    """The columns of a line of a CDR file, by how many there are and whether one is a unique id."""
    extra: list[str] = []
    rest = list(fields[len(_CDR_COLUMNS) :])
    if rest and _UNIQUE.fullmatch(rest[0]):
        extra.append("uniqueid")
    if len(rest) - len(extra) in (1, 4):
        extra.append("userfield")
    return (*_CDR_COLUMNS, *extra, *(_NEW_CDR if len(rest) - len(extra) == 3 else ()))


_HEADINGS = {
    "vicidial": "phone_number_dialed full_name vendor_lead_code source_id gmt_offset_now title first_name "
    "middle_initial last_name address1 address2 address3 city state province postal_code country_code gender "
    "date_of_birth alt_phone email security_phrase rank owner list_name list_description status_name",
    "cdr": "calldate peeraccount linkedid",
    "issabel": "id id_campaign phone status uniqueid fecha_llamada start_time end_time retries duration "
    "id_agent transfer datetime_entry_queue duration_wait dnc date_init date_end time_init time_end agent "
    "failure_cause failure_cause_txt datetime_originate trunk scheduled callerid",
    "ours": "at number account person client_id client_account person_ref key direction event outcome",
}
_KNOWN = {name: frozenset(words.split()) for name, words in _HEADINGS.items()}
_OF_VICIDIAL = _KNOWN["vicidial"] | frozenset(_VICIDIAL_LOG)
_OF_CDR = _KNOWN["cdr"] | frozenset(_CDR_COLUMNS) | frozenset(_CDR_CUSTOM)
WRITTEN_BY_PEOPLE = frozenset({"comments"})
"""Of a log's own columns, those that hold what collectors wrote."""

LOGS: tuple[Log, ...] = (
    Log(
        name="vicidial_log",
        call=_vicidial,
        headings=frozenset({"call_date", "status", "phone_number", "length_in_sec"}),
        knows=_OF_VICIDIAL,
        columns={18: _VICIDIAL_LOG},
        looks=lambda fields: bool(_SECONDS.fullmatch(fields[5]) and _DAY.fullmatch(fields[4])),
    ),
    Log(
        name="vicidial_export",
        call=_vicidial,
        headings=frozenset({"call_date", "phone_number_dialed", "status"}),
        knows=_OF_VICIDIAL,
    ),
    Log(
        name="issabel_calls",
        call=_issabel,
        headings=frozenset({"phone", "status", "uniqueid", "id_campaign"}),
        knows=_KNOWN["issabel"],
    ),
    Log(
        name="cdr",
        call=_cdr,
        headings=frozenset({"src", "dst", "disposition", "billsec"}),
        knows=_OF_CDR,
    ),
    Log(
        name="cdr_custom",
        call=_cdr,
        knows=_OF_CDR,
        columns={19: _CDR_CUSTOM},
        looks=lambda fields: bool(_DAY.fullmatch(fields[8])),
    ),
    Log(
        name="cdr_csv",
        call=_cdr,
        columns={count: () for count in range(16, 22)},
        looks=lambda fields: bool(_DAY.fullmatch(fields[9])),
    ),
    Log(name="calls", call=_own, headings=frozenset({"at"}), knows=_KNOWN["ours"]),
)
"""The most telling first; `cdr_csv` finds its columns line by line."""
