"""The sources of every rulebook, when each was in force, and what had been placed before a later file"""

import sqlalchemy as sa
from alembic import op


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    serial = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    op.add_column('rulebooks', sa.Column('sources', sa.Text(), nullable=True))
    op.create_table('rulebook_uses',
    sa.Column('id', serial, autoincrement=True, nullable=False),
    sa.Column('rulebook', sa.Text(), nullable=False),
    sa.Column('since', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rulebook_uses'))
    )
    op.execute(
        'INSERT INTO rulebook_uses (rulebook, since) '
        'SELECT rulebook, first_used_at FROM rulebooks ORDER BY first_used_at, rulebook'
    )
    op.create_table('placed_before',
    sa.Column('id', serial, autoincrement=True, nullable=False),
    sa.Column('person', sa.Text(), nullable=False),
    sa.Column('until', sa.Float(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_placed_before'))
    )
    op.create_index('ix_placed_before_person', 'placed_before', ['person', 'until'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_placed_before_person', table_name='placed_before')
    op.drop_table('placed_before')
    op.drop_table('rulebook_uses')
    with op.batch_alter_table('rulebooks') as batch_op:
        batch_op.drop_column('sources')
