"""Talks found by who talked"""

import sqlalchemy as sa
from alembic import op


revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    talked = sa.text('agent IS NOT NULL')
    op.create_index(
        'ix_attempts_agent',
        'attempts',
        ['agent', 'launched_at'],
        sqlite_where=talked,
        postgresql_where=talked,
    )


def downgrade() -> None:
    op.drop_index('ix_attempts_agent', table_name='attempts')
