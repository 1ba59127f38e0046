"""What was shown and heard on an attempt: caller id, detection, recordings played and made"""

import sqlalchemy as sa
from alembic import op


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('attempts', schema=None) as batch_op:
        batch_op.add_column(sa.Column('caller_id', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('early_media', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('detected', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('detection_cause', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('detection_s', sa.Float(), nullable=True))
        batch_op.add_column(sa.Column('played', sa.Text(), server_default='[]', nullable=False))
        batch_op.add_column(sa.Column('recorded', sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column('overflow_at', sa.Float(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('attempts', schema=None) as batch_op:
        for name in ('overflow_at', 'recorded', 'played', 'detection_s', 'detection_cause', 'detected',
                     'early_media', 'caller_id'):
            batch_op.drop_column(name)
