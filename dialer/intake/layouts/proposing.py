"""A mapping proposed for a file: by the layouts of the trade, by its headings and by its values.

A proposal takes nothing in. What nobody can know from the file (whose accounts these are, whose telephone
numbers, what a status means) stands as `?`; a person answers, and confirms the whole. No value of the file is
written into it but the words of its status column.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from dialer.domain.errors import FairdialError
from dialer.domain.keys import folded
from dialer.intake.columns import heading_key
from dialer.intake.files import Row, TextFile, all_rows_of, look_at
from dialer.intake.layouts.form import Form, Format, Trailer
from dialer.intake.layouts.guessing import NOT_UNDERSTOOD, may_be_heading, meaning_for
from dialer.intake.layouts.shipped import Shipped, shipped_layouts
from dialer.intake.layouts.told import OPEN, Section, form_of
from dialer.intake.layouts.writing import Said, toml_of
from dialer.intake.protection import PROTECTING_WORDS
from dialer.intake.values import BadValueError, DateOrder, has_either_order, money_of, order_told

SAMPLED = 500
"""Rows by whose values columns are guessed."""

MOST_WORDS = 100
"""Words of a status column that are asked about; a column of more is no status."""

HEADERS = frozenset({"H", "HDR", "HD", "HEADER"})
"""First fields of a line above the heading that is the sender's own."""

_TRAILERS = frozenset({"T", "TR", "TRL", "TRAILER", "FOOTER", "EOF", "F"})
_AT_WORK = ("work", "poe", "business", "employer", "job")
_ALWAYS_ASKED = {
    "client_account": (
        "?",
        "no column was seen to be the account's number: say in [columns] which is, then drop this",
    ),
    "last": ("?", "no column was seen to be a name: say in [columns] which is, then drop this"),
    "client_id": ("?", "whose accounts these are"),
    "person_ref": (
        "@client_account",
        "every account is a person of its own, unless a column says who is whose",
    ),
    "current_balance": ("?", "the file has no amount that is owed: name its column, or join it before"),
}


class NoSuchLayoutError(FairdialError):
    """There is no layout of this name; the message names those that there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A mapping to be confirmed.

    Args:
        text: its TOML.
        layout: the layout of the trade that it follows; '' = none, it was guessed column by column.
        questions: what somebody must answer.
    """

    text: str
    layout: str
    questions: tuple[str, ...]


@dataclass(slots=True)
class _Seen:
    """What one pass over a file found.

    Args:
        protecting: the first line that may protect somebody, by the place of a column not understood.
    """

    rows: list[list[str]] = field(default_factory=list[list[str]])
    lines: int = 0
    last: Row | None = None
    words: dict[str, int] = field(default_factory=dict[str, int])
    cents: int = 0
    orders: set[DateOrder] = field(default_factory=set[DateOrder])
    is_doubtful: bool = False
    protecting: dict[int, int] = field(default_factory=dict[int, int])


def propose(path: Path, *, name: str, layout: str = "", client: str = "") -> Proposal:
    """Propose a mapping for a file.

    Args:
        name: what the mapping is to be called.
        layout: of the trade, that somebody says the file is in; '' = it is found out.
        client: whose accounts they are, where somebody says it.

    Raises:
        UnreadableFileError: the file cannot be taken apart.
        NoSuchLayoutError: there is none of this name.
    """
    file = look_at(path)
    first = file.heading[0].strip() if file.heading else ""
    if first.upper() in HEADERS:
        file = look_at(path, Form(header=first))
    chosen = _chosen(layout) if layout else _recognised(file)
    file, told = _as_told(file, chosen)
    columns = _columns(file, chosen, told)
    seen = _seen(file, columns)
    for place, line in seen.protecting.items():
        why = f"line {line} may protect somebody: look, then say closed:WORDS/WORDS, ignore, ..."
        columns[heading_key(file.heading[place])] = OPEN, why
    always = _always(columns, client, told)
    said = Said(name=name, layout=chosen.name if chosen else "", about=chosen.about if chosen else "guessed")
    said.top = {key: value for key, value in told.items() if key in ("no_phone", "no_day")}
    if not seen.orders and seen.is_doubtful:
        said.top["dates"] = OPEN
    elif len(seen.orders) == 1:
        said.top["dates"] = next(iter(seen.orders)).value
    said.file = _file_section(file, told, seen, columns)
    said.columns, said.always = columns, always
    said.statuses = _statuses(told, columns, seen)
    return Proposal(text=toml_of(said), layout=said.layout, questions=said.questions())


