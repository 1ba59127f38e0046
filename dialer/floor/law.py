"""Which law is in force here: the packaged one, with the house's signatures for drafts and federal law only.

Whoever may be called for real is judged under the house's own signatures: without them such places deny.
Rehearsals use the sample signature of `compliance_gate.book.shipped`, which says that nobody signed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.book.holdings import NO_HOLDINGS, Holdings
from compliance_gate.book.reader import LawError
from compliance_gate.book.register.signatures import (
    Signature,
    Subject,
    read_signatures,
    write_signatures,
)
from compliance_gate.book.rulebook import Rulebook
from compliance_gate.book.shipped import sample_rulebook, standard_rulebook
from compliance_gate.book.standing import NOT_KNOWN
from compliance_gate.call_handling import CallRecording, Duty, broken
from compliance_gate.request import ProposedContact
from dialer.clock import posix_now
from dialer.domain.campaign import CampaignSettings
from dialer.domain.errors import MendableError
from dialer.domain.voice import AS_LAW, EVERYWHERE, covers
from dialer.files import write_whole
from dialer.floor.licences import held_file
from dialer.settings import load_settings, settings_file

FILE = "fairdial-signatures.yaml"
SAMPLE = "sample"
_NAMES_IN_HINT = 8
_RULES_TOLD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedFile:
    """Where the house's signatures are, and what is in it; `signatures` is empty if there is no file yet."""

    path: Path
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """Who answers for which places since when, and in which file it is written."""

    places: tuple[str, ...]
    by: str
    dated: date
    file: Path


def signed_file(named: Path | None = None) -> SignedFile:
    """The house's signatures: in the file named, the settings', or the usual one beside the settings.

    Raises:
        MendableError: the file cannot be read, or the settings name the sample, which is nobody's.
    """
    setting = load_settings().signatures
    if named is None and setting == SAMPLE:
        raise MendableError(
            "the setting `signatures` names the sample signature, which nobody signed",
            mend="take the setting away, or let it name a file of the house's own.",
        )
    path = named or settings_file().parent / (setting or FILE)
    if not path.exists():
        if named is None and setting is not None:
            raise MendableError(
                "the setting `signatures` names no file", where=str(path), mend="check the path."
            )
        return SignedFile(path=path, signatures=())
    try:
        return SignedFile(path=path, signatures=read_signatures(str(path), path.read_text(encoding="utf-8")))
    except (LawError, OSError, UnicodeDecodeError) as error:
        raise MendableError(
            str(error), where=str(path), mend="see compliance_gate/book/register/README.md."
        ) from error


def keep_signed(file: SignedFile) -> None:
    """Write the signatures, whole or not at all.

    Raises:
        MendableError: the file cannot be written.
    """
    try:
        write_whole(file.path, write_signatures(file.signatures))
    except OSError as error:
        raise MendableError(str(error), where=str(file.path), mend="is the folder writable?") from error


def sign_places(
    places: Sequence[str] | None,
    *,
    by: str,
    on: date | None = None,
    file: Path | None = None,
    subject: Subject = Subject.LAW,
) -> Signing:
    """Answer for drafts and places of federal law only: until somebody does, nobody is called there.

    Args:
        places: as the register names them; None = every place that nobody has signed for.
        subject: what is answered for: a place's law, that no licence is demanded there, or how it lets calls
            be recorded, as far as that was not read.
        by: name and office of who answers; on: the day of the signature, None = today.
        file: of signatures, instead of the settings'.

    Raises:
        MendableError: nobody signs, the day is still to come, a place is not known or needs no signature.
    """
    signer = by.strip()
    if not signer:
        raise MendableError("nobody has signed", where="--by", mend="give the name and office of who signs.")
    today = datetime.fromtimestamp(posix_now(), tz=UTC).astimezone().date()
    dated = today if on is None else on
    if dated > today:
        raise MendableError(f"{dated.isoformat()} is still to come", where="--on", mend="sign on the day.")
    held = signed_file(file)
    chosen = _unsigned(held, subject) if places is None else tuple(_to_sign(name, subject) for name in places)
    kept = {(each.place, each.subject): each for each in held.signatures}
    kept |= {
        (name, subject): Signature(place=name, signed_by=signer, dated=dated, subject=subject)
        for name in chosen
    }
    keep_signed(SignedFile(path=held.path, signatures=tuple(kept.values())))
    return Signing(places=chosen, by=signer, dated=dated, file=held.path)


def withdraw_places(
    places: Sequence[str], *, file: Path | None = None, subject: Subject = Subject.LAW
) -> Path:
    """Take signatures back: nobody is called at these places any more. Returns the file of signatures.

    Raises:
        MendableError: nobody has signed for one of them.
    """
    held = signed_file(file)
    known = {each.place for each in held.signatures if each.subject is subject}
    for name in places:
        if name not in known:
            raise MendableError(
                f"nobody has signed for {name!r}", where=str(held.path), mend="see `fairdial law register`."
            )
    left = tuple(each for each in held.signatures if each.place not in places or each.subject is not subject)
    keep_signed(SignedFile(path=held.path, signatures=left))
    return held.path


def subject_named(text: str) -> Subject:
    """What is signed for, by its word.

    Raises:
        MendableError: it is no such word.
    """
    try:
        return Subject(text)
    except ValueError as error:
        known = ", ".join(each.value for each in Subject)
        raise MendableError(
            f"{text!r} is nothing to sign for", where="--for", mend=f"one of {known}."
        ) from error


