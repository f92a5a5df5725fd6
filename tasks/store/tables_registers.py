"""Tables of the registers: one row for each entry an event made, and the months that are closed."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.metadata import metadata

Big = sa.BigInteger

#: An entry: which register, where, when, and by which task or step. What it says is read from there.
register_row = sa.Table(
    "register_row",
    metadata,
    sa.Column("id", Big, primary_key=True, autoincrement=False),
    sa.Column("register", sa.Text, nullable=False),
    sa.Column("at", Big, nullable=False),
    sa.Column("area", sa.Text, nullable=False),
    sa.Column("tier", sa.Text, nullable=False),
    sa.Column("trail_id", Big, nullable=False),
    sa.Column("instance_id", Big),
    sa.Column("element", sa.Text, nullable=False),
    sa.Column("task_id", Big),
    sa.Column("case_id", Big),
    sa.Column("person_id", Big),
    sa.Column("user_id", Big),
    #: What the entry is filed under, between commas: the categories of E03.
    sa.Column("facets", sa.Text, nullable=False, server_default=""),
    #: When the work was withdrawn or sent back; the entry counts no longer, except in a month closed before.
    sa.Column("struck_at", Big),
)
sa.Index("ix_register_row_at", register_row.c.register, register_row.c.at, register_row.c.id)
sa.Index("ix_register_row_instance", register_row.c.instance_id)
sa.Index("ix_register_row_case", register_row.c.case_id)
sa.Index("ix_register_row_person", register_row.c.person_id, register_row.c.register)

#: A register of an office as it stood at the end of a month. It never changes.
register_month = sa.Table(
    "register_month",
    metadata,
    sa.Column("id", Big, primary_key=True, autoincrement=False),
    sa.Column("register", sa.Text, nullable=False),
    sa.Column("unit_id", Big, sa.ForeignKey("unit.id"), nullable=False),
    sa.Column("month", sa.Text, nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("corrections", sa.Integer, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("made_at", Big, nullable=False),
    sa.Column("made_by", Big),
    sa.UniqueConstraint("unit_id", "month", "register"),
)

#: Somebody asks to take more lines along than one may alone; `granted` by another, `taken` once (THR-14).
register_export = sa.Table(
    "register_export",
    metadata,
    sa.Column("id", Big, primary_key=True, autoincrement=False),
    #: A register, the summary, or a closed month of one: `E15:2026-03`.
    sa.Column("register", sa.Text, nullable=False),
    sa.Column("area", sa.Text, nullable=False),
    sa.Column("first", sa.Text, nullable=False),
    sa.Column("last", sa.Text, nullable=False),
    sa.Column("facet", sa.Text, nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("whole", sa.Boolean, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("asked_at", Big, nullable=False),
    sa.Column("asked_by", Big, nullable=False),
    sa.Column("decided_at", Big),
    sa.Column("decided_by", Big),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    sa.CheckConstraint("state in ('asked','granted','refused','taken')", name="state"),
)
sa.Index(
    "ix_register_export_area", register_export.c.area, register_export.c.state, register_export.c.id
)
