"""Text work: messages that callers left.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table `pieces`. Messages left before are in the history as calls, and their files where they were."""
    text = sa.String().with_variant(sa.String(collation="C"), "postgresql")
    long_text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "pieces",
        sa.Column("piece", text, nullable=False),
        sa.Column("kind", text, nullable=False),
        sa.Column("about", text),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("caller", text),
        sa.Column("number", long_text, server_default="", nullable=False),
        sa.Column("language", text),
        sa.Column("queue", long_text, server_default="", nullable=False),
        sa.Column("agent", long_text, server_default="", nullable=False),
        sa.Column("state", text, nullable=False),
        sa.Column("waited", sa.BigInteger(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("outcome", long_text, server_default="", nullable=False),
        sa.Column("first_seq", sa.BigInteger(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("piece"),
    )
    op.create_index("pieces_about", "pieces", ["about"])
