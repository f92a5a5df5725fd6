"""Tables of batches that take running instances to another version: what was asked, and how far it is."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.metadata import metadata

Big = sa.BigInteger

#: One batch: every open instance of a version, in the order of their ids. A dry one changes nothing.
migration = sa.Table(
    "migration",
    metadata,
    sa.Column("id", Big, primary_key=True, autoincrement=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("from_id", Big, sa.ForeignKey("definition.id"), nullable=False),
    sa.Column("to_id", Big, sa.ForeignKey("definition.id"), nullable=False),
    sa.Column("mapping", sa.Text, nullable=False),
    sa.Column("recompute", sa.Boolean, nullable=False),
    sa.Column("dry", sa.Boolean, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("made_by", Big),
    sa.Column("made_at", Big, nullable=False),
    sa.Column("ended_at", Big),
    sa.CheckConstraint("state in ('running','done','stopped')", name="state"),
)
sa.Index("ix_migration_key", migration.c.key, migration.c.made_at)
sa.Index(
    "ix_migration_running",
    migration.c.id,
    sqlite_where=migration.c.state == "running",
    postgresql_where=migration.c.state == "running",
)

#: One instance of a batch and what became of it; `said` holds the sentences in both languages.
migration_item = sa.Table(
    "migration_item",
    metadata,
    sa.Column("migration_id", Big, sa.ForeignKey("migration.id"), nullable=False),
    sa.Column("n", sa.Integer, nullable=False),
    sa.Column("instance_id", Big, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("said", sa.Text, nullable=False),
    sa.Column("at", Big),
    sa.CheckConstraint("state in ('waiting','done','refused','gone')", name="state"),
    sa.PrimaryKeyConstraint("migration_id", "n", name="pk_migration_item"),
    sqlite_with_rowid=False,
)
sa.Index(
    "ix_migration_item_waiting",
    migration_item.c.migration_id,
    migration_item.c.n,
    sqlite_where=migration_item.c.state == "waiting",
    postgresql_where=migration_item.c.state == "waiting",
)