def _unsigned(held: SignedFile, subject: Subject) -> tuple[str, ...]:
    known = {each.place for each in held.signatures if each.subject is subject}
    if subject is not Subject.LAW:
        return tuple(name for name in _open_to(subject) if name not in known)
    entries = standard_rulebook().register.entries
    return tuple(entry.name for entry in entries if entry.needs_signature and entry.name not in known)


def _open_to(subject: Subject) -> tuple[str, ...]:
    rules = standard_rulebook().placed
    return tuple(sorted({each.place for each in rules if each.subject is subject and each.may_be_signed}))


def _to_sign(name: str, subject: Subject) -> str:
    if subject is not Subject.LAW:
        if name not in _open_to(subject):
            raise MendableError(
                f"{name} ({subject.value}): nothing there is left for anybody to sign",
                mend=f"see `fairdial law show {name.lower()}-{subject.value}`.",
            )
        return name
    register = standard_rulebook().register
    entry = register.entry(name)
    if entry is None:
        near = [entry.name for entry in register.entries if entry.needs_signature][:_NAMES_IN_HINT]
        raise MendableError(f"the register has no {name!r}", mend=f"there are: {', '.join(near)}, ...")
    if not entry.needs_signature:
        raise MendableError(
            f"{name} is {entry.status.value} and needs no signature", mend="see `fairdial law register`."
        )
    return name


def demand_lawful(campaigns: Sequence[CampaignSettings], rulebook: Rulebook) -> None:
    """No campaign is set looser than the law and policy that bind its calls anywhere.

    What the law of one place asks for beyond that comes with each clearance, and is kept all the same.

    Raises:
        MendableError: one is; each setting is told with the rule that it breaks.
    """
    today = datetime.fromtimestamp(posix_now(), tz=UTC).date()
    for settings in campaigns:
        loose = looser_than_law(settings, rulebook, on=today)
        if loose:
            raise MendableError(
                f"campaign {settings.campaign}: {'; '.join(loose)}",
                where=str(settings_file()),
                mend="set it as strict as the rule; only the house's compliance officer changes its policy.",
            )


def shortest_ring(settings: CampaignSettings, rulebook: Rulebook, *, on: date) -> float:
    """Seconds that a telephone must ring before a campaign of this purpose may give up, anywhere; 0 = any."""
    proposed = ProposedContact(purpose=settings.purpose, client=settings.client, campaign=settings.campaign)
    terms = ComplianceGate(rulebook).handling_terms(proposed, on=on)
    return max((float(term.value) for term in terms if term.duty is Duty.SHORTEST_RING), default=0.0)


def looser_than_law(settings: CampaignSettings, rulebook: Rulebook, *, on: date) -> tuple[str, ...]:
    """Which settings of a campaign break which rule of call handling on a day, each in a sentence."""
    proposed = ProposedContact(purpose=settings.purpose, client=settings.client, campaign=settings.campaign)
    terms = ComplianceGate(rulebook).handling_terms(proposed, on=on)
    served = settings.served_within_s or 0.0
    within = max(settings.answer_limit_s, served)
    answer = "served_within_s" if served > settings.answer_limit_s else "answer_limit_s"
    loose = broken(
        terms,
        {
            Duty.SHORTEST_RING: settings.ring_s,
            Duty.ANSWER_LIMIT: within,
            Duty.MOST_ABANDONED: settings.abandonment_limit,
        },
        names={
            Duty.SHORTEST_RING: "ring_s",
            Duty.ANSWER_LIMIT: answer,
            Duty.MOST_ABANDONED: "abandonment_limit",
        },
    )
    plan = None if settings.voice is None else settings.voice.recording
    return loose if plan is None else (*loose, *_recorded_looser(plan.notice_in, rulebook, on=on))


def _recorded_looser(notice_in: tuple[str, ...], rulebook: Rulebook, *, on: date) -> tuple[str, ...]:
    """Whether calls would be recorded untold at places whose law wants everybody to know or to agree."""
    if AS_LAW in notice_in or EVERYWHERE in notice_in:
        return ()
    day = on.toordinal()
    left = [
        (rule.place, term)
        for rule in rulebook.placed
        if rule.from_day <= day <= rule.to_day and rule.place != NOT_KNOWN
        for term in rule.terms
        if not term.permits(CallRecording.FREELY) and not covers(notice_in, rule.place)
    ]
    if not left:
        return ()
    more = f", and so at {len(left) - _RULES_TOLD} more places" if len(left) > _RULES_TOLD else ""
    return (
        "; ".join(
            f"notice_in leaves out {place}; {told}"
            for place, term in left[:_RULES_TOLD]
            for told in broken((term,), {Duty.RECORDING: CallRecording.FREELY})
        )
        + more,
    )


def uses_sample() -> bool:
    """Whether the settings name the sample signature, under which nobody real may be called."""
    return load_settings().signatures == SAMPLE


def rulebook_for_calls() -> Rulebook:
    """The law under which people are called: what the house has not signed for denies.

    Raises:
        MendableError: the signatures cannot be read, or are for places that need none.
    """
    if uses_sample():
        return sample_rulebook()
    file = signed_file()
    held = held_file().holdings
    try:
        return _signed(file.signatures, held)
    except LawError as error:
        raise MendableError(str(error), where=str(file.path), mend="see `fairdial law register`.") from error


@lru_cache(maxsize=4)
def _signed(signatures: tuple[Signature, ...], held: Holdings) -> Rulebook:
    book = standard_rulebook() if held == NO_HOLDINGS else standard_rulebook().holding(held)
    return book.signed(signatures) if signatures else book
