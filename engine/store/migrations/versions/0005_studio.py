"""Drafts; what a version brings beside its drawing; the trail of each process; a release takes two people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_STATUS = "status in ('draft','submitted','approved','active','retired')"
_EYES = "author_id is null or approver_id is null or author_id <> approver_id"
_NEW_STATUS = "status in ('submitted','approved','rejected','active','retired')"
_NEW_EYES = (
    "author_id is null or status in ('submitted','rejected') and approver_id is null"
    " or approver_id is not null and author_id <> approver_id"
)
_ANNEXED = sa.text("status = 'active' AND annex != '{}'")


def _definition(annex: bool, status: str, eyes: str) -> sa.Table:
    """Return the table as it is to be replaced: SQLite does not tell what a check says."""
    more = [sa.Column("annex", sa.Text(), server_default="{}", nullable=False)] if annex else []
    active = sa.text("status = 'active'")
    table = sa.Table(
        "definition",
        sa.MetaData(),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("xml", sa.Text(), nullable=False),
        *more,
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("approver_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("activated_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(eyes, name=op.f("ck_definition_four_eyes")),
        sa.CheckConstraint(status, name=op.f("ck_definition_status")),
        sa.PrimaryKeyConstraint("id", name="pk_definition"),
        sa.UniqueConstraint("key", "version", name="uq_definition_key_version"),
    )
    sa.Index(
        "uq_definition_active_key", table.c.key, unique=True, sqlite_where=active, postgresql_where=active
    )
    return table


def upgrade() -> None:
    """Widen the table of versions, make that of drafts, and let a trail belong to a process."""
    with op.batch_alter_table("definition", copy_from=_definition(False, _STATUS, _EYES)) as batch:
        batch.drop_constraint(op.f("ck_definition_status"), type_="check")
        batch.drop_constraint(op.f("ck_definition_four_eyes"), type_="check")
        batch.add_column(sa.Column("annex", sa.Text(), server_default="{}", nullable=False))
        batch.create_check_constraint(op.f("ck_definition_status"), _NEW_STATUS)
        batch.create_check_constraint(op.f("ck_definition_four_eyes"), _NEW_EYES)
    op.create_index(
        "ix_definition_annexed", "definition", ["id"], unique=False,
        sqlite_where=_ANNEXED, postgresql_where=_ANNEXED,
    )  # fmt: skip
    op.create_table(
        "draft",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("base_id", sa.BigInteger(), nullable=True),
        sa.Column("xml", sa.Text(), nullable=False),
        sa.Column("annex", sa.Text(), server_default="{}", nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("saved_by", sa.BigInteger(), nullable=True),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.Column("definition_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("definition_id", name=op.f("uq_draft_definition_id")),
    )
    op.create_index("ix_draft_key", "draft", ["key"], unique=False)
    op.add_column("trail_owner", sa.Column("process_key", sa.Text(), nullable=True))
    op.create_index(
        "uq_trail_owner_process", "trail_owner", ["process_key"], unique=True,
        sqlite_where=sa.text("process_key IS NOT NULL"), postgresql_where=sa.text("process_key IS NOT NULL"),
    )  # fmt: skip


def downgrade() -> None:
    """Take all of it back; versions that never ran are lost."""
    op.drop_index("uq_trail_owner_process", "trail_owner")
    op.drop_column("trail_owner", "process_key")
    op.drop_table("draft")
    op.drop_index("ix_definition_annexed", "definition")
    op.execute("delete from definition where status in ('submitted','rejected')")
    with op.batch_alter_table("definition", copy_from=_definition(True, _NEW_STATUS, _NEW_EYES)) as batch:
        batch.drop_constraint(op.f("ck_definition_status"), type_="check")
        batch.drop_constraint(op.f("ck_definition_four_eyes"), type_="check")
        batch.drop_column("annex")
        batch.create_check_constraint(op.f("ck_definition_status"), _STATUS)
        batch.create_check_constraint(op.f("ck_definition_four_eyes"), _EYES)
