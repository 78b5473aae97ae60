"""The journals' sequences can be searched; the typed tables of this version are made anew by what follows.

Revision ID: 0002
"""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the index."""
    op.create_index("documents_by_journal", "documents", ["journal_id", "seq"])
