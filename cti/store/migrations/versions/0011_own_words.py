"""Customers may tag themselves: since when a tag holds decides between what was said twice.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add `since` to `tags`."""
    op.add_column("tags", sa.Column("since", sa.BigInteger()))
