"""Promises in several parts"""

import sqlalchemy as sa
from alembic import op


revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('promises', sa.Column('parts', sa.Text(), nullable=False, server_default='[]'))
    op.create_index('ix_promises_debts', 'promises', ['debts'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_promises_debts', table_name='promises')
    with op.batch_alter_table('promises') as batch_op:
        batch_op.drop_column('parts')
