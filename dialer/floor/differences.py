"""What a placement would change in a store: told by a dry run, before anything is."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Column, Connection, select

from dialer.domain.placement import CLOSED_BY_FILE, PlacedAccount
from dialer.storage.database import tables as t
from dialer.storage.person_files import chunks
from dialer.storage.store import Store

_AT_ONCE = 500


@dataclass(slots=True, kw_only=True)
class Differences:
    """Accounts of a file beside those of a store.

    Args:
        new: that the store has not; `same`: with the balance that it has.
        balance_differs: with another; `before_cents`, `after_cents`: what those add up to, in minor units.
        closed: that the file closes, for nothing is owed or the recall has come.
        new_persons: whom the store does not know; `new_numbers`: telephone numbers likewise.
    """

    new: int = 0
    same: int = 0
    balance_differs: int = 0
    before_cents: int = 0
    after_cents: int = 0
    closed: int = 0
    new_persons: int = 0
    new_numbers: int = 0

    def as_json(self) -> dict[str, int]:
        """For programs."""
        return asdict(self)


class Comparing:
    """Takes a file's accounts in, and compares them some at a time."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._waiting: list[PlacedAccount] = []
        self._persons: set[str] = set()
        self._numbers: set[str] = set()
        self.found = Differences()

    def take(self, account: PlacedAccount) -> None:
        """Look at one more."""
        self._waiting.append(account)
        if len(self._waiting) == _AT_ONCE:
            self.finish()

    def finish(self) -> Differences:
        """What was found, of all that were taken in."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            self.store.read(lambda connection: self._compare(connection, waiting))
        return self.found

    def _compare(self, connection: Connection, accounts: Sequence[PlacedAccount]) -> None:
        ids = self.store.identifiers
        found = self.found
        debts = {
            ids.debt(a.client, a.client_account, is_case_sensitive=a.is_case_sensitive): a for a in accounts
        }
        known = {
            row.debt: row.balance_cents
            for row in connection.execute(
                select(t.debts.c.debt, t.debts.c.balance_cents).where(t.debts.c.debt.in_(list(debts)))
            )
        }
        for debt, account in debts.items():
            before, after = known.get(debt), account.balance.cents
            found.closed += any(hold.source == CLOSED_BY_FILE for hold in account.person.holds)
            if before is None:
                found.new += 1
            elif before == after:
                found.same += 1
            else:
                found.balance_differs += 1
                found.before_cents += before
                found.after_cents += after
        people = {
            str(ids.person(a.client, a.person.person_ref, is_case_sensitive=a.is_case_sensitive))
            for a in accounts
        }
        numbers = {str(ids.number(number.e164)) for a in accounts for number in a.person.numbers}
        new_people = people - _there(connection, t.persons.c.person, people) - self._persons
        new_numbers = numbers - _there(connection, t.numbers.c.number, numbers) - self._numbers
        self._persons |= new_people
        self._numbers |= new_numbers
        found.new_persons = len(self._persons)
        found.new_numbers = len(self._numbers)


def _there(connection: Connection, column: Column[str], keys: set[str]) -> set[str]:
    found: set[str] = set()
    for chunk in chunks(sorted(keys)):
        found.update(connection.execute(select(column).where(column.in_(chunk))).scalars())
    return found
