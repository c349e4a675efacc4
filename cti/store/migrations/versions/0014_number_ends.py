"""Telephone numbers are found by their ends.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index the numbers there are by their last four digits."""
    numbers = sa.text("kind = 'tel'")
    op.create_index(
        "identifiers_end",
        "identifiers",
        [sa.text("substr(value, length(value) - 3)"), "value"],
        sqlite_where=numbers,
        postgresql_where=numbers,
    )
