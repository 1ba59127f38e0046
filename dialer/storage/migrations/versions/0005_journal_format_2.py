"""The journal's second format: fates, a chain, dictionaries; campaigns as the engine has them"""

import hashlib
import json
import zlib

import sqlalchemy as sa
from alembic import op


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

AT_ONCE = 2_000

MOVES = {
    'idle': {'CampaignStarted': 'running', 'CampaignStopped': 'stopped'},
    'running': {'CampaignPaused': 'paused', 'CampaignDrained': 'draining', 'CampaignStopped': 'stopped'},
    'paused': {'CampaignStarted': 'running', 'CampaignDrained': 'draining', 'CampaignStopped': 'stopped'},
    'draining': {'CampaignStarted': 'running', 'CampaignStopped': 'stopped'},
    'stopped': {'CampaignStarted': 'running'},
}
"""Campaigns as they moved then."""


def upgrade() -> None:
    op.add_column('journal', sa.Column('fate', sa.Text(), nullable=True))
    op.add_column('journal', sa.Column('dictionary', sa.BigInteger(), nullable=True))
    op.add_column('journal', sa.Column('link', sa.LargeBinary(), nullable=True))
    op.add_column('rulebooks', sa.Column('text', sa.Text(), nullable=True))
    op.create_table('dictionaries',
    sa.Column('dictionary', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('sequence', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('dictionary', name=op.f('pk_dictionaries'))
    )
    connection = op.get_bind()
    _chain_what_is_there(connection)
    _correct_campaigns(connection)


def _chain_what_is_there(connection: sa.Connection) -> None:
    """One link over all entries of the first format; from it the chain goes on."""
    link = hashlib.sha256(b'fairdial-journal 1').digest()
    rows = sa.text('SELECT sequence, entry FROM journal WHERE sequence > :after ORDER BY sequence LIMIT :most')
    last = 0
    while found := connection.execute(rows, {'after': last, 'most': AT_ONCE}).all():
        for sequence, entry in found:
            link = hashlib.sha256(link + _plain(bytes(entry))).digest()
            last = sequence
    if last:
        connection.execute(
            sa.text("INSERT INTO meta (key, value) VALUES ('journal_format_1', :head)"),
            {'head': f'{last}:{link.hex()}'},
        )


def _correct_campaigns(connection: sa.Connection) -> None:
    """A refused event was projected like any other. The newest checkpoint says what the engine had; the moves that
    came after it are possible or not. Settings that came after it may have been refused, which the journal does not
    say: they stay, and the engine writes down what it has at its next start."""
    found = _newest_checkpoint(connection)
    if found is None:
        return
    sequence, state = found
    states = {name: row['state'] for name, row in state['campaigns'].items()}
    settings = {name: row['settings'] for name, row in state['campaigns'].items()}
    for event, body in _campaign_events(connection, sequence):
        if event == 'CampaignConfigured':
            settings.pop(body['settings']['campaign'], None)
        elif event in MOVES.get(states.get(body['campaign'], ''), {}):
            states[body['campaign']] = MOVES[states[body['campaign']]][event]
    for name, value in states.items():
        update = sa.text('UPDATE campaigns SET state = :state WHERE campaign = :campaign')
        connection.execute(update, {'state': value, 'campaign': name})
    for name, value in settings.items():
        text = json.dumps(value, separators=(',', ':'), ensure_ascii=False)
        update = sa.text('UPDATE campaigns SET settings = :settings WHERE campaign = :campaign')
        connection.execute(update, {'settings': text, 'campaign': name})


def _newest_checkpoint(connection: sa.Connection):
    rows = connection.execute(sa.text('SELECT sequence, sha256, body FROM checkpoints ORDER BY sequence DESC'))
    for sequence, sha256, body in rows.all():
        if hashlib.sha256(bytes(body)).hexdigest() == sha256:
            return sequence, json.loads(bytes(body))
    return None


def _campaign_events(connection: sa.Connection, after: int):
    rows = connection.execute(
        sa.text("SELECT event, entry FROM journal WHERE sequence > :after AND event LIKE 'Campaign%' ORDER BY sequence"),
        {'after': after},
    )
    for event, entry in rows.all():
        yield event, json.loads(_plain(bytes(entry)))[2][1]


def _plain(entry: bytes) -> bytes:
    return entry if entry.startswith(b'[') else zlib.decompress(entry)


def downgrade() -> None:
    raise NotImplementedError('entries of the second format mean nothing to the first: restore a back-up')
