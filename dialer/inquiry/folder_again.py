"""One person's folder decided again from the folder alone, by both readings of the law."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

import msgspec

from compliance_gate.auditor import Reading, Reason
from compliance_gate.book.kept import NotMadeAgainError, made_again
from compliance_gate.book.rulebook import Rulebook
from compliance_gate.findings import Finding, Verdict
from compliance_gate.request import PersonFile
from compliance_gate.told.second_reading import collector_of, judge_contact
from dialer.domain.commands import silent_within_s
from dialer.domain.errors import MendableError
from dialer.domain.record import instant
from dialer.inquiry.asking import findings_again
from dialer.inquiry.last_days import after_last_days
from dialer.results.person_folder import DECISIONS, LAW, SUMS, Decision
from dialer.results.received_calls import RECEIVED, ReceivedCall
from dialer.storage.person_files import HISTORY_S

Line = TypeVar("Line", Decision, ReceivedCall)


@dataclass(frozen=True, slots=True, kw_only=True)
class Differs:
    """A decision that comes out otherwise. `why`: rule by rule, then and now."""

    id: str
    at: float
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A placed call that the second reading is against, with its reasons."""

    id: str
    at: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recomputed:
    """What came of deciding a folder again.

    Args:
        damaged: files that are missing, were touched or added since.
        received: calls to us, of which nothing was decided: `differing` has those of which what might not be
            said comes out otherwise, or whose entry a later decision lacks.
        same: decisions that come out as they were, rule by rule.
        not_asked: decisions that could not be asked again: (id, why).
        unlawful: placed calls that the second reading is against.
        not_judged: places whose own law the second reading does not know, and of how many placed calls.
        read_once: rules of those places that the first reading alone asked again, by place.
    """

    person: str
    decisions: int
    received: int
    same: int
    damaged: tuple[str, ...]
    differing: tuple[Differs, ...]
    not_asked: tuple[tuple[str, str], ...]
    unlawful: tuple[Judged, ...]
    not_judged: tuple[tuple[str, int], ...]
    read_once: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def is_sound(self) -> bool:
        """Every file is as it was, every decision comes out as it was, and no placed call was unlawful."""
        return not (self.damaged or self.differing or self.not_asked or self.unlawful)

    def as_json(self) -> dict[str, object]:
        """The same for a program."""
        return cast("dict[str, object]", msgspec.to_builtins(self)) | {"sound": self.is_sound}


def is_person_folder(folder: Path) -> bool:
    """Whether it is one, and no store or rehearsal."""
    return (folder / DECISIONS).is_file() and (folder / SUMS).is_file()


def recompute(folder: Path) -> Recomputed:
    """Decide everything again from the folder alone.

    Raises:
        MendableError: a line of the decisions or of the calls received cannot be read.
    """
    decisions = list(_read(folder / DECISIONS, Decision))
    received = list(_read(folder / RECEIVED, ReceivedCall)) if (folder / RECEIVED).is_file() else []
    books = _Books(folder)
    same, unlawful = 0, list[Judged]()
    not_judged, read_once = Counter[str](), defaultdict[str, set[str]](set)
    for each in decisions:
        book = books.asked(each.id, each.rulebook)
        if book is None:
            continue
        same += books.compared(each.id, each.at, _difference(each, book))
        if each.is_placed:
            for place in unknown_to_second_reading(each.file):
                not_judged[place] += 1
                read_once[place] |= _of_place(each.findings, place)
            reasons = _second(each, book)
            if reasons:
                unlawful.append(Judged(id=each.id, at=each.at, reasons=reasons))
    for call in received:
        book = books.asked(call.id, call.rulebook) if call.rulebook and call.file is not None else None
        if book is not None:
            books.compared(call.id, call.at, (*_said_otherwise(call, book), *_missing(call, decisions)))
    return Recomputed(
        person=_whose(decisions, received),
        decisions=len(decisions),
        received=len(received),
        same=same,
        damaged=tuple(_damaged(folder)),
        differing=tuple(books.differing),
        not_asked=tuple(books.not_asked),
        unlawful=tuple(unlawful),
        not_judged=tuple(sorted(not_judged.items())),
        read_once=tuple((place, tuple(sorted(rules))) for place, rules in sorted(read_once.items())),
    )


