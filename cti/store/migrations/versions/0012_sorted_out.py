"""Mails that no person wrote can be looked at: all of them, and those of one sender, newest first.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index the mails that make no line of the timeline."""
    those = sa.text("auto <> ''")
    for name, columns in (("messages_auto", ["at", "id"]), ("messages_auto_author", ["author", "at", "id"])):
        op.create_index(name, "messages", columns, sqlite_where=those, postgresql_where=those)
