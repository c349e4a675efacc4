"""Cases are found by the words of their titles; what could not be read is listed a page at a time.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

from cti.store.case_words import index

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_STRING = sa.String().with_variant(sa.String(collation="C"), "postgresql")
_PAGE = 1000

# Whatever changes a title, an erasure above all, leaves no word of the old one behind.
_SQLITE_TRIGGERS = (
    """
    CREATE TRIGGER case_words_old AFTER UPDATE OF title ON cases WHEN NEW.title <> OLD.title BEGIN
        DELETE FROM case_words WHERE case_id = OLD.id;
    END
    """,
    """
    CREATE TRIGGER case_words_gone AFTER DELETE ON cases BEGIN
        DELETE FROM case_words WHERE case_id = OLD.id;
    END
    """,
)
_POSTGRES_TRIGGERS = (
    """
    CREATE FUNCTION case_words_less() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        DELETE FROM case_words WHERE case_id = OLD.id;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER case_words_old AFTER UPDATE OF title ON cases FOR EACH ROW WHEN (NEW.title <> OLD.title)
    EXECUTE FUNCTION case_words_less()
    """,
    "CREATE TRIGGER case_words_gone AFTER DELETE ON cases FOR EACH ROW EXECUTE FUNCTION case_words_less()",
)


def upgrade() -> None:
    """Make `case_words`, and fill it from the titles there are; index `kept` by time."""
    op.create_table(
        "case_words",
        sa.Column("word", _STRING, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("word", "case_id"),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    after: int | None = None
    while True:
        page = sa.text(
            "SELECT id, title FROM cases"
            + (" WHERE id > :after" if after is not None else "")
            + " ORDER BY id LIMIT :page"
        )
        given = {"page": _PAGE, **({"after": after} if after is not None else {})}
        rows = connection.execute(page, given).all()
        if not rows:
            break
        index(connection, [(id_, title) for id_, title in rows])
        after = rows[-1].id
    op.create_index("case_words_case", "case_words", ["case_id", "word"])
    for trigger in _SQLITE_TRIGGERS if connection.dialect.name == "sqlite" else _POSTGRES_TRIGGERS:
        op.execute(trigger)
    op.create_index("kept_at", "kept", ["at", "id"])
