"""Of whom it is to be read again who they are, and who signed in by an outside provider"""

import sqlalchemy as sa
from alembic import op


revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'changed_identities',
        sa.Column(
            'id',
            sa.BigInteger().with_variant(sa.Integer(), 'sqlite'),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column('persons', sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_changed_identities')),
    )
    op.add_column(
        'account_sessions',
        sa.Column('is_from_outside', sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    op.drop_column('account_sessions', 'is_from_outside')
    op.drop_table('changed_identities')
