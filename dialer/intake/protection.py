"""What protects a person takes effect although the rest of its line is refused, or its heading is not known.

A refused line is asked for its protective signals alone, in the widest reading: a flag that is not clearly no
is yes, an hour that cannot be read closes all hours. Where a line has more or fewer fields than the heading,
nobody knows where it broke: it is read from its left end and from its right end, and either may protect.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from dialer.domain.placement import Protection
from dialer.intake import values
from dialer.intake.columns import NUMBERS_PER_LINE
from dialer.intake.keys import is_placeholder
from dialer.intake.mapping import Meaning
from dialer.intake.values import BadValueError, DateOrder

FLAGS = ("cease", "attorney", "bankruptcy", "deceased", "dispute", "do_not_call", "closed")
"""Columns of yes or no that keep everybody from calling."""

_SAID = (
    "inconvenient_times",
    "closed_place",
    "documents_requested_date",
    "original_creditor_requested_date",
    "email_consent_revoked_date",
    *(f"phone_{n}_consent_revoked_date" for n in range(1, 6)),
)
"""Columns whose every word protects."""

_EMPTY = frozenset(
    ["null", "none", "nil", "n/a", "na", "-", "--", ".", "(null)", "(none)", "<null>", "#n/a", "blank"]
)
"""What databases write where a flag is not set; "unknown" is no such word."""

_ANYWHERE = re.compile(
    r"do_?not|dont_|cease|desist|attorney|lawyer|solicitor|counsel(?!l?ing_fee)|bankrup|insolv|discharg|"
    r"deceas|decease|died|death|probate|disput|contested|fraud|identity|id_theft|suppress|opt_?out|"
    r"unsubscri|revok|revoc|withdraw|litig|lawsuit|military|active_?duty|service_?member|vulnerab|hardship|"
    r"complain|closed|closure|recall|paid_in_full|settled|incarcerat|inconvenien|quiet|disconn|exclu|"
    r"restrict|prohibit|permission|may_call|can_call|ok_to_call|okay_to_call|callable|contactable|"
    r"breathing|moratorium|guardian|conservator|power_of_att|uncollect|cancel|returned_to|close_?out|"
    r"call_?block|block_?call|no_?call|no_?contact|never_?call|stop_?call|wrong_number|bad_number"
)
_WORDS = frozenset(
    [
        "dnc",
        "dnd",
        "dnt",
        "stop",
        "atty",
        "bk",
        "bky",
        "bko",
        "chapter",
        "chap",
        "dead",
        "dod",
        "estate",
        "hold",
        "holds",
        "onhold",
        "status",
        "stat",
        "blocked",
        "block",
        "optout",
        "scra",
        "pif",
        "sif",
        "jail",
        "prison",
        "minor",
        "poa",
        "iva",
        "dro",
        "flag",
        "flags",
        "refused",
        "refuse",
        "disposition",
        "dispo",
        "represented",
        "rtp",
        "reassigned",
        "do_call",
        "consent",
        "consented",
        "warning",
        "alert",
        "legal_action",
    ]
)
_SPLIT = re.compile(r"[^a-z0-9]+")
PROTECTING_WORDS = re.compile(
    r"\b(?:(?:do\s*no?t|don.?t|never|stop|quit)\s+(?:call|phone|ring|contact|dial|harass)(?:ing)?|"
    r"no\s+(?:more\s+)?(?:phone\s+)?calls|cease|desist|attorney|lawyer|bankrupt(?:cy)?|chapter\s*(?:7|11|13)|"
    r"deceased|passed\s+away|died|is\s+dead|lawsuit|harass(?:ed|ment)|(?:identity|id)\s+theft|"
    r"not\s+(?:my|his|her|their)\s+debt|disput(?:e|es|ed|ing)|revok(?:e|es|ed)|dnc|hospice|suicid(?:e|al))\b",
    re.IGNORECASE,
)
"""What collectors and creditors write where there is no column for it."""


_ABOUT_THE_DEBT = frozenset(
    {
        "closed",
        "nothing owed",
        "dispute",
        "recall_date",
        "documents_requested_date",
        "original_creditor_requested_date",
    }
)
"""Signals that say something of one account and nothing of the person's others."""


