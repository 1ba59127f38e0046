"""A store that people were placed in, and files that are handed in to it, without a process of their own."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from compliance_gate.request import PersonFile
from dialer import clock
from dialer.floor.taking_in import take_in, told_of
from dialer.floor.told_files import ToldOrder, take_in_told
from dialer.intake.report import ImportReport
from dialer.intake.told_columns import ToldKind
from dialer.storage.spoken_words import opened_words
from dialer.storage.store import Store

HEADING = (
    "client_id,client_account,person_ref,first,last,address_1,city,state,zip,country,"
    "phone_1,phone_1_type,phone_1_role,current_balance"
)
LINES = (
    "acme,A1,P1,Ada,Example,1 Sample St,New York,NY,10001,,2125550101,landline,own,100.00",
    "acme,A2,P2,Bo,Example,1 Sample St,New York,NY,10001,,2125550102,landline,own,100.00",
    "acme,A3,P3,Cy,Example,1 Sample St,New York,NY,10001,,2125550101,landline,shared,100.00",
    "acme,A4,P2,Bo,Example,1 Sample St,New York,NY,10001,,2125550102,landline,own,50.00",
)


class Desk:
    """A folder with a store, to which files are handed in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = str(folder / "store.db")
        self._files = 0

    def write(self, heading: str, *lines: str) -> Path:
        self._files += 1
        path = self.folder / f"{self._files}.csv"
        path.write_text("\n".join((heading, *lines)) + "\n", encoding="utf-8")
        return path

    def place(self, *lines: str, heading: str = HEADING, same_persons: tuple[str, ...] = ()) -> ImportReport:
        return take_in(
            self.write(heading, *lines),
            campaign="c",
            address=self.address,
            folder=None,
            progress=lambda _: None,
            mapping=told_of(None, same_persons=same_persons),
        ).report

    def tell(self, kind: str, heading: str, *lines: str, is_dry: bool = False) -> ImportReport:
        order = ToldOrder(file=self.write(heading, *lines), kind=ToldKind(kind), by="Cora", is_dry=is_dry)
        return take_in_told(order, address=self.address)

    def asked(self, reference: str) -> list[str]:
        """What a person asked for, and what holds them."""
        file = self.file(reference)
        return [request.type.value for request in file.requests] + [hold.kind.value for hold in file.holds]

    def file(self, reference: str) -> PersonFile:
        with Store.open(self.address) as store:
            person = store.identifiers.person("acme", reference)
            found = store.person_files([person], now=clock.posix_now())[person]
            return opened_words(store.keyring, found)

    def rows(self, table: Any) -> list[Any]:
        with Store.open(self.address) as store:
            return list(store.read(lambda connection: connection.execute(select(table)).all()))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that people were placed in, to be copied."""
    made = Desk(tmp_path_factory.mktemp("filled"))
    made.place(*LINES)
    return Path(made.address)


@pytest.fixture
def desk(filled: Path, tmp_path: Path) -> Desk:
    shutil.copy(filled, tmp_path)
    return Desk(tmp_path)
