"""When a gap was explained: a place in a sequence that was freed by an older copy of a card is given again.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Of the gaps of before nobody knows when; they stay closed."""
    op.add_column("explained_gaps", sa.Column("explained_at", sa.Text))
