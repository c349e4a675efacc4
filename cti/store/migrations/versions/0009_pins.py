"""PINs of customers, and how the caller of each call was recognised.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Sorted by code points on PostgreSQL, too, as in the first revision.
_STRING = sa.String().with_variant(sa.String(collation="C"), "postgresql")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table, add the column."""
    op.create_table(
        "pins",
        sa.Column("customer", _STRING, nullable=False),
        sa.Column("hash", _TEXT, nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("who", _STRING, nullable=False),
        sa.Column("failed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tried", sa.BigInteger()),
        sa.PrimaryKeyConstraint("customer"),
        sqlite_with_rowid=False,
    )
    op.add_column("calls", sa.Column("recognised", _TEXT, server_default="", nullable=False))
