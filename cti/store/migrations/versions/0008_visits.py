"""Visits of the site's web sites, and what was done in them.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Sorted by code points on PostgreSQL, too, as in the first revision.
_STRING = sa.String().with_variant(sa.String(collation="C"), "postgresql")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "visits",
        sa.Column("id", _STRING, nullable=False),
        sa.Column("visitor", _STRING, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("customer", _STRING),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("visits_at", "visits", ["at"])
    op.create_table(
        "visit_items",
        sa.Column("visit", _STRING, nullable=False),
        sa.Column("id", _STRING, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", _STRING, nullable=False),
        sa.Column("words", _TEXT, server_default="", nullable=False),
        sa.Column("place", _TEXT, server_default="", nullable=False),
        sa.Column("found", sa.BigInteger()),
        sa.Column("body", _TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("visit", "id"),
        sqlite_with_rowid=False,
    )
