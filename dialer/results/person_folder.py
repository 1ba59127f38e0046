"""The folder of one person for an examiner: all that decided about them, and how to decide it again by hand.

    README.md          what is here, and how to recompute it
    report*.pdf, report.html, report.json, report.csv
                       who the person is and all that happened, with reasons; a short form and the long one
    ledger.pdf, ledger.csv         the call-frequency ledger
    decisions.csv      every call placed, every line called into a talk and every call not placed, one line
                       each: when, where, by which law
    decisions.jsonl    the same, with the file as it was known at that second, the contact that was proposed,
                       and every rule that was asked
    received.csv       every call to us: from whom, what it left on file and led to, what might not be said
    received.jsonl     the same, with the file as it was known when the call arrived
    law/HASH/          each rulebook that decided: `text` (its SHA-256 begins with HASH), files, signatures
    recordings.json    which calls were recorded, what was said of it, and the recordings' own hashes
    SHA256SUMS         of all other files, as `sha256sum -c` reads them

`fairdial audit FOLDER` does all of it again (`dialer.inquiry.folder_again`).
"""

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from compliance_gate.findings import Finding, Verdict
from compliance_gate.request import PersonFile, ProposedContact
from dialer.domain.commands import silent_within_s
from dialer.domain.third_party import LINE
from dialer.results.exports import iso, safe_rows
from dialer.results.frequency_ledger import LedgerFacts, render_ledger_pdf, write_ledger_csv
from dialer.results.person_events import PersonFacts, local_times
from dialer.results.person_report import (
    Detail,
    json_of,
    render_person_html,
    render_person_pdf,
    write_person_csv,
)
from dialer.results.received_calls import (
    RECEIVED,
    RECEIVED_TABLE,
    ReceivedCall,
    received_csv,
    received_lines,
)

DECISIONS = "decisions.jsonl"
DECISIONS_TABLE = "decisions.csv"
RECORDINGS = "recordings.json"
SUMS = "SHA256SUMS"
README = "README.md"
LAW = "law"

COLUMNS = (
    "id",
    "decision",
    "at",
    "zones",
    "local_times",
    "number",
    "debts",
    "purpose",
    "technology",
    "mode",
    "client",
    "campaign",
    "entity",
    "silent_within_s",
    "outcome",
    "recorded",
    "joins",
    "rulebook",
    "denied_by",
    "warned_by",
)
"""Of `decisions.csv`. `silent_within_s`: so many seconds after `at` a telephone has stopped ringing; hours
must last until then. `joins`: the call into whose talk this number was called: an attorney's, a creditor's,
another of the person's."""

