"""The history of a trail, as pages and the audit read it (primary key of `event`)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.codec import loads
from engine.store.tables import event, instance
from tasks.queries.rows import each
from tasks.store.conn import Connection
from tasks.store.tables_org import user_account


@dataclass(frozen=True, slots=True)
class Happened:
    """One event with the names a person needs to read it."""

    seq: int
    at: int
    kind: str
    instance_id: int | None
    process_id: str | None
    element: str | None
    actor_id: int | None
    actor: str | None
    role: str | None
    origin: str | None
    data_json: str
    definition_id: int | None
    hash: bytes

    @property
    def data(self) -> dict[str, Any]:
        """Return what the event carries."""
        return dict(loads(self.data_json))


def events(
    conn: Connection,
    trail_id: int,
    *,
    newest_first: bool = False,
    limit: int = 200,
    beyond: int | None = None,
    instance_id: int | None = None,
    without: Collection[str] = (),
    where: Collection[sa.ColumnElement[bool]] = (),
) -> list[Happened]:
    """Return events of a trail in order; `beyond` is the sequence number at which the last page ended."""
    e = event.c
    query = (
        sa.select(
            e.seq, e.at, e.kind, e.instance_id, instance.c.process_id, e.element, e.actor_id,
            user_account.c.display_name, e.role, e.origin, e.data, instance.c.definition_id, e.hash,
        )
        .select_from(
            event.outerjoin(instance, instance.c.id == e.instance_id).outerjoin(
                user_account, user_account.c.id == e.actor_id
            )
        )
        .where(e.trail_id == trail_id, *where)
    )
    if instance_id is not None:
        query = query.where(e.instance_id == instance_id)
    if without:
        query = query.where(e.kind.not_in(sorted(without)))
    if beyond is not None:
        query = query.where(e.seq < beyond if newest_first else e.seq > beyond)
    query = query.order_by(e.seq.desc() if newest_first else e.seq).limit(limit)
    return each(conn, query, Happened)
