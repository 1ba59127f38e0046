"""What files told of people on file, until the engine has taken it"""

import sqlalchemy as sa
from alembic import op


revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'told_lines',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
        sa.Column('import_id', sa.Text(), nullable=False),
        sa.Column('line', sa.Integer(), nullable=False),
        sa.Column('body', sa.LargeBinary(), nullable=False),
        sa.Column('refused', sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_told_lines')),
    )
    op.create_index('ix_told_lines_import', 'told_lines', ['import_id', 'id'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_told_lines_import', table_name='told_lines')
    op.drop_table('told_lines')