_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""What a zip archive can date: the same facts give the same bytes."""

_encode = msgspec.json.Encoder(order="deterministic").encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One call that was placed, or was not, with everything it was decided by.

    Args:
        id: of the attempt, or of the account's turn that was not called.
        at: POSIX seconds at which the gate was asked.
        rulebook: hash of the law that decided.
        file: what was known of the person at that second.
        rings_s: seconds after which the campaign gives up; None = not known.
        zones: IANA zones that were considered, sorted.
        findings: every rule that was asked, as it was written down then.
        recorded: whether, and after what, it was recorded: `untold`, `told`, `agreed`; None = it was not.
        joins: the attempt into whose talk it was called: a line, whose own `file` it is then and no
            person's, or another number of the person, asked about with that talk going on. '' = into none.
    """

    id: str
    is_placed: bool
    at: float
    rulebook: str
    file: PersonFile
    proposed: ProposedContact
    rings_s: float | None
    findings: tuple[Finding, ...]
    outcome: str = ""
    recorded: str | None = None
    zones: tuple[str, ...] = ()
    joins: str = ""

    @property
    def silent_within_s(self) -> float:
        """Seconds after its order by which the telephone has stopped ringing; the hours must last as long."""
        return silent_within_s(self.rings_s or 0.0)

    def rules(self, verdict: Verdict) -> tuple[str, ...]:
        """Names of the rules that said so."""
        return tuple(each.rule for each in self.findings if each.verdict is verdict)

    @property
    def is_of_a_line(self) -> bool:
        """Whether a business was called, whose line the campaign has."""
        return self.file.person.startswith(LINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class LawText:
    """A rulebook that decided. `text`: what its hash is made of; `sources`: its files as one text; both '' =
    not kept. `files`: path -> text of each of them, the signatures among them."""

    rulebook: str
    text: str = ""
    sources: str = ""
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingTold:
    """One call that was recorded, or of which something about recording was said. Instants: POSIX seconds.

    Args:
        recorded: None = not known; file, sha256: of the sound, '' = no folder of recordings was looked into.
    """

    attempt: str
    launched_at: float
    recorded: bool | None
    told: str
    notice_spoken_at: float | None = None
    objected_at: float | None = None
    file: str = ""
    seconds: float | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFolder:
    """All of it. `ledger`: None = it cannot be made, `why_no_ledger` says why. `received`: calls to us."""

    facts: PersonFacts
    ledger: LedgerFacts | None
    why_no_ledger: str
    decisions: tuple[Decision, ...]
    laws: tuple[LawText, ...]
    recordings: tuple[RecordingTold, ...]
    received: tuple[ReceivedCall, ...] = ()


def files_of(folder: PersonFolder) -> dict[str, bytes]:
    """Every file of the folder, by path; the same facts give the same bytes."""
    files = {
        "report.pdf": render_person_pdf(folder.facts, Detail.LONG),
        "report-short.pdf": render_person_pdf(folder.facts, Detail.SHORT),
        "report.html": render_person_html(folder.facts, Detail.LONG).encode(),
        "report.json": json_of(folder.facts, Detail.LONG),
        "report.csv": _report_csv(folder.facts),
        DECISIONS_TABLE: _decisions_csv(folder.decisions),
        DECISIONS: b"".join(_encode(each) + b"\n" for each in folder.decisions),
        RECEIVED_TABLE: received_csv(folder.received),
        RECEIVED: received_lines(folder.received),
        RECORDINGS: msgspec.json.format(_encode(folder.recordings), indent=2) + b"\n",
    }
    if folder.ledger is not None:
        files |= {"ledger.pdf": render_ledger_pdf(folder.ledger), "ledger.csv": _ledger_csv(folder.ledger)}
    for law in folder.laws:
        under = f"{LAW}/{law.rulebook}"
        if law.text:
            files |= {f"{under}/text": law.text.encode(), f"{under}/sources.json": law.sources.encode()}
        files |= {f"{under}/files/{path}": text.encode() for path, text in law.files.items()}
    files[README] = _readme(folder).encode()
    sums = (f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in sorted(files.items()))
    return {**files, SUMS: "".join(sums).encode()}


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files as one zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(path, _EARLIEST), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _decisions_csv(decisions: Iterable[Decision]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(safe_rows(map(_row, decisions)))
    return out.getvalue().encode()


def _row(each: Decision) -> tuple[str, ...]:
    proposed = each.proposed
    return (
        each.id,
        "placed" if each.is_placed else "not_placed",
        iso(each.at),
        ";".join(each.zones),
        ";".join(local_times(each.at, each.zones)),
        proposed.number or "",
        ";".join(proposed.debts or ()),
        proposed.purpose.value,
        "" if proposed.tech is None else proposed.tech.value,
        "" if proposed.mode is None else proposed.mode.value,
        proposed.client or "",
        proposed.campaign or "",
        proposed.entity or "",
        f"{each.silent_within_s:g}",
        each.outcome,
        each.recorded or "",
        each.joins,
        each.rulebook,
        ";".join(each.rules(Verdict.DENIED)),
        ";".join(each.rules(Verdict.WARNED)),
    )


def _report_csv(facts: PersonFacts) -> bytes:
    out = io.StringIO()
    write_person_csv(facts, out)
    return out.getvalue().encode()


def _ledger_csv(facts: LedgerFacts) -> bytes:
    out = io.StringIO()
    write_ledger_csv(facts, out)
    return out.getvalue().encode()


def _readme(folder: PersonFolder) -> str:
    placed = sum(each.is_placed and not each.is_of_a_line for each in folder.decisions)
    called_in = sum(each.is_of_a_line for each in folder.decisions)
    laws = "\n".join(_law_line(law) for law in folder.laws) or "- none: nothing was decided"
    ledger = "" if folder.ledger is not None else f"\nThere is no ledger: {folder.why_no_ledger}.\n"
    facts = folder.facts
    stretch = f"from {iso(facts.since) or 'the beginning'} to {iso(facts.until) or 'the last word'}"
    return _README.format(
        person=facts.person,
        stretch=stretch,
        placed=placed,
        denied=sum(not each.is_placed for each in folder.decisions),
        called_in=called_in,
        received=len(folder.received),
        laws=laws,
        ledger=ledger,
    )


def _law_line(law: LawText) -> str:
    notes = f" ({'; '.join(law.notes)})" if law.notes else ""
    kept = "" if law.text else ": its text was not kept"
    return f"- `{law.rulebook}`{kept}{notes}"


_README = """\
# {person}: all that was decided, and how to decide it again

{placed} calls placed and {denied} not placed, {called_in} lines called into a talk and {received} calls
received, {stretch}. Persons, accounts and numbers are named by ids.

| file | what |
|---|---|
| `report.pdf`, `report-short.pdf` | who the person is, all that happened, and every rule that was asked |
| `report.html`, `report.json`, `report.csv` | the same as a page, for a program, and as a table |
| `ledger.pdf`, `ledger.csv` | what counts in each seven days, what does not and why |
| `decisions.csv` | one line for each call placed, each line called into a talk, and each call not placed |
| `decisions.jsonl` | the same, each with the whole file as it was known then |
| `received.csv` | one line for each call to us |
| `received.jsonl` | the same, each with the whole file as it was known when it arrived |
| `law/HASH/` | each rulebook that decided |
| `recordings.json` | what was recorded |
| `SHA256SUMS` | `sha256sum -c SHA256SUMS` says whether a file was touched |
{ledger}
## The law that decided
{laws}

`files/` has each rule with its citation, since when it is in force, and how its text was checked; the
register of places; who signed for what (`signatures`), and who holds which licence (`holdings`). `text` is
what decided, rule by rule; the first 16 digits of its SHA-256 are the rulebook's name
(`sha256sum law/HASH/text`).

## Why was this call placed, or not? By hand
1. Take its line of `decisions.jsonl`. `at` is in seconds since 1970 (UTC); `rulebook` names the folder under
   `law/`.
2. `file` is what was known at that second: every zone the person may be in (`addresses`, `numbers`), every
   contact before it (`history`; `line_history` is what happened on the same line with others), what was asked
   for, agreed to, held and noticed. `proposed` is the contact: which number, about which debts, by which
   means.
3. `findings` lists every rule that was asked, what it said (`cleared`, `denied`, `warned`) and the facts it
   went by. A call is placed only if none says `denied`.
4. Look the rule up in `law/HASH/files` by its name, and do what its paragraph says with the facts of the
   line. Days are the person's local calendar days, the first included; where several zones are possible, one
   that denies is enough.
5. For hours, take `local_times` of `decisions.csv`: the call must begin in them and have stopped ringing
   before they end, `silent_within_s` later at the latest.
6. What was not known yet did not decide: `known_at` of `report.csv` says when we were told of what had
   happened elsewhere, and when what came of a call of ours was known; until then it counted as one that may
   have been anything. Where it is empty, it was on file from the first.
7. For seven calls in seven days, `ledger.csv` has every call in every window, and each that is left out, with
   the paragraph that leaves it out. Count the calls of the day and the six before it, in every zone that is
   considered, up to the instant of the decision; `consent` and `wrong_number` lines say from when calls are
   left out.

8. `joins` names the talk into which a number was called. A line of a business (`line:...`) is nobody's
   telephone: its `file` is the line's own, with the role it has to these debts, and it counts for no person.
   Another number of the person counts as a call to them, and so does the talk that it joined, which stands in
   `history` without an outcome: it was not over. A pause that begins with a conversation had not begun, nor
   had the house's pause between two attempts (`joining_excludes`).

## What did a call to us do? By hand
A call received is no call placed: no rule on calls is asked of it, and it is in no seven-day count. Take its
line of `received.csv`:
1. `on_file_as` is its entry in the `history` of every line of `decisions.jsonl` that was decided after
   `known_at`; until an agent wrote down what it came to, it stood there as a talk with whoever has the
   number, about any debt. `closes_debts` (`*` = every one) are those of which it was a conversation: no
   call about them in the seven local days that begin with it (12 CFR 1006.14(b)(2)(i)(B)), whoever began it.
2. `led_to` names the requests, consents and holds that were made in it, each a line of `report.csv`.
3. `may_not` is what might not be said or done of a debt whose last day to sue was over or not known. The same
   from `file` of its line of `received.jsonl`: `limitation_ends` of the debt, and the rule by its name.

## By machine
`fairdial audit FOLDER` compares every file with `SHA256SUMS`, makes each rulebook again from its text, asks
it about every line, and judges every placed call once more by a second reading of the law that shares no code
with the first. Of every call received it works out again what might not be said, and looks whether what the
call left on file was there in every later decision. What it could not ask again, and what the second reading
does not know, it lists.
"""
