"""Drafts of the studio: what a supervisor draws before it is a version."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.metadata import metadata

#: `rev` counts the saves; whoever saves names the one he saw. `definition_id`: submitted as this version.
draft = sa.Table(
    "draft",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("base_id", sa.BigInteger),
    sa.Column("xml", sa.Text, nullable=False),
    sa.Column("annex", sa.Text, nullable=False, server_default="{}"),
    sa.Column("rev", sa.Integer, nullable=False),
    sa.Column("made_by", sa.BigInteger),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("saved_by", sa.BigInteger),
    sa.Column("saved_at", sa.BigInteger, nullable=False),
    sa.Column("definition_id", sa.BigInteger, unique=True),
)
sa.Index("ix_draft_key", draft.c.key)
