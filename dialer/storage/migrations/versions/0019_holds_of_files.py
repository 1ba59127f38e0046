"""Holds that refused lines of a file placed, until somebody has looked"""

import sqlalchemy as sa
from alembic import op


revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'import_holds',
        sa.Column('import_id', sa.Text(), nullable=False),
        sa.Column('line', sa.Integer(), nullable=False),
        sa.Column('bound', sa.Text(), nullable=False),
        sa.Column('person', sa.Text(), nullable=True),
        sa.Column('number', sa.Text(), nullable=True),
        sa.Column('debt', sa.Text(), nullable=True),
        sa.Column('signals', sa.Text(), nullable=False, server_default=''),
        sa.Column('source', sa.Text(), nullable=False, server_default=''),
        sa.Column('state', sa.Text(), nullable=False, server_default='held'),
        sa.Column('at', sa.Float(), nullable=False),
        sa.Column('released_by', sa.Text(), nullable=True),
        sa.Column('released_at', sa.Float(), nullable=True),
        sa.Column('why', sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint('import_id', 'line', 'bound', name=op.f('pk_import_holds')),
    )
    op.create_index('ix_import_holds_state', 'import_holds', ['state'], unique=False)
    # Keys were told apart by their case until now: what was placed keeps its ids (`placements.older_keys`).
    op.execute(
        "INSERT INTO meta (key, value) SELECT 'older_keys', 'yes' WHERE EXISTS (SELECT 1 FROM persons)"
    )


def downgrade() -> None:
    op.execute("DELETE FROM meta WHERE key = 'older_keys'")
    op.drop_index('ix_import_holds_state', table_name='import_holds')
    op.drop_table('import_holds')
