"""How campaigns were configured, by the journal: by the settings file, or by somebody on the floor."""

from sqlalchemy import Connection, select

from dialer.domain.campaign import CampaignSettings
from dialer.domain.events import CampaignConfigured
from dialer.domain.ids import CampaignId
from dialer.storage.database import tables as t
from dialer.storage.journal.codecs import decode_entry
from dialer.storage.journal.rows import ENTRY, unpacker
from dialer.storage.store import Store


def configured(store: Store, campaign: CampaignId) -> list[tuple[float, CampaignConfigured]]:
    """Every time the campaign was configured (POSIX seconds), in order; what was refused is left out."""
    journal = t.journal.c
    query = (
        select(*ENTRY)
        .where(journal.event == CampaignConfigured.__name__, journal.fate.is_(None))
        .order_by(journal.sequence)
    )

    def read(connection: Connection) -> list[tuple[float, CampaignConfigured]]:
        unpacked = unpacker(connection)
        entries = [decode_entry(unpacked(row.entry, row.dictionary)) for row in connection.execute(query)]
        return [
            (entry.now, entry.event)
            for entry in entries
            if isinstance(entry.event, CampaignConfigured) and entry.event.settings.campaign == campaign
        ]

    return store.read(read)


def as_settings_said(store: Store, campaign: CampaignId) -> CampaignSettings | None:
    """The campaign as the settings file had it when it was read last; None = it never was."""
    said = [event.settings for _, event in configured(store, campaign) if not event.by]
    return said[-1] if said else None
