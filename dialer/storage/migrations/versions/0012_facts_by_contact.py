"""The call or message that a request, consent or hold was made in"""

import sqlalchemy as sa
from alembic import op


revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('facts', sa.Column('contact', sa.Text(), nullable=True))
    present = sa.text('contact IS NOT NULL')
    op.create_index('ix_facts_contact', 'facts', ['contact'], unique=False, sqlite_where=present, postgresql_where=present)


def downgrade() -> None:
    op.drop_index('ix_facts_contact', table_name='facts')
    with op.batch_alter_table('facts') as batch_op:
        batch_op.drop_column('contact')
