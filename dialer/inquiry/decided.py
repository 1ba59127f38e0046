"""Every decision that a store has, put together again: the file of its second, the contact that was proposed.

For many decisions: what one question about the past reads from the journal is read once here.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, select

from compliance_gate.asking.person_index import PreparedPerson
from compliance_gate.book.rulebook import Rulebook
from compliance_gate.findings import Finding, Verdict
from compliance_gate.request import PersonFile
from compliance_gate.words import Mode, Tech
from dialer.domain.campaign import CampaignSettings
from dialer.domain.events import CampaignConfigured
from dialer.domain.facts import FactChange
from dialer.domain.ids import CampaignId
from dialer.domain.record import AttemptRecord
from dialer.inquiry import stored
from dialer.inquiry.asking import findings_again, proposed_contact
from dialer.inquiry.audit import taped
from dialer.inquiry.errors import NotKnownError
from dialer.inquiry.instants import LawThen, law_at, rulebook_named
from dialer.inquiry.said_then import WordsThen
from dialer.inquiry.third_parties import came_to, legs_into, line_of, talk_at, talk_of, with_talk
from dialer.results.person_folder import Decision
from dialer.storage import queries
from dialer.storage.database import tables as t
from dialer.storage.journal.codecs import decode_entry
from dialer.storage.journal.rows import ENTRY, unpacker
from dialer.storage.projecting.fact_rows import change_of
from dialer.storage.queries import DenialRecord
from dialer.storage.store import Store

_AS_PREDICTIVE = (Tech.PREDICTIVE_LIVE, Mode.PREDICTIVE)
_AS_HELD = (Tech.MANUAL_LIVE, Mode.PREVIEW_AGENT_GUARANTEED)


class PastDecisions:
    """Puts decisions of one store together again."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._files = FilesThen(store)
        self._settings = store.read(_settings)
        self._debts = stored.debts_of_leads(store)
        self._campaigns = _campaigns_of_leads(store)
        self._books: dict[str, LawThen | NotKnownError] = {}

    def book(self, name: str) -> LawThen:
        """The rulebook of a hash.

        Raises:
            NotKnownError: the store did not keep it, or it cannot be made again.
        """
        if name not in self._books:
            try:
                self._books[name] = rulebook_named(self._store, name)
            except NotKnownError as error:
                self._books[name] = error
        found = self._books[name]
        if isinstance(found, NotKnownError):
            raise found
        return found

    def debt_of(self, lead: str) -> str | None:
        """The account of a turn; None = not known any more."""
        return self._debts.get(lead)

    def settings_at(self, at: float) -> dict[CampaignId, CampaignSettings]:
        """The settings of every campaign at a POSIX second, in the order in which they came."""
        return {each.campaign: each for now, each in self._settings if now <= at}

    def placed(self, attempt: AttemptRecord, attempts: Iterable[AttemptRecord]) -> Decision:
        """A call, or one to another number of the person that joins a talk with them: it is asked about
        with that talk, which goes on and counts as a call. `attempts`: all on the person."""
        talk = talk_of(attempt, attempts)
        file = self._files.at(attempt.person, attempt.launched_at)
        settings = self.settings_at(attempt.launched_at).get(attempt.campaign)
        tech, mode = _AS_HELD if attempt.guaranteed else _AS_PREDICTIVE
        return Decision(
            id=attempt.attempt,
            is_placed=True,
            at=attempt.launched_at,
            rulebook=attempt.rulebook,
            file=file if talk is None else with_talk(file, talk),
            proposed=proposed_contact(
                settings,
                number=attempt.number,
                debts=tuple(attempt.debts),
                tech=tech,
                mode=mode,
                joins=None if talk is None else talk.attempt,
            ),
            rings_s=None if settings is None else settings.ring_s,
            findings=queries.findings_of(self._store.database, attempt.attempt),
            outcome="" if attempt.outcome is None else attempt.outcome.value,
            recorded=taped(attempt),
            zones=tuple(sorted(attempt.zones)),
            joins="" if talk is None else talk.attempt,
        )

    def called_in(self, placed: Iterable[AttemptRecord]) -> Iterator[Decision]:
        """Lines that were called into talks with the person, as the engine asked about them."""
        talks = {each.attempt: each for each in placed}
        for found in legs_into(self._store, talks.keys()):
            leg, talk = found.leg, talks[found.leg.joins]
            settings = self.settings_at(found.at).get(talk.campaign)
            line = line_of(settings, leg.line)
            if line is None:
                continue
            tech, mode = _AS_HELD
            yield Decision(
                id=leg.attempt,
                is_placed=True,
                at=found.at,
                rulebook=law_at(self._store, found.at).hash,
                file=line.file_for(talk.debts),
                proposed=proposed_contact(
                    settings, number=line.id, debts=tuple(talk.debts), tech=tech, mode=mode
                ),
                rings_s=None if settings is None else settings.ring_s,
                findings=leg.findings,
                outcome=came_to(self._store, found),
                zones=tuple(sorted(line.zones)),
                joins=leg.joins,
            )

    def not_placed(self, denial: DenialRecord, attempts: Iterable[AttemptRecord]) -> Decision:
        """Whether an agent was to be kept for the call is not written down: it is what comes to the same.
        `attempts`: all on the person. While one is a talk, only a number called into it is asked about."""
        debt, campaign = self._debts.get(denial.lead), self._campaigns.get(denial.lead)
        settings = self.settings_at(denial.at)
        used = settings.get(campaign) if campaign is not None else next(iter(settings.values()), None)
        rings_s = None if used is None else used.ring_s
        talk = talk_at(denial.at, attempts)
        file = self._files.at(denial.person, denial.at)
        file = file if talk is None else with_talk(file, talk)
        joins = None if talk is None else talk.attempt
        try:
            book: Rulebook | None = self.book(denial.rulebook).book
        except NotKnownError:
            book = None
        about = () if debt is None else (debt,)
        tried = [
            proposed_contact(used, number=denial.number, debts=about, tech=tech, mode=mode, joins=joins)
            for tech, mode in ((_AS_PREDICTIVE, _AS_HELD) if talk is None else (_AS_HELD,))
        ]
        same = (
            one
            for one in tried
            if book is not None
            and _told(findings_again(book, file, one, at=denial.at, rings_s=rings_s))
            == _told(denial.findings)
        )
        return Decision(
            id=denial.lead,
            is_placed=False,
            at=denial.at,
            rulebook=denial.rulebook,
            file=file,
            proposed=next(same, tried[0]),
            rings_s=rings_s,
            findings=denial.findings,
            zones=tuple(sorted(zone.name for zone in PreparedPerson(file).zone_set(int(denial.at)).zones)),
            joins=joins or "",
        )


