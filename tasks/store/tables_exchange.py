"""What is sent to outside systems, and what came back."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.metadata import metadata

Big = sa.BigInteger

#: One record sent to one system for one task. What was sent is not kept a second time: it is in the case.
exchange = sa.Table(
    "exchange",
    metadata,
    sa.Column("id", Big, primary_key=True, autoincrement=False),
    sa.Column("system", sa.Text, nullable=False),
    sa.Column("element", sa.Text, nullable=False),
    sa.Column("instance_id", Big, nullable=False),
    sa.Column("token", Big, nullable=False),
    sa.Column("trail_id", Big, nullable=False),
    sa.Column("area", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("asked_at", Big, nullable=False),
    sa.Column("sent_at", Big),
    sa.Column("answered_at", Big),
    sa.Column("answered_on", sa.Text),
    sa.Column("number", sa.Text),
    #: How often it was sent anew after a refusal.
    sa.Column("again", sa.Integer, nullable=False, server_default="0"),
    sa.Column("reason", sa.Text),
    #: The completed task whose answers it tells; empty where it went out as its task opened.
    sa.Column("told_task", Big),
    sa.CheckConstraint("state in ('waiting','accepted','refused','dead','by_hand')", name="state"),
)
sa.Index("ix_exchange_task", exchange.c.instance_id, exchange.c.element)
sa.Index("ix_exchange_system", exchange.c.system, exchange.c.state, exchange.c.id)

#: How far a list of a system has been fetched.
feed = sa.Table(
    "exchange_feed",
    metadata,
    sa.Column("system", sa.Text, primary_key=True),
    sa.Column("cursor", sa.Text, nullable=False),
    sa.Column("fetched_at", Big, nullable=False),
    sa.Column("taken", sa.Integer, nullable=False),
    sa.Column("problem", sa.Text, nullable=False),
)
