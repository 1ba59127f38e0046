"""An import by another process while an engine commits: neither loses anything. A benchmark has the times."""

import threading
from typing import Any

from sqlalchemy import Connection, func, select

from dialer.domain.events import TimeReached
from dialer.domain.ids import CampaignId, PersonId
from dialer.storage.database.tables import journal
from dialer.storage.store import Store


def go_on(_seconds: float) -> None:
    """A pause that does not wait, yet says that somebody else is there."""


async def test_steps_and_imported_accounts_all_arrive(floor: Any, address: str) -> None:
    accounts = [floor.account(f"A{n}", numbers=[floor.number(n % 90)]) for n in range(700)]
    known: list[PersonId] = []

    def import_all() -> None:
        with Store.open(address) as other:
            imports = other.imports(pause=go_on)
            status = imports.begin(file_name="f", sha256="f", campaign="c", client="acme", now=floor.now)
            imports.stage(status.import_id, accounts)
            imports.publish(status.import_id, now=floor.now)
            known.extend(imports.put_in_place(status.import_id, now=floor.now))

    importer = threading.Thread(target=import_all)
    importer.start()
    async with floor.live() as live:
        while importer.is_alive() or live.journal.committed < 50:
            await live.journal.append([floor.step(TimeReached())])
        importer.join()
        committed = live.journal.committed

    def steps(connection: Connection) -> int:
        return connection.scalar(select(func.count()).select_from(journal)) or 0

    assert floor.store.read(steps) == committed >= 50
    assert len(floor.store.load_leads(CampaignId("c"), now=floor.now).leads) == 700
    assert known == []
