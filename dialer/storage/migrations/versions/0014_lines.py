"""What happened on a line is known to everybody who has it; lines of institutions; from whom a fact came"""

import json

import sqlalchemy as sa
from alembic import op


revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

ON_A_LINE = ('call_placed', 'call_received', 'ringless_voicemail', 'sms', 'sms_received')
KEPT = ('entry', 'at', 'event', 'direction', 'outcome', 'number', 'tech', 'mode')


def upgrade() -> None:
    op.add_column('numbers', sa.Column('institution', sa.Text(), nullable=True))
    op.add_column('facts', sa.Column('about', sa.Text(), nullable=True))
    facts = sa.table(
        'facts',
        *(sa.column(name) for name in ('id', 'sequence', 'person', 'number', 'kind', 'at', 'body', 'about')),
    )
    connection = op.get_bind()
    written = connection.execute(
        sa.select(facts.c.sequence, facts.c.person, facts.c.at, facts.c.body)
        .where(facts.c.kind == 'entry', facts.c.person.is_not(None))
        .order_by(facts.c.id)
    ).all()
    for row in written:
        entry = json.loads(row.body)
        if not entry.get('number') or entry['event'] not in ON_A_LINE:
            continue
        told = {name: entry[name] for name in KEPT if name in entry}
        connection.execute(
            facts.insert().values(
                sequence=row.sequence,
                number=entry['number'],
                kind='on_line',
                at=row.at,
                body=json.dumps(told, separators=(',', ':')),
                about=row.person,
            )
        )
    # Who made a request for a number was not kept: it goes on binding everybody who has it.
    # An engine that goes on from a checkpoint knows nothing of the lines of those it has: it is told at its start.
    op.execute(
        "INSERT INTO news (person) SELECT DISTINCT person_debts.person FROM person_debts "
        "JOIN leads ON leads.debt = person_debts.debt WHERE leads.state IN ('claimed', 'queued', 'in_flight')"
    )


def downgrade() -> None:
    op.execute("DELETE FROM facts WHERE kind = 'on_line'")
    with op.batch_alter_table('facts') as batch_op:
        batch_op.drop_column('about')
    with op.batch_alter_table('numbers') as batch_op:
        batch_op.drop_column('institution')
