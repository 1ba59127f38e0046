"""Promises in whose place something else was said"""

import sqlalchemy as sa
from alembic import op


revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('promises', sa.Column('withdrawn_at', sa.Float(), nullable=True))
    op.create_index('ix_promises_attempt', 'promises', ['attempt'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_promises_attempt', table_name='promises')
    with op.batch_alter_table('promises') as batch_op:
        batch_op.drop_column('withdrawn_at')
