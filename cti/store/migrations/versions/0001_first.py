"""The first schema: history, cases, promises, mail, accounts.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Sorted by code points, as SQLite and Python do: paging and the search for names rely on one order.
_STRING = sa.String().with_variant(sa.String(collation="C"), "postgresql")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

_SQLITE_TRIGGERS = (
    """
    CREATE TRIGGER tally_insert AFTER INSERT ON interactions BEGIN
        INSERT INTO tallies VALUES (NEW.owner, coalesce(NEW.customer, ''), NEW.kind, 1)
        ON CONFLICT (owner, customer, kind) DO UPDATE SET n = n + 1;
    END
    """,
    """
    CREATE TRIGGER tally_delete AFTER DELETE ON interactions BEGIN
        UPDATE tallies SET n = n - 1
        WHERE owner = OLD.owner AND customer = coalesce(OLD.customer, '') AND kind = OLD.kind;
        DELETE FROM tallies
        WHERE owner = OLD.owner AND customer = coalesce(OLD.customer, '') AND kind = OLD.kind AND n = 0;
    END
    """,
    """
    CREATE TRIGGER tally_update AFTER UPDATE OF owner, customer, kind ON interactions
    WHEN NEW.owner <> OLD.owner OR NEW.customer IS NOT OLD.customer OR NEW.kind <> OLD.kind BEGIN
        UPDATE tallies SET n = n - 1
        WHERE owner = OLD.owner AND customer = coalesce(OLD.customer, '') AND kind = OLD.kind;
        DELETE FROM tallies
        WHERE owner = OLD.owner AND customer = coalesce(OLD.customer, '') AND kind = OLD.kind AND n = 0;
        INSERT INTO tallies VALUES (NEW.owner, coalesce(NEW.customer, ''), NEW.kind, 1)
        ON CONFLICT (owner, customer, kind) DO UPDATE SET n = n + 1;
    END
    """,
)
_POSTGRES_TRIGGERS = (
    """
    CREATE FUNCTION tally_less(gone interactions) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
        UPDATE tallies SET n = n - 1
        WHERE owner = gone.owner AND customer = coalesce(gone.customer, '') AND kind = gone.kind;
        DELETE FROM tallies
        WHERE owner = gone.owner AND customer = coalesce(gone.customer, '') AND kind = gone.kind AND n = 0;
    END $$
    """,
    """
    CREATE FUNCTION tally_more(come interactions) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO tallies VALUES (come.owner, coalesce(come.customer, ''), come.kind, 1)
        ON CONFLICT (owner, customer, kind) DO UPDATE SET n = tallies.n + 1;
    END $$
    """,
    """
    CREATE FUNCTION tally() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP <> 'INSERT' THEN PERFORM tally_less(OLD); END IF;
        IF TG_OP <> 'DELETE' THEN PERFORM tally_more(NEW); END IF;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER tally_insert AFTER INSERT ON interactions FOR EACH ROW EXECUTE FUNCTION tally()",
    "CREATE TRIGGER tally_delete AFTER DELETE ON interactions FOR EACH ROW EXECUTE FUNCTION tally()",
    """
    CREATE TRIGGER tally_update AFTER UPDATE OF owner, customer, kind ON interactions FOR EACH ROW
    WHEN (NEW.owner <> OLD.owner OR NEW.customer IS DISTINCT FROM OLD.customer OR NEW.kind <> OLD.kind)
    EXECUTE FUNCTION tally()
    """,
    # A case may come with its number from elsewhere: the numbers we give go on after it, as SQLite's do by themselves.
    """
    CREATE FUNCTION numbered() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE newest bigint;
    BEGIN
        EXECUTE format('SELECT last_value FROM %I', TG_TABLE_NAME || '_id_seq') INTO newest;
        IF NEW.id >= newest THEN PERFORM setval(format('%I', TG_TABLE_NAME || '_id_seq')::regclass, NEW.id); END IF;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER cases_numbered AFTER INSERT ON cases FOR EACH ROW EXECUTE FUNCTION numbered()",
)


def upgrade() -> None:
    """Make every table, and the triggers that keep `tallies`."""
    op.create_table(
        "agent_names",
        sa.Column("agent", _STRING, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("agent"),
    )
    op.create_table(
        "annotations",
        sa.Column("interaction", _STRING, nullable=False),
        sa.Column("text", _TEXT, server_default="", nullable=False),
        sa.Column("customer", _STRING, nullable=True),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("agent", _TEXT, server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("interaction"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "arrivals",
        sa.Column("quarter", sa.BigInteger(), nullable=False),
        sa.Column("source", _STRING, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("quarter", "source"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "attachments",
        sa.Column("hash", _STRING, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", _STRING, nullable=False),
        sa.Column("what", _STRING, nullable=False),
        sa.Column("about", _TEXT, server_default="", nullable=False),
        sa.Column("detail", _TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_audit_at", "audit", ["at"], unique=False)
    op.create_table(
        "calls",
        sa.Column("interaction", _STRING, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("caller", _STRING, nullable=True),
        sa.Column("number", _TEXT, server_default="", nullable=False),
        sa.Column("language", _STRING, nullable=True),
        sa.Column("queue", _TEXT, server_default="", nullable=False),
        sa.Column("agent", _TEXT, server_default="", nullable=False),
        sa.Column("state", _STRING, nullable=False),
        sa.Column("waited", sa.BigInteger(), nullable=False),
        sa.Column("talked", sa.BigInteger(), nullable=False),
        sa.Column("path", _TEXT, server_default="", nullable=False),
        sa.Column("outcome", _TEXT, server_default="", nullable=False),
        sa.Column("solved", sa.Boolean(), nullable=True),
        sa.Column("first_seq", sa.BigInteger(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("interaction"),
    )
    op.create_index("calls_agent", "calls", ["agent", "at"], unique=False)
    op.create_index("calls_at", "calls", ["at"], unique=False)
    op.create_table(
        "cases",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("customer", _STRING, nullable=False),
        sa.Column("title", _TEXT, server_default="", nullable=False),
        sa.Column("state", _STRING, nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("closed", sa.BigInteger(), nullable=True),
        sa.Column("owner", _TEXT, server_default="", nullable=False),
        sa.Column("priority", sa.Integer(), server_default="0", nullable=False),
        sa.Column("source", _STRING, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source"),
    )
    op.create_index("ix_cases_customer", "cases", ["customer"], unique=False)
    op.create_table(
        "customers",
        sa.Column("id", _STRING, nullable=False),
        sa.Column("name", _TEXT, server_default="", nullable=False),
        sa.Column("name_key", _TEXT, server_default="", nullable=False),
        sa.Column("language", _STRING, nullable=True),
        sa.Column("tier", _TEXT, server_default="", nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("source", _TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_customers_name_key", "customers", ["name_key"], unique=False)
    op.create_table(
        "identifiers",
        sa.Column("id", _STRING, nullable=False),
        sa.Column("kind", _STRING, nullable=False),
        sa.Column("value", _TEXT, nullable=False),
        sa.Column("raw", _TEXT, server_default="", nullable=False),
        sa.Column("name", _TEXT, server_default="", nullable=False),
        sa.Column("language", _STRING, nullable=True),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "interactions",
        sa.Column("owner", _STRING, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("id", _STRING, nullable=False),
        sa.Column("kind", _STRING, nullable=False),
        sa.Column("customer", _STRING, nullable=True),
        sa.Column("title", _TEXT, server_default="", nullable=False),
        sa.Column("text", _TEXT, server_default="", nullable=False),
        sa.Column("inbound", sa.Boolean(), nullable=False),
        sa.Column("language", _STRING, nullable=True),
        sa.Column("agent", _TEXT, server_default="", nullable=False),
        sa.Column("agent_name", _TEXT, server_default="", nullable=False),
        sa.Column("lasted", sa.BigInteger(), nullable=True),
        sa.Column("waited", sa.BigInteger(), nullable=True),
        sa.Column("path", _TEXT, server_default="", nullable=False),
        sa.Column("solved", sa.Boolean(), nullable=True),
        sa.Column("mark", _TEXT, server_default="", nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("source", _TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("owner", "at", "id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "interactions_case",
        "interactions",
        ["case_id"],
        unique=False,
        sqlite_where=sa.text("case_id IS NOT NULL"),
        postgresql_where=sa.text("case_id IS NOT NULL"),
    )
    op.create_index("interactions_id", "interactions", ["id"], unique=True)
    op.create_table(
        "kept",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", _STRING, nullable=False),
        sa.Column("place", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "place"),
    )
    op.create_table(
        "links",
        sa.Column("identifier", _STRING, nullable=False),
        sa.Column("customer", _STRING, nullable=False),
        sa.Column("source", _TEXT, server_default="", nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("identifier", "customer"),
        sqlite_with_rowid=False,
    )
    op.create_index("links_customer", "links", ["customer"], unique=False)
    op.create_table(
        "message_attachments",
        sa.Column("message", _STRING, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("name", _TEXT, server_default="", nullable=False),
        sa.Column("type", _TEXT, server_default="", nullable=False),
        sa.Column("hash", _STRING, nullable=False),
        sa.PrimaryKeyConstraint("message", "n"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "messages",
        sa.Column("id", _STRING, nullable=False),
        sa.Column("interaction", _STRING, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("inbound", sa.Boolean(), nullable=False),
        sa.Column("author", _TEXT, server_default="", nullable=False),
        sa.Column("author_name", _TEXT, server_default="", nullable=False),
        sa.Column("recipients", _TEXT, server_default="", nullable=False),
        sa.Column("subject", _TEXT, server_default="", nullable=False),
        sa.Column("text", _TEXT, server_default="", nullable=False),
        sa.Column("quoted", _TEXT, server_default="", nullable=False),
        sa.Column("auto", _TEXT, server_default="", nullable=False),
        sa.Column("language", _STRING, nullable=True),
        sa.Column("message_id", _TEXT, server_default="", nullable=False),
        sa.Column("subject_key", _TEXT, server_default="", nullable=False),
        sa.Column("loose", sa.Boolean(), nullable=False),
        sa.Column("people", _TEXT, server_default="", nullable=False),
        sa.Column("problems", _TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("messages_interaction", "messages", ["interaction", "at"], unique=False)
    op.create_index("messages_subject", "messages", ["subject_key", "at"], unique=False)
    op.create_table(
        "passwords",
        sa.Column("agent", _STRING, nullable=False),
        sa.Column("hash", _TEXT, nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agent"),
    )
    op.create_table(
        "positions",
        sa.Column("name", _STRING, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "promises",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("customer", _STRING, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("interaction", _STRING, nullable=True),
        sa.Column("what", _TEXT, nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("agent", _TEXT, server_default="", nullable=False),
        sa.Column("state", _STRING, nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=True),
        sa.Column("source", _STRING, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source"),
    )
    op.create_index("ix_promises_customer", "promises", ["customer"], unique=False)
    op.create_index("promises_due", "promises", ["state", "due"], unique=False)
    op.create_table(
        "tags",
        sa.Column("customer", _STRING, nullable=False),
        sa.Column("tag", _STRING, nullable=False),
        sa.Column("source", _TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("customer", "tag"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tallies",
        sa.Column("owner", _STRING, nullable=False),
        sa.Column("customer", _STRING, nullable=False),
        sa.Column("kind", _STRING, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "customer", "kind"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "thread_refs",
        sa.Column("ref", _STRING, nullable=False),
        sa.Column("interaction", _STRING, nullable=False),
        sa.PrimaryKeyConstraint("ref"),
        sqlite_with_rowid=False,
    )
    op.create_index("thread_refs_interaction", "thread_refs", ["interaction"], unique=False)
    op.create_table(
        "tokens",
        sa.Column("id", _STRING, nullable=False),
        sa.Column("hash", _STRING, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("agent", _STRING, nullable=False),
        sa.Column("role", _STRING, nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=True),
        sa.Column("last_used", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("hash"),
    )
    for trigger in _SQLITE_TRIGGERS if op.get_bind().dialect.name == "sqlite" else _POSTGRES_TRIGGERS:
        op.execute(trigger)
