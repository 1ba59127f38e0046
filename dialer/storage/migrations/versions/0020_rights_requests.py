"""What persons asked of us about their data, each with its last day"""

import sqlalchemy as sa
from alembic import op


revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def _text(name: str, default: str | None = None) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False, server_default=default)


def upgrade() -> None:
    op.create_table(
        'rights_requests',
        sa.Column('request', sa.Text(), nullable=False),
        *(_text(name) for name in ('person', 'law', 'kind', 'received', 'last_day', 'state')),
        sa.Column('ended_on', sa.Text(), nullable=True),
        _text('words', ''),
        sa.PrimaryKeyConstraint('request', name=op.f('pk_rights_requests')),
    )


def downgrade() -> None:
    op.drop_table('rights_requests')