def sounds_protective(heading: str) -> bool:
    """Whether a heading that nobody explained may be about somebody who must be left alone."""
    key = _SPLIT.sub("_", heading.strip().lower()).strip("_")
    return bool(_ANYWHERE.search(key)) or not _WORDS.isdisjoint(key.split("_"))


def protection_of(
    line: int,
    readings: Iterable[Mapping[str, str]],
    *,
    is_case_sensitive: bool,
    today: date,
    dates: DateOrder,
    number_of: Callable[[str], str],
) -> Protection | None:
    """What a refused line says that protects, and whom; None where it says nothing of the kind.

    Args:
        readings: the line's texts by column, as they may be meant.
        number_of: a telephone number in E.164, or BadValueError.
    """
    signals: dict[str, None] = {}
    accounts: dict[tuple[str, str], None] = {}
    persons: dict[tuple[str, str], None] = {}
    numbers: dict[str, None] = {}
    for texts in readings:
        signals.update(dict.fromkeys(_signals(texts, today, dates)))
        client = _kept(texts.get("client_id", ""))
        for name, found in (("client_account", accounts), ("person_ref", persons)):
            key = _kept(texts.get(name, ""))
            if client and key and not is_placeholder(client) and not is_placeholder(key):
                found[client, key] = None
        numbers.update(dict.fromkeys(_numbers(texts, number_of)))
    if not signals:
        return None
    return Protection(
        line=line,
        signals=tuple(signals),
        accounts=tuple(accounts),
        persons=() if accounts and _ABOUT_THE_DEBT.issuperset(signals) else tuple(persons),
        numbers=() if accounts or persons else tuple(numbers),
        is_case_sensitive=is_case_sensitive,
    )


def _kept(key: str) -> str:
    """A key without what no text has in it: a line broken by such a sign still means the account."""
    return key.replace("\0", "").encode("utf-8", "ignore").decode()


def _signals(texts: Mapping[str, str], today: date, dates: DateOrder) -> Iterable[str]:
    for name in FLAGS:
        if name in texts and _may_be_yes(texts[name]):
            yield name
    for name in _SAID:
        if name in texts and not is_placeholder(texts[name]):
            yield name
    if "current_balance" in texts and _owes_nothing(texts["current_balance"]):
        yield "nothing owed"
    recall = texts.get("recall_date", "")
    if recall and not is_placeholder(recall) and _has_come(recall, today, dates):
        yield "recall_date"


def _may_be_yes(text: str) -> bool:
    if text.lower() in _EMPTY:
        return False
    try:
        return values.yes_of(text)
    except BadValueError:
        return True


def _owes_nothing(text: str) -> bool:
    try:
        return values.money_of(text).cents <= 0
    except BadValueError:
        return False


def _has_come(text: str, today: date, dates: DateOrder) -> bool:
    try:
        return values.date_of(text, dates) <= today
    except BadValueError:
        return True


def _numbers(texts: Mapping[str, str], number_of: Callable[[str], str]) -> Iterable[str]:
    for n in range(1, NUMBERS_PER_LINE + 1):
        text = texts.get(f"phone_{n}")
        if text is not None:
            try:
                yield number_of(text)
            except BadValueError:
                continue


def readings_of(
    names: Sequence[str], fields: Sequence[str]
) -> Iterable[tuple[Sequence[str], Sequence[str], bool]]:
    """A line's columns and texts; of one that does not fit the heading, from its left and from its right:
    then both are turned round."""
    yield names, fields, False
    if len(names) != len(fields):
        yield names[::-1], fields[::-1], True


def translated(
    names: Sequence[str],
    fields: Sequence[str],
    meanings: Mapping[int, Meaning],
    *,
    of: int = 0,
    is_turned: bool = False,
) -> dict[str, str]:
    """The texts by column, in the canonical words; where two columns mean one flag, either may say yes."""
    texts: dict[str, str] = {}
    for place, (name, text) in enumerate(zip(names, fields, strict=False)):
        stripped = text.strip()
        if not name or not stripped:
            continue
        meaning = meanings.get(of - 1 - place if is_turned else place)
        if meaning is not None and meaning.has_words:
            stripped = meaning.said(stripped)
        if name not in texts or _weighs_more(stripped, texts[name]):
            texts[name] = stripped
    return texts


def _weighs_more(text: str, than: str) -> bool:
    """Of two words for one flag: what is not clearly no counts."""
    return _may_be_yes(text) and not _may_be_yes(than)
