"""A mapping proposed for a file of suppressions, requests, consents or payments.

As of a placement it is guessed from headings and values, answers nothing that only people can know, and takes
nothing in. The words of a column of kinds stand in it to be signed, as a placement's statuses do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from dialer.intake.columns import heading_key
from dialer.intake.files import TextFile, all_rows_of, look_at
from dialer.intake.layouts.form import Form, Format
from dialer.intake.layouts.guessing import are_few, is_amount, is_telephone, may_be_heading, nearly_all, usual
from dialer.intake.layouts.proposing import HEADERS, MOST_WORDS, SAMPLED, Proposal
from dialer.intake.layouts.told import OPEN
from dialer.intake.layouts.writing import Answer, Said, toml_of
from dialer.intake.mapping import IGNORE
from dialer.intake.protection import sounds_protective
from dialer.intake.told_columns import REQUIRED, WORDS, ToldKind, column_named, columns_of_kind
from dialer.intake.told_texts import DAYS
from dialer.intake.values import BadValueError, DateOrder, has_either_order, order_told, word_of
from dialer.intake.whole_file import protecting_lines

_WHOM = frozenset({"person", "account", "person_ref", "client_account", "number"})
_UNKNOWN: Answer = IGNORE, "not understood"
_SIGNED = ("kind", "scope")
"""Columns of words of which each must mean something."""


def propose_told(path: Path, *, name: str, of: ToldKind, client: str = "") -> Proposal:
    """Propose a mapping for a file.

    Args:
        name: what the mapping is to be called.
        of: what the file's lines say.
        client: whose people or accounts it names, where somebody says it.

    Raises:
        UnreadableFileError: the file cannot be taken apart.
    """
    file = look_at(path)
    first = file.heading[0].strip() if file.heading else ""
    if first.upper() in HEADERS:
        file = look_at(path, Form(header=first))
    if not may_be_heading(file.heading):
        headings = tuple(f"field_{n}" for n in range(1, len(file.heading) + 1))
        file = look_at(path, replace(file.form, headings=headings))
    rows = _sample(file)
    values = [_under(rows, place) for place in range(len(file.heading))]
    columns = _columns(file, of, values)
    untold = [at for at, heading in enumerate(file.heading) if columns.get(heading_key(heading)) == _UNKNOWN]
    for place, (line, _) in protecting_lines(file, untold).items():
        meanings = ", ".join(columns_of_kind(of))
        why = f"line {line} may protect somebody: look, then say one of {meanings}, or ignore"
        columns[heading_key(file.heading[place])] = OPEN, why
    said = Said(name=name, layout="", about=f"guessed, for {of.value}", top={"of": of.value})
    order = _order(columns, file, values)
    if order:
        said.top["dates"] = order
    said.file = _form(file)
    said.columns = columns
    said.always = _always(of, {meant for meant, _ in columns.values()}, client)
    said.words = _words(columns, file, values)
    return Proposal(text=toml_of(said), layout="", questions=said.questions())


def _sample(file: TextFile) -> list[list[str]]:
    rows: list[list[str]] = []
    for row in all_rows_of(file):
        if row.fields is not None and len(row.fields) == len(file.heading):
            rows.append(row.fields)
        if len(rows) == SAMPLED:
            break
    return rows


def _under(rows: Sequence[Sequence[str]], place: int) -> list[str]:
    return [text for row in rows if (text := row[place].strip())]


def _columns(file: TextFile, of: ToldKind, values: Sequence[Sequence[str]]) -> dict[str, Answer]:
    found: dict[str, Answer] = {}
    taken: list[str] = []
    for heading, texts in zip(file.heading, values, strict=True):
        key = heading_key(heading)
        if not key or key in found:
            continue
        name, why = _meaning(of, key, texts, taken)
        taken.append(name)
        found[key] = name, why
    return found


def _meaning(of: ToldKind, key: str, texts: Sequence[str], taken: Sequence[str]) -> Answer:
    known = columns_of_kind(of)
    named = column_named(of, key)
    for name in (named, usual(key)):
        if name and name in known and name not in taken:
            return name, "by its heading"
    if "number" not in taken and texts and nearly_all(texts, is_telephone):
        return "number", "its values are telephone numbers"
    if of is ToldKind.PAYMENTS and "amount" not in taken and texts and nearly_all(texts, is_amount):
        return "amount", "its values are amounts"
    if sounds_protective(key):
        return OPEN, f"it may protect people: one of {', '.join(known)}, or ignore"
    return _UNKNOWN


def _always(of: ToldKind, names: set[str], client: str) -> dict[str, Answer]:
    asked: dict[str, Answer] = {}
    if not names.isdisjoint({"client_account", "person_ref"}) and "client_id" not in names:
        asked["client_id"] = (client or OPEN), "as it was said" if client else "whose accounts these are"
    if names.isdisjoint(_WHOM):
        asked["person"] = OPEN, "no column was seen to name anybody: say in [columns] which does, drop this"
    for name in REQUIRED[of]:
        if name not in names:
            asked[name] = OPEN, "no column was seen to say it: say it of all lines, or in [columns]"
    return asked


def _order(columns: Mapping[str, Answer], file: TextFile, values: Sequence[Sequence[str]]) -> str:
    """How its days begin, `?` where it may be either; '' = its days say it themselves."""
    orders: set[DateOrder] = set()
    is_doubtful = False
    for heading, texts in zip(file.heading, values, strict=True):
        if columns.get(heading_key(heading), ("", ""))[0] not in DAYS:
            continue
        for text in texts:
            order = order_told(text)
            if order is not None:
                orders.add(order)
            is_doubtful |= has_either_order(text)
    if len(orders) == 1:
        return next(iter(orders)).value
    return OPEN if is_doubtful and not orders else ""


def _form(file: TextFile) -> dict[str, object]:
    formats = {one.delimiter: one for one in Format if one.delimiter}
    form = Format.WORKBOOK if file.book is not None else formats[file.delimiter]
    section: dict[str, object] = {"format": form.value}
    if file.form.headings:
        section["headings"] = list(file.form.headings)
    if file.form.header:
        section["header"] = file.form.header
    return section


def _words(
    columns: Mapping[str, Answer], file: TextFile, values: Sequence[Sequence[str]]
) -> dict[str, dict[str, Answer]]:
    """The client's words for kinds and scopes, each with what it means where it says so itself."""
    found: dict[str, dict[str, Answer]] = {}
    for heading, texts in zip(file.heading, values, strict=True):
        name = columns.get(heading_key(heading), ("", ""))[0]
        if name not in _SIGNED or not are_few(texts) or len(set(texts)) > MOST_WORDS:
            continue
        counted = {word: texts.count(word) for word in sorted(set(texts))}
        if not all(_is_word(name, word) for word in counted):
            found[name] = {
                word: (word_of(word, WORDS[name]) if _is_word(name, word) else OPEN, f"{count:,} lines")
                for word, count in counted.items()
            }
    return found


def _is_word(name: str, text: str) -> bool:
    try:
        word_of(text, WORDS[name])
    except BadValueError:
        return False
    return True
