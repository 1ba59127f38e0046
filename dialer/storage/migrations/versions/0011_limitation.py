"""Until which day a debt may be sued upon"""

import sqlalchemy as sa
from alembic import op


revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('debts', sa.Column('limitation_ends', sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('debts') as batch_op:
        batch_op.drop_column('limitation_ends')
