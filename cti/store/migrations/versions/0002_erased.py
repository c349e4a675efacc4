"""Whom we have erased: so that no fold of the journal brings them back.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table `erased`."""
    op.create_table(
        "erased",
        sa.Column("identifier", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("identifier"),
        sqlite_with_rowid=False,
    )
