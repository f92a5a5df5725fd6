"""Registers: their entries, and the months that are closed. Entries already made are taken from the trail."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from engine.ids import new_id

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_WRITTEN = sa.text(
    "SELECT e.trail_id, e.at, e.instance_id, e.element, e.actor_id, e.data, c.case_id, c.person_id, c.area,"
    " c.tier, t.id AS task_id, t.area AS task_area FROM event e"
    " JOIN process_context c ON c.instance_id = e.instance_id"
    " LEFT JOIN user_task t ON t.element = e.element AND t.trail_id = e.trail_id"
    " AND t.instance_id = e.instance_id AND t.ended_at = e.at AND t.state = 'completed'"
    " WHERE e.kind = 'RegisterWritten' ORDER BY e.at, e.trail_id, e.seq"
)
#: The ledger of service work: every completed task about a person.
_DONE = sa.text(
    "SELECT t.trail_id, t.ended_at AS at, t.instance_id, t.element, t.ended_by AS actor_id,"
    ' \'{"register":"E50"}\' AS data, c.case_id, c.person_id, c.area, c.tier, t.id AS task_id,'
    " t.area AS task_area FROM user_task t JOIN process_context c ON c.instance_id = t.instance_id"
    " WHERE t.state = 'completed' AND t.ended_at IS NOT NULL AND c.person_id IS NOT NULL"
    " ORDER BY t.ended_at, t.id"
)
_MISSED = sa.text("missed_at IS NOT NULL")
#: What the summary counts by period.
_COUNTED = (
    ("ix_referral_created", "referral", "created_at"),
    ("ix_employment_created", "employment", "created_at"),
    ("ix_hand_over_submitted", "hand_over", "submitted_at"),
)
_UNIQUE = "uq_register_month_unit_id_month_register"
_COLUMNS = (
    "id", "register", "at", "area", "tier", "trail_id", "instance_id", "element", "task_id", "case_id",
    "person_id", "user_id",
)  # fmt: skip
_ADD = sa.text(
    f"INSERT INTO register_row ({', '.join(_COLUMNS)}, facets)"  # noqa: S608
    f" VALUES ({', '.join(f':{name}' for name in _COLUMNS)}, '')"
)


def upgrade() -> None:
    """Add the tables and what the trail tells of."""
    op.create_table(
        "register_row",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("trail_id", sa.BigInteger(), nullable=False),
        sa.Column("instance_id", sa.BigInteger(), nullable=True),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=True),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("facets", sa.Text(), server_default="", nullable=False),
        sa.Column("struck_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_row")),
    )
    op.create_index("ix_register_row_at", "register_row", ["register", "at", "id"], unique=False)
    op.create_index("ix_register_row_instance", "register_row", ["instance_id"], unique=False)
    op.create_index("ix_register_row_case", "register_row", ["case_id"], unique=False)
    op.create_index("ix_register_row_person", "register_row", ["person_id", "register"], unique=False)
    op.create_table(
        "register_month",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("corrections", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_register_month_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_month")),
        sa.UniqueConstraint("unit_id", "month", "register", name=op.f(_UNIQUE)),
    )
    op.create_index("ix_paper_unit_id", "paper", ["unit_id", "issued_at"], unique=False)
    op.create_index(
        "ix_deadline_missed", "deadline", ["missed_at"], unique=False, sqlite_where=_MISSED,
        postgresql_where=_MISSED,
    )  # fmt: skip
    for name, table, column in _COUNTED:
        op.create_index(name, table, [column], unique=False)
    take_over(op.get_bind())


def take_over(connection: sa.Connection) -> None:
    """Enter what the trail tells of entries made before there were rows for them."""
    for query in (_WRITTEN, _DONE):
        for rows in connection.execute(query).partitions(1_000):
            connection.execute(_ADD, list(_entries(rows)))


def _entries(rows: Sequence[Any]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield {
            "id": new_id(), "register": json.loads(row.data)["register"], "at": row.at,
            "area": row.task_area or row.area, "tier": row.tier, "trail_id": row.trail_id,
            "instance_id": row.instance_id, "element": row.element, "task_id": row.task_id,
            "case_id": row.case_id, "person_id": row.person_id, "user_id": row.actor_id,
        }  # fmt: skip


def downgrade() -> None:
    """Remove them; what they tell stands in the trail and in the forms."""
    for name, table, _column in reversed(_COUNTED):
        op.drop_index(name, table)
    op.drop_index("ix_deadline_missed", "deadline")
    op.drop_index("ix_paper_unit_id", "paper")
    op.drop_table("register_month")
    op.drop_table("register_row")
