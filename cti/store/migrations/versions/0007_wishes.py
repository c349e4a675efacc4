"""How customers want to be reached, tags that people take away, and cases made one that can be two again.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

from cti.store.identity import name_key

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_STRING = sa.String().with_variant(sa.String(collation="C"), "postgresql")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add `ended` and `word` to `tags`; make `wishes` and `case_moves`."""
    op.add_column("tags", sa.Column("ended", sa.BigInteger()))
    op.add_column("tags", sa.Column("word", _TEXT, server_default="", nullable=False))
    op.create_index("ix_tags_word", "tags", ["word"])
    connection = op.get_bind()
    for (tag,) in connection.execute(sa.text("SELECT DISTINCT tag FROM tags")).fetchall():
        connection.execute(
            sa.text("UPDATE tags SET word = :word WHERE tag = :tag"), {"word": name_key(tag), "tag": tag}
        )
    op.create_table(
        "wishes",
        sa.Column("customer", _STRING, nullable=False),
        sa.Column("channel", _TEXT, server_default="", nullable=False),
        sa.Column("never", _TEXT, server_default="", nullable=False),
        sa.Column("begins", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ends", sa.Integer(), server_default="1440", nullable=False),
        sa.Column("note", _TEXT, server_default="", nullable=False),
        sa.Column("who", _STRING, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("customer"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "case_moves",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("how", _STRING, nullable=False),
        sa.Column("kept", sa.BigInteger(), nullable=False),
        sa.Column("gone", sa.BigInteger(), nullable=False),
        sa.Column("interactions", _TEXT, nullable=False),
        sa.Column("promises", _TEXT, server_default="", nullable=False),
        sa.Column("state", _STRING, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", _STRING, nullable=False),
        sa.Column("undone", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("case_moves_kept", "case_moves", ["kept"])
    op.create_index("case_moves_gone", "case_moves", ["gone"])