class _Books:
    """The rulebooks of a folder, each made again once, and what came of asking them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[str, Rulebook | str] = {}
        self.differing: list[Differs] = []
        self.not_asked: list[tuple[str, str]] = []

    def asked(self, name: str, rulebook: str) -> Rulebook | None:
        """The rulebook for a line of this name; None = it cannot be asked, which is kept."""
        if rulebook not in self._made:
            self._made[rulebook] = _made_again(self._folder, rulebook)
        book = self._made[rulebook]
        if isinstance(book, str):
            self.not_asked.append((name, book))
            return None
        return book

    def compared(self, name: str, at: float, why: tuple[str, ...]) -> bool:
        """Whether a line came out as it was: nothing says why not."""
        if why:
            self.differing.append(Differs(id=name, at=at, why=why))
        return not why


def unknown_to_second_reading(file: PersonFile) -> tuple[str, ...]:
    """Countries the person may be in of whose own law the second reading knows nothing, or not all."""
    told = [each.country for each in file.addresses] or [each.country for each in file.numbers]
    if file.known_location is not None:
        told.append(file.known_location.country)
    return tuple(sorted({country for country in told if country is not None and country != "US"}))


def _of_place(findings: Iterable[Finding], country: str) -> set[str]:
    """Rules of a country and of its provinces: their names begin with its letters."""
    return {each.rule for each in findings if each.rule.startswith(f"{country.lower()}-")}


def _whose(decisions: Iterable[Decision], received: Iterable[ReceivedCall]) -> str:
    """Lines that were called into a talk are nobody's."""
    files = (*(each.file for each in decisions if not each.is_of_a_line), *(each.file for each in received))
    return next((file.person for file in files if file is not None), "")


def _said_otherwise(call: ReceivedCall, book: Rulebook) -> Iterator[str]:
    """What might not be said, worked out again."""
    assert call.file is not None, "asked of those only of whom something was known"
    now = after_last_days(book, call.file, call.at)
    for debt, rules in call.after_last_day:
        if now.get(debt) != rules:
            yield f"{debt}: what might not be said comes out otherwise"
    listed = {debt for debt, _ in call.after_last_day}
    yield from (f"{debt}: what might not be said is not listed" for debt in sorted(now.keys() - listed))


def _missing(call: ReceivedCall, decisions: Iterable[Decision]) -> Iterator[str]:
    """What the call left on file must have been there whenever the person was decided about since."""
    entry, known_at = call.entry, call.entry_known_at
    if entry is None or known_at is None:
        return
    for each in decisions:
        is_within = each.at - entry.at.timestamp() < HISTORY_S
        if not each.is_of_a_line and each.at > known_at and is_within and entry not in each.file.history:
            yield f"{each.id} at {each.at:.0f} was decided without it"


def _read(path: Path, of: type[Line]) -> Iterator[Line]:
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            yield msgspec.json.decode(line, type=of)
        except msgspec.MsgspecError as error:
            raise MendableError(
                f"not what is kept there: {error}", where=f"{path} line {number}", mend="ask for it anew."
            ) from error


def _made_again(folder: Path, name: str) -> Rulebook | str:
    """The rulebook; in words why not."""
    under = folder / LAW / name
    try:
        text, sources = ((under / each).read_text(encoding="utf-8") for each in ("text", "sources.json"))
    except OSError:
        return f"the text of rulebook {name} is not in the folder"
    if hashlib.sha256(text.encode()).hexdigest()[: len(name)] != name:
        return f"the text of rulebook {name} is not what decided: its SHA-256 is another"
    try:
        return made_again(name, text=text, sources=sources).book
    except NotMadeAgainError as error:
        return str(error)


def _difference(each: Decision, book: Rulebook) -> tuple[str, ...]:
    now = findings_again(book, each.file, each.proposed, at=each.at, rings_s=each.rings_s)
    was_said, is_said = ({one.rule: one.verdict.value for one in some} for some in (each.findings, now))
    names = sorted(was_said.keys() | is_said.keys())
    found = tuple(
        f"{name}: {was_said.get(name, 'not asked')} then, {is_said.get(name, 'not asked')} now"
        for name in names
        if was_said.get(name) != is_said.get(name)
    )
    denied = any(one.verdict is Verdict.DENIED for one in each.findings)
    return (*found, "it was placed although a rule denies it") if each.is_placed and denied else found


def _second(each: Decision, book: Rulebook) -> tuple[Reason, ...]:
    rings_s = silent_within_s(each.rings_s or 0.0)
    reading = Reading(max_ring_s=rings_s, collector=collector_of(book))
    judged = judge_contact(
        each.file, each.proposed, at=instant(each.at), reading=reading, taped=each.recorded
    )
    return () if judged.lawful else judged.reasons


def _damaged(folder: Path) -> Iterator[str]:
    listed: dict[str, str] = {}
    for line in (folder / SUMS).read_text(encoding="utf-8").splitlines():
        digest, _, path = line.partition("  ")
        listed[path] = digest
    there = {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()} - {SUMS}
    for path in sorted(there | listed.keys()):
        if path not in there:
            yield f"{path}: missing"
        elif path not in listed:
            yield f"{path}: added"
        elif hashlib.sha256((folder / path).read_bytes()).hexdigest() != listed[path]:
            yield f"{path}: touched"
