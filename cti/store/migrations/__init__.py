"""Schema changes, oldest first; `Store.open` runs those a database has not had yet."""
