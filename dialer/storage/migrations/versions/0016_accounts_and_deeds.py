"""Accounts of persons, their sessions and tokens; a record of deeds that nobody can change"""

import sqlalchemy as sa
from alembic import op


revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

SQLITE = """
CREATE TRIGGER deeds_are_kept_{verb} BEFORE {verb} ON deeds
BEGIN SELECT RAISE(ABORT, 'the record of deeds is only ever added to'); END
"""
FUNCTION = """
CREATE FUNCTION deeds_are_kept() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'the record of deeds is only ever added to'; END $$ LANGUAGE plpgsql
"""
POSTGRES = (
    FUNCTION,
    'CREATE TRIGGER deeds_are_kept BEFORE UPDATE OR DELETE ON deeds '
    'FOR EACH ROW EXECUTE FUNCTION deeds_are_kept()',
    'CREATE TRIGGER deeds_are_not_emptied BEFORE TRUNCATE ON deeds '
    'FOR EACH STATEMENT EXECUTE FUNCTION deeds_are_kept()',
)


def _text(name: str, default: str | None = '') -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False, server_default=default)


def upgrade() -> None:
    op.create_table(
        'accounts',
        sa.Column('account', sa.Text(), nullable=False),
        _text('title'),
        _text('roles', '[]'),
        _text('walls', '{}'),
        sa.Column('agent', sa.Text(), nullable=True),
        sa.Column('password', sa.Text(), nullable=True),
        sa.Column('totp', sa.Text(), nullable=True),
        sa.Column('totp_step', sa.BigInteger(), nullable=False, server_default='0'),
        _text('recovery', '[]'),
        sa.Column('is_disabled', sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column('created_at', sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint('account', name=op.f('pk_accounts')),
    )
    op.create_table(
        'account_links',
        sa.Column('digest', sa.Text(), nullable=False),
        _text('account', None),
        sa.Column('expires_at', sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint('digest', name=op.f('pk_account_links')),
    )
    op.create_table(
        'account_sessions',
        sa.Column('digest', sa.Text(), nullable=False),
        _text('account', None),
        _text('csrf', None),
        _text('address'),
        sa.Column('began_at', sa.Float(), nullable=False),
        sa.Column('seen_at', sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint('digest', name=op.f('pk_account_sessions')),
    )
    op.create_table(
        'account_tokens',
        sa.Column('token', sa.Text(), nullable=False),
        _text('digest', None),
        _text('account', None),
        _text('title'),
        _text('roles', '[]'),
        sa.Column('created_at', sa.Float(), nullable=False),
        sa.Column('expires_at', sa.Float(), nullable=False),
        sa.Column('used_at', sa.Float(), nullable=True),
        sa.Column('revoked_at', sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint('token', name=op.f('pk_account_tokens')),
    )
    op.create_table(
        'deeds',
        sa.Column(
            'place', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, autoincrement=False
        ),
        sa.Column('at', sa.Float(), nullable=False),
        _text('who', None),
        _text('session'),
        _text('address'),
        _text('action', None),
        _text('about', '[]'),
        _text('why'),
        _text('outcome'),
        _text('link', None),
        sa.PrimaryKeyConstraint('place', name=op.f('pk_deeds')),
    )
    if op.get_bind().dialect.name == 'sqlite':
        for verb in ('UPDATE', 'DELETE'):
            op.execute(SQLITE.format(verb=verb))
    else:
        for statement in POSTGRES:
            op.execute(statement)


def downgrade() -> None:
    for name in ('deeds', 'account_tokens', 'account_sessions', 'account_links', 'accounts'):
        op.drop_table(name)
    if op.get_bind().dialect.name != 'sqlite':
        op.execute('DROP FUNCTION deeds_are_kept()')
