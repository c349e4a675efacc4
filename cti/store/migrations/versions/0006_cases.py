"""Cases with a due time, how they were closed, and what they were merged into.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns to `cases`. Those closed before are not known to have been solved."""
    op.add_column("cases", sa.Column("due", sa.BigInteger()))
    op.add_column("cases", sa.Column("solved", sa.Boolean()))
    op.add_column("cases", sa.Column("reopened", sa.Integer(), server_default="0", nullable=False))
    op.add_column("cases", sa.Column("merged_into", sa.BigInteger()))
    op.create_index("cases_owner", "cases", ["owner", "state"])