def _chosen(name: str) -> Shipped:
    for each in shipped_layouts():
        if each.name == name:
            return each
    names = ", ".join(each.name for each in shipped_layouts())
    raise NoSuchLayoutError(f"no layout {name!r}; there are {names}")


def _recognised(file: TextFile) -> Shipped | None:
    if len(file.heading) == 1 and file.heading[0][:2].isdecimal() and len(file.heading[0]) >= 100:
        return next((each for each in shipped_layouts() if each.is_records), None)
    keys = [heading_key(heading) for heading in file.heading]
    for each in shipped_layouts():
        if each.has_heading(keys):
            return each
    if may_be_heading(file.heading):
        return None
    rows = [list(file.heading), *_sample(file)]
    return next((each for each in shipped_layouts() if each.may_be(rows)), None)


def _sample(file: TextFile) -> list[list[str]]:
    rows: list[list[str]] = []
    for row in all_rows_of(file):
        if row.fields is not None and len(row.fields) == len(file.heading):
            rows.append(row.fields)
        if len(rows) == SAMPLED:
            break
    return rows


def _as_told(file: TextFile, chosen: Shipped | None) -> tuple[TextFile, dict[str, object]]:
    """The file as it is to be read, and what the layout says."""
    told = dict(chosen.told) if chosen is not None else {}
    if chosen is not None and chosen.is_records:
        form = form_of(Section(chosen.name, {"file": told["file"]}))
        return look_at(file.path, form), told
    if _has_heading(file, chosen):
        return file, told
    headings = [f"field_{n}" for n in range(1, len(file.heading) + 1)]
    if chosen is not None:
        named = cast("dict[str, list[str]]", told["file"])["headings"]
        headings[: len(named)] = named[: len(headings)]
    return look_at(file.path, replace(file.form, headings=tuple(headings))), told


def _has_heading(file: TextFile, chosen: Shipped | None) -> bool:
    if chosen is not None and chosen.has_heading([heading_key(heading) for heading in file.heading]):
        return True
    return chosen is None and may_be_heading(file.heading)


def _columns(file: TextFile, chosen: Shipped | None, told: dict[str, object]) -> dict[str, tuple[str, str]]:
    """Each heading's meaning, and why."""
    known = cast("dict[str, str]", told.get("columns", {}))
    rows = _sample(file)
    taken: list[str] = [known[key] for key in map(heading_key, file.heading) if key in known]
    found: dict[str, tuple[str, str]] = {}
    for place, heading in enumerate(file.heading):
        key = heading_key(heading)
        if key in found or not key:
            continue
        if key in known:
            found[key] = known[key], f"as {chosen.name if chosen else ''} has it"
            continue
        values = [row[place].strip() for row in rows if place < len(row) and row[place].strip()]
        name, why = meaning_for(key, values, taken)
        taken.append(name)
        found[key] = name, why
    return found


def _seen(file: TextFile, columns: dict[str, tuple[str, str]]) -> _Seen:
    seen = _Seen()
    meanings = [columns.get(heading_key(heading), ("", ""))[0] for heading in file.heading]
    status = meanings.index("account_status") if "account_status" in meanings else None
    balance = meanings.index("current_balance") if "current_balance" in meanings else None
    days = [at for at, name in enumerate(meanings) if name == "dob" or name.endswith("_date")]
    keys = map(heading_key, file.heading)
    untold = [at for at, key in enumerate(keys) if columns.get(key) == NOT_UNDERSTOOD]
    for row in all_rows_of(file):
        seen.last = row
        fields = row.fields
        if fields is None or len(fields) != len(file.heading):
            continue
        seen.lines += 1
        if status is not None and len(seen.words) <= MOST_WORDS:
            word = fields[status].strip()
            seen.words[word] = seen.words.get(word, 0) + 1
        if balance is not None:
            seen.cents += _cents(fields[balance])
        _note_days(seen, [fields[at].strip() for at in days])
        for at in untold:
            if at not in seen.protecting and PROTECTING_WORDS.search(fields[at]):
                seen.protecting[at] = row.number
    return seen


