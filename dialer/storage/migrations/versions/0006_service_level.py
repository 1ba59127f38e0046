"""How long people who called us waited"""

import json

import sqlalchemy as sa
from alembic import op


revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

AT_ONCE = 2_000

ANSWER_WITHIN_S = 20.0
"""The goal of calls before campaigns named one."""


def upgrade() -> None:
    op.add_column('inbound_calls', sa.Column('waited_since', sa.Float(), nullable=True))
    op.add_column('inbound_calls', sa.Column('answer_within_s', sa.Float(), nullable=True))
    connection = op.get_bind()
    some = sa.text('SELECT call, body FROM inbound_calls WHERE call > :after ORDER BY call LIMIT :most')
    fill = sa.text(
        'UPDATE inbound_calls SET waited_since = :since, answer_within_s = :within WHERE call = :call'
    )
    last = ''
    while found := connection.execute(some, {'after': last, 'most': AT_ONCE}).all():
        for call, body in found:
            since = json.loads(body).get('waited_since')
            connection.execute(fill, {'since': since, 'within': ANSWER_WITHIN_S, 'call': call})
            last = call


def downgrade() -> None:
    with op.batch_alter_table('inbound_calls', schema=None) as batch_op:
        batch_op.drop_column('answer_within_s')
        batch_op.drop_column('waited_since')
