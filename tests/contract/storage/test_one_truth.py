"""What the engine did not take is in no table: tables say what the engine says, whatever was asked of it."""

from typing import Any

from sqlalchemy import Connection, func, select

from compliance_gate.request import Consent, Hold, PersonFile, PersonRequest
from compliance_gate.words import ConsentScope, HoldKind, RequestKind
from dialer.domain import events as e
from dialer.domain.campaign import CampaignSettings
from dialer.domain.ids import CampaignId, ClientId, DebtId, PersonId
from dialer.domain.lead import Lead
from dialer.domain.money import Money
from dialer.domain.ports import Fate, JournalEntry
from dialer.domain.record import instant
from dialer.engine.engine import DialerEngine
from dialer.engine.taking import take
from dialer.storage.database import tables
from dialer.storage.journal.codecs import value_decoder
from dialer.storage.journal.rows import journal_since
from dialer.storage.rehearsal import RehearsalWriter
from dialer.storage.store import Store
from simulator.open_gate import OpenGate

CAMPAIGN = CampaignId("c")
GOOD = CampaignSettings(campaign=CAMPAIGN, client=ClientId("acme"), policy="progressive", ring_s=20.0)
BAD = CampaignSettings(campaign=CAMPAIGN, client=ClientId("acme"), policy="no-such-policy", ring_s=55.0)

settings_of = value_decoder(CampaignSettings)


class Shift:
    """The real engine, every step of it in the store."""

    def __init__(self, floor: Any) -> None:
        self.engine = DialerEngine(OpenGate())
        self.store: Store = floor.store
        self.now = floor.now
        self.entries: list[JournalEntry] = []

    def take(self, *events: e.Event) -> None:
        for event in events:
            self.now += 1.0
            entry, _ = take(self.engine, event, now=self.now, sequence=len(self.entries) + 1)
            self.entries.append(entry)
            with RehearsalWriter(self.store) as writer:
                writer.append(entry)

    def campaign(self) -> tuple[str, str, float]:
        """State, policy and seconds of ringing, as the table has them."""
        query = select(tables.campaigns).where(tables.campaigns.c.campaign == CAMPAIGN)
        row = self.store.read(lambda connection: connection.execute(query).one())
        settings = settings_of(row.settings.encode())
        return row.state, settings.policy, settings.ring_s


def test_a_refused_setting_and_a_refused_move_leave_the_campaign_as_the_engine_has_it(floor: Any) -> None:
    """Audit, explain and the deletion of recordings read the table."""
    shift = Shift(floor)
    shift.take(e.CampaignConfigured(settings=GOOD), e.CampaignStarted(campaign=CAMPAIGN))
    assert shift.campaign() == ("running", "progressive", 20.0)
    shift.take(e.CampaignConfigured(settings=BAD))
    assert shift.entries[-1].fate is Fate.REFUSED
    assert shift.campaign() == ("running", "progressive", 20.0)
    shift.take(e.CampaignStopped(campaign=CAMPAIGN), e.CampaignDrained(campaign=CAMPAIGN))
    assert shift.entries[-1].fate is Fate.REFUSED
    assert shift.campaign() == ("stopped", "progressive", 20.0)
    (row,) = shift.engine.snapshot().campaigns
    assert row.state.value == "stopped"


def test_a_drained_campaign_that_came_to_its_end_is_stopped_in_the_table_too(floor: Any) -> None:
    """No event says so: nothing was in flight any more."""
    shift = Shift(floor)
    shift.take(e.CampaignConfigured(settings=GOOD), e.CampaignStarted(campaign=CAMPAIGN))
    shift.take(e.CampaignDrained(campaign=CAMPAIGN))
    assert shift.campaign()[0] == "stopped"


def test_a_start_writes_down_what_the_engine_has(floor: Any) -> None:
    """A row that an earlier version left wrong is right from the next start on."""
    shift = Shift(floor)
    shift.take(e.CampaignConfigured(settings=GOOD))
    lie = tables.campaigns.update().values(state="draining", settings="{}")
    shift.store.write(lambda connection: connection.execute(lie))
    shift.take(e.EngineRestarted(checkpoint="", generation=2))
    assert shift.campaign() == ("idle", "progressive", 20.0)


def test_no_refused_event_leaves_a_row_anywhere_but_in_the_journal(floor: Any) -> None:
    """Whatever the event, and whether or not the engine of today would refuse it."""
    floor.place(floor.account("A1"))
    (lead,) = floor.leads()
    store: Store = floor.store
    before = store.read(all_rows)
    refused = [
        JournalEntry(
            sequence=number,
            now=floor.now,
            event=event,
            commands=(),
            fate=Fate.REFUSED,
            error="InvalidFactError",
            message="not possible",
        )
        for number, event in enumerate(projected(lead), start=1)
    ]
    with RehearsalWriter(store) as writer:
        for entry in refused:
            writer.append(entry)
    assert store.read(all_rows) == before
    assert store.read(lambda connection: journal_since(connection, 0)) == tuple(refused)


def projected(lead: Lead) -> list[e.Event]:
    """Every kind of event that means something to a table when it is taken."""
    person = lead.targets[0].person
    at = instant(1_790_000_000.0)
    request = PersonRequest(at=at, type=RequestKind.DO_NOT_CALL)
    consent = Consent(at=at, scope=ConsentScope.CALL)
    return [
        e.CampaignConfigured(settings=GOOD),
        e.CampaignStarted(campaign=CAMPAIGN),
        e.CampaignPaused(campaign=CAMPAIGN),
        e.CampaignDrained(campaign=CAMPAIGN),
        e.CampaignStopped(campaign=CAMPAIGN),
        e.LeadsFetched(campaign=CAMPAIGN, request=1, as_of=0, leads=(lead,), persons=(), leads_left=1),
        e.SuppressionAdded(scope=e.SuppressionScope.DEBT, source="list", debt=lead.debt),
        e.AccountRecalled(debt=lead.debt),
        e.PaymentReceived(debt=lead.debt, amount=Money(cents=1), settles=True),
        e.RequestReceived(person=person, request=request),
        e.ConsentGiven(person=person, consent=consent),
        e.HoldPlaced(person=person, hold=Hold(kind=HoldKind.MANUAL, since=at)),
        e.HoldLifted(person=person, kind=HoldKind.MANUAL, by="ann"),
        e.PersonEdited(person=PersonFile(person=PersonId(person))),
        e.InboundConversation(person=person, number=None, debts=(DebtId(lead.debt),)),
    ]


def all_rows(connection: Connection) -> dict[str, object]:
    """Rows of every table but the journal's own: contents of what is small, else how many."""
    return {
        name: connection.execute(select(table)).all()
        if name in ("campaigns", "leads", "debts")
        else connection.scalar(select(func.count()).select_from(table))
        for name, table in tables.metadata.tables.items()
        if name not in ("journal", "owner")
    }