def _told(findings: Iterable[Finding]) -> frozenset[tuple[str, Verdict]]:
    """What is compared: every rule that was asked, and what it said."""
    return frozenset((each.rule, each.verdict) for each in findings)


def _settings(connection: Connection) -> list[tuple[float, CampaignSettings]]:
    journal = t.journal.c
    query = (
        select(*ENTRY)
        .where(journal.event == CampaignConfigured.__name__, journal.fate.is_(None))
        .order_by(journal.sequence)
    )
    unpacked = unpacker(connection)
    entries = (decode_entry(unpacked(row.entry, row.dictionary)) for row in connection.execute(query))
    return [
        (entry.now, entry.event.settings) for entry in entries if isinstance(entry.event, CampaignConfigured)
    ]


def _campaigns_of_leads(store: Store) -> dict[str, CampaignId]:
    """Of placed people; a rehearsal of made-up ones has one campaign."""
    query = select(t.leads.c.lead, t.leads.c.campaign)
    return {row.lead: CampaignId(row.campaign) for row in store.read(lambda c: c.execute(query).all())}


class FilesThen:
    """What was known of people just before instants, for many instants: the same as `instants.file_at`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._words = WordsThen(store)
        self._made_up: dict[str, PersonFile] | None = None
        self._changes: defaultdict[str | None, list[tuple[int, float, FactChange]]] = defaultdict(list)

    def at(self, person: str, at: float) -> PersonFile:
        """Of somebody whom nobody knows, an empty file."""
        file = self._store.person_files([person], now=at, until=at)[person]
        if not stored.is_known(file):
            file = self._of_a_rehearsal(person, at) or file
        return self._words.told(file, at)

    def _of_a_rehearsal(self, person: str, at: float) -> PersonFile | None:
        if self._made_up is None:
            self._made_up = stored.fetched_files(self._store)
            rows = self._store.read(lambda c: c.execute(select(t.facts).order_by(t.facts.c.id)).all())
            for row in rows:
                self._changes[row.person].append((row.id, row.at, change_of(row)))
        first = self._made_up.get(person)
        if first is None:
            return None
        told = sorted(
            (*self._changes.get(person, ()), *self._changes.get(None, ())), key=lambda each: each[0]
        )
        changes = [change for _, known_at, change in told if known_at <= at]
        return stored.brought_to(self._store, first, changes, at)
