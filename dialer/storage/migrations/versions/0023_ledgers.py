"""Accounts' ledgers; payments that came before are entries of them, and lower the balance"""

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op


revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None

_PAID = """
SELECT p.debt, p.sequence, p.cents, p.currency, p.settles, p.at, d.balance_cents, d.currency AS placed_in,
       i.published_at
FROM payments p JOIN debts d ON d.debt = p.debt LEFT JOIN imports i ON i.import_id = d.import_id
ORDER BY p.id
"""


def upgrade() -> None:
    op.create_table(
        'ledger_entries',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), primary_key=True),
        sa.Column('sequence', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, server_default='0'),
        sa.Column('import_id', sa.Text(), nullable=True),
        sa.Column('debt', sa.Text(), nullable=False),
        sa.Column('key', sa.Text(), nullable=False),
        sa.Column('kind', sa.Text(), nullable=False),
        sa.Column('cents', sa.BigInteger(), nullable=False),
        sa.Column('currency', sa.Text(), nullable=False),
        sa.Column('effective_on', sa.Text(), nullable=False),
        sa.Column('part', sa.Text(), nullable=True),
        sa.Column('undoes', sa.Text(), nullable=True),
        sa.Column('reason', sa.Text(), nullable=True),
        sa.Column('method', sa.Text(), nullable=False, server_default='unknown'),
        sa.Column('reference', sa.Text(), nullable=False, server_default=''),
        sa.Column('paid_to', sa.Text(), nullable=False, server_default='us'),
        sa.Column('clears_on', sa.Text(), nullable=True),
        sa.Column('at', sa.Float(), nullable=False),
    )
    op.create_index('ix_ledger_entries_debt', 'ledger_entries', ['debt', 'key'], unique=True)
    _bring_payments()
    op.drop_table('payments')


def _bring_payments() -> None:
    """Payments were rows that lowered nothing: each account that has some gets its ledger."""
    connection = op.get_bind()
    paid: defaultdict[str, list[Any]] = defaultdict(list)
    for row in connection.execute(sa.text(_PAID)):
        if row.currency == row.placed_in:
            paid[row.debt].append(row)
    for debt, rows in paid.items():
        first = rows[0]
        _add(debt, first, 'placed', 'principal', first.balance_cents, first.published_at or 0.0, sequence=0)
        owed = first.balance_cents
        for row in rows:
            _add(debt, row, f'step-{row.sequence}', 'payment', row.cents, row.at, sequence=row.sequence)
            owed -= row.cents
            if row.settles and owed > 0:
                told = {'undoes': f'step-{row.sequence}', 'reason': 'settled', 'sequence': row.sequence}
                _add(debt, row, f'step-{row.sequence}:settled', 'adjustment', -owed, row.at, **told)
                owed = 0
        balance = sa.text('UPDATE debts SET balance_cents = :owed WHERE debt = :debt')
        connection.execute(balance, {'owed': owed, 'debt': debt})


def _add(debt: str, row: Any, key: str, kind: str, cents: int, at: float, **more: object) -> None:
    values = {
        'debt': debt,
        'key': key,
        'kind': kind,
        'cents': cents,
        'currency': row.placed_in,
        'effective_on': datetime.fromtimestamp(at, UTC).date().isoformat(),
        'at': at,
        **more,
    }
    names = ', '.join(f'"{name}"' for name in values)
    places = ', '.join(f':{name}' for name in values)
    op.get_bind().execute(sa.text(f'INSERT INTO ledger_entries ({names}) VALUES ({places})'), values)


def downgrade() -> None:
    raise NotImplementedError('a ledger is not taken apart again: restore the back-up')
