"""Attachments may be encrypted.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_STRING = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Name each one's key, and find those of a key."""
    op.add_column("attachments", sa.Column("key", _STRING, nullable=False, server_default=""))
    op.create_index("attachments_key", "attachments", ["key", "hash"])
