"""People who call us"""

import sqlalchemy as sa
from alembic import op


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('inbound_calls',
    sa.Column('call', sa.Text(), nullable=False),
    sa.Column('number', sa.Text(), nullable=True),
    sa.Column('arrived_at', sa.Float(), nullable=False),
    sa.Column('ended_at', sa.Float(), nullable=True),
    sa.Column('opted_out', sa.Boolean(), nullable=False),
    sa.Column('unserved', sa.Boolean(), nullable=False),
    sa.Column('agent', sa.Text(), nullable=True),
    sa.Column('bridged_at', sa.Float(), nullable=True),
    sa.Column('person', sa.Text(), nullable=True),
    sa.Column('disposition_kind', sa.Text(), nullable=True),
    sa.Column('body', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('call', name=op.f('pk_inbound_calls'))
    )
    with op.batch_alter_table('inbound_calls', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_inbound_calls_number'), ['number'], unique=False)
        batch_op.create_index(batch_op.f('ix_inbound_calls_arrived_at'), ['arrived_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_inbound_calls_person'), ['person'], unique=False)


def downgrade() -> None:
    op.drop_table('inbound_calls')
