"""Who is in charge of a store that several engines can reach: a term, and a beat"""

import sqlalchemy as sa
from alembic import op


revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'lease',
        sa.Column('id', sa.Integer(), nullable=False, autoincrement=False),
        sa.Column('term', sa.BigInteger(), nullable=False),
        sa.Column('beat', sa.BigInteger(), nullable=False),
        sa.Column('holder', sa.Text(), nullable=False, server_default=''),
        sa.Column('address', sa.Text(), nullable=False, server_default=''),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_lease')),
    )


def downgrade() -> None:
    op.drop_table('lease')
