"""Who is the same person: customers merged, links ended, pairs told apart, and contact details people wrote themselves.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_STRING = sa.String().with_variant(sa.String(collation="C"), "postgresql")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add what merges need to `customers` and `links`; make `merges`, `apart` and `mentions`."""
    op.add_column("customers", sa.Column("merged_into", _STRING))
    op.add_column("customers", sa.Column("absorbed", sa.Integer(), server_default="0", nullable=False))
    op.create_index(
        "customers_merged",
        "customers",
        ["merged_into"],
        sqlite_where=sa.text("merged_into IS NOT NULL"),
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.add_column("links", sa.Column("ended", sa.BigInteger()))
    op.create_table(
        "merges",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("gone", _STRING, nullable=False),
        sa.Column("kept", _STRING, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", _STRING, nullable=False),
        sa.Column("undone", sa.BigInteger()),
        sa.Column("undone_by", _TEXT, server_default="", nullable=False),
        sa.Column("was_ended", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("merges_kept", "merges", ["kept"])
    op.create_index("merges_gone", "merges", ["gone"])
    op.create_table(
        "apart",
        sa.Column("one", _STRING, nullable=False),
        sa.Column("other", _STRING, nullable=False),
        sa.Column("who", _STRING, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("one", "other"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mentions",
        sa.Column("identifier", _STRING, nullable=False),
        sa.Column("owner", _STRING, nullable=False),
        sa.Column("interaction", _STRING, nullable=False),
        sa.Column("shown", _TEXT, server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("identifier", "owner", "interaction"),
        sqlite_with_rowid=False,
    )
    op.create_index("mentions_owner", "mentions", ["owner"])
    op.create_index("mentions_interaction", "mentions", ["interaction"])
