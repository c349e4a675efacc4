"""How alembic reaches the database: by the connection `Store.open` gives it, inside its transaction."""

from alembic import context

from cti.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
