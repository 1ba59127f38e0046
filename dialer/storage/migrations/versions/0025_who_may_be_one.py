"""Pairs of persons who may be one, and what people said of them"""

import sqlalchemy as sa
from alembic import op


revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None

_BYTEWISE = sa.Text().with_variant(sa.Text(collation='C'), 'postgresql')


def upgrade() -> None:
    op.create_table(
        'alike_pairs',
        sa.Column('one', _BYTEWISE, nullable=False),
        sa.Column('other', _BYTEWISE, nullable=False),
        sa.Column('is_sure', sa.Boolean(), nullable=False),
        sa.Column('confidence', sa.Float(), nullable=False),
        sa.Column('reasons', sa.Text(), nullable=False),
        sa.Column('found_at', sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint('one', 'other', name=op.f('pk_alike_pairs')),
    )
    op.create_index('ix_alike_pairs_confidence', 'alike_pairs', ['confidence', 'one', 'other'], unique=False)
    op.create_index('ix_alike_pairs_other', 'alike_pairs', ['other'], unique=False)
    op.create_table(
        'alike_answers',
        sa.Column(
            'id',
            sa.BigInteger().with_variant(sa.Integer(), 'sqlite'),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column('one', _BYTEWISE, nullable=False),
        sa.Column('other', _BYTEWISE, nullable=False),
        sa.Column('answer', sa.Text(), nullable=False),
        sa.Column('said_by', sa.Text(), nullable=False),
        sa.Column('why', sa.Text(), nullable=False),
        sa.Column('at', sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_alike_answers')),
    )
    op.create_index('ix_alike_answers_pair', 'alike_answers', ['one', 'other'], unique=False)
    op.create_index('ix_alike_answers_other', 'alike_answers', ['other'], unique=False)


def downgrade() -> None:
    op.drop_table('alike_answers')
    op.drop_table('alike_pairs')
