"""What each agent wrote about an interaction: after a transfer, two do.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table `notes`. What was written before stays where it is shown, in `annotations`."""
    text = sa.String().with_variant(sa.String(collation="C"), "postgresql")
    long_text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "notes",
        sa.Column("interaction", text, nullable=False),
        sa.Column("agent", text, nullable=False),
        sa.Column("text", long_text, server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("interaction", "agent"),
        sqlite_with_rowid=False,
    )
