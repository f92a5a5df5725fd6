"""Files kept with a step: what is known of each, and apart from it the sealed content."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.metadata import metadata

Big = sa.BigInteger

#: A file of a step. What was removed keeps its line; its content is gone.
attachment = sa.Table(
    "attachment",
    metadata,
    sa.Column("id", Big, primary_key=True, autoincrement=False),
    sa.Column("instance_id", Big, nullable=False),
    sa.Column("task_id", Big, nullable=False),
    sa.Column("element", sa.Text, nullable=False),
    sa.Column("case_id", Big),
    sa.Column("person_id", Big),
    sa.Column("tier", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("added_at", Big, nullable=False),
    sa.Column("added_by", Big, nullable=False),
    sa.Column("removed_at", Big),
    sa.Column("removed_by", Big),
    sa.CheckConstraint("kind in ('pdf','jpg','png')", name="kind"),
)
sa.Index("ix_attachment_step", attachment.c.instance_id, attachment.c.element)
sa.Index("ix_attachment_case", attachment.c.case_id)

attachment_content = sa.Table(
    "attachment_content",
    metadata,
    sa.Column(
        "attachment_id", Big, sa.ForeignKey("attachment.id"), primary_key=True, autoincrement=False
    ),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
)
