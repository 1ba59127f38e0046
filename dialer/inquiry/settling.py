"""Whether a client settles its accounts for what a person agreed to: asked before it is written down."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from dialer.casework.offers import demand_settles, together
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import DebtId
from dialer.domain.money import Money
from dialer.inquiry.ledgers import offered_on
from dialer.storage.database import tables as t
from dialer.storage.projecting.attempt_rows import texts
from dialer.storage.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """A settlement that somebody agreed to.

    Args:
        contact: the call in which they did.
        debts: the accounts that were named; () = those that the call was about.
        person: who it was, where that was said; of somebody with one account it is that one.
    """

    contact: str
    amount: Money
    debts: tuple[DebtId, ...] = ()
    person: str | None = None


def demand_settlement(store: Store, agreed: Agreed, *, at: float) -> None:
    """As the ledgers stand at `at` (POSIX seconds), of all the accounts together.

    Raises:
        InvalidFactError: it is less than the client settles them for, in another currency, or nobody says of
            which accounts it is.
        NotThereError: nobody knows an account.
    """
    debts = agreed.debts or store.read(lambda connection: _debts_of(connection, agreed))
    if not debts:
        raise InvalidFactError("which account is settled? name it (debts_spoken_of): the call does not tell")
    offered = [offered_on(store, debt, at=at) for debt in sorted(set(debts))]
    foreign = sorted({currency for _, currency in offered} - {agreed.amount.currency})
    if foreign:
        raise InvalidFactError(
            f"the account is in {foreign[0]}, and the settlement in {agreed.amount.currency}: say what was "
            "agreed in the account's currency"
        )
    demand_settles(together([may for may, _ in offered]), agreed.amount.cents)


def _debts_of(connection: Connection, agreed: Agreed) -> Sequence[DebtId]:
    query = select(t.attempts.c.debts).where(t.attempts.c.attempt == agreed.contact)
    told = connection.execute(query).scalar_one_or_none()
    if told is not None:
        return [DebtId(debt) for debt in texts(told)]
    if agreed.person is None:
        return ()
    owed = select(t.person_debts.c.debt).where(t.person_debts.c.person == agreed.person)
    found = [DebtId(debt) for debt in connection.execute(owed).scalars()]
    return found if len(found) == 1 else ()