def _note_days(seen: _Seen, texts: Iterable[str]) -> None:
    for text in texts:
        order = order_told(text)
        if order is not None:
            seen.orders.add(order)
        seen.is_doubtful |= has_either_order(text)


def _cents(text: str) -> int:
    try:
        return money_of(text.strip()).cents
    except BadValueError:
        return 0


def _always(
    columns: dict[str, tuple[str, str]], client: str, told: dict[str, object]
) -> dict[str, tuple[str, str]]:
    names = {name for name, _ in columns.values()}
    shipped = cast("dict[str, str]", told.get("always", {}))
    found = {name: (text, "") for name, text in shipped.items() if name not in names}
    for name, (text, why) in _ALWAYS_ASKED.items():
        is_named = name == "last" and not names.isdisjoint(("full_name", "full_name_last_first"))
        if name not in names and not is_named:
            found[name] = found.get(name, (text, ""))[0], why
    if client and "client_id" in found:
        found["client_id"] = client, "as it was said"
    for key, (name, _) in columns.items():
        if name.startswith("phone_") and name[6:].isdecimal():
            role = f"{name}_role"
            if role not in names:
                asked = found.get(role, ("work" if any(word in key for word in _AT_WORK) else OPEN, ""))[0]
                why = "whose number it is: own, shared, work, relative, reference, unknown"
                found[role] = asked, why
            kind = f"{name}_type"
            if kind not in names and any(word in key for word in ("cell", "mobile")):
                found.setdefault(kind, ("mobile", "its heading says so"))
    return found


def _file_section(
    file: TextFile, told: dict[str, object], seen: _Seen, columns: dict[str, tuple[str, str]]
) -> dict[str, object]:
    if file.form.records is not None:
        return cast("dict[str, object]", told["file"])
    formats = {one.delimiter: one for one in Format if one.delimiter}
    format_ = Format.WORKBOOK if file.book is not None else formats[file.delimiter]
    section: dict[str, object] = {"format": format_.value}
    if file.form.headings:
        section["headings"] = list(file.form.headings)
    if file.form.header:
        section["header"] = file.form.header
    trailer = _trailer(file, seen, columns)
    if trailer is not None:
        at = {"lines_at": trailer.lines_at, "sum_at": trailer.sum_at, "sum_of": trailer.sum_of}
        section["trailer"] = {"mark": trailer.mark} | {key: value for key, value in at.items() if value}
    return section


def _trailer(file: TextFile, seen: _Seen, columns: dict[str, tuple[str, str]]) -> Trailer | None:
    fields = seen.last.fields if seen.last is not None and seen.last.fields else []
    if not fields or fields[0].strip().upper() not in _TRAILERS or len(fields) == len(file.heading):
        return None
    texts = [text.strip() for text in fields]
    lines_at = next((at for at, text in enumerate(texts, 1) if text == str(seen.lines)), None)
    owed = next((key for key, (name, _) in columns.items() if name == "current_balance"), "")
    sum_at = next((at for at, text in enumerate(texts, 1) if at > 1 and _cents(text) == seen.cents), None)
    if not owed or not seen.cents or sum_at is None:
        return Trailer(mark=texts[0], lines_at=lines_at)
    return Trailer(mark=texts[0], lines_at=lines_at, sum_at=sum_at, sum_of=owed)


def _statuses(
    told: dict[str, object], columns: dict[str, tuple[str, str]], seen: _Seen
) -> dict[str, tuple[str, str]]:
    """The words of the status column: known ones with what they usually mean, others to be answered."""
    if "account_status" not in [name for name, _ in columns.values()]:
        return {}
    usual = {folded(word): text for word, text in cast("dict[str, str]", told.get("statuses", {})).items()}
    if len(seen.words) > MOST_WORDS:
        return {}
    return {
        word: (usual.get(folded(word), OPEN), f"{count:,} lines")
        for word, count in sorted(seen.words.items())
        if word
    }
