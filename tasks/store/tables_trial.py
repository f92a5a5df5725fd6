"""Trials: scenarios run against a draft before it is released."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.metadata import metadata

Big = sa.BigInteger

#: One run. It keeps the very source it tried; `results` and `coverage` are JSON and grow as it goes.
trial = sa.Table(
    "trial",
    metadata,
    sa.Column("id", Big, primary_key=True, autoincrement=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("draft_id", Big),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("xml", sa.Text, nullable=False),
    sa.Column("annex", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("total", sa.Integer, nullable=False),
    sa.Column("results", sa.Text, nullable=False),
    sa.Column("coverage", sa.Text, nullable=False),
    sa.Column("problem", sa.Text, nullable=False),
    sa.Column("started_at", Big, nullable=False),
    sa.Column("started_by", Big),
    sa.Column("beat_at", Big, nullable=False),
    sa.CheckConstraint("state in ('running','done','failed')", name="state"),
)
sa.Index("ix_trial_draft", trial.c.draft_id, trial.c.id)
