"""The history of a trail, as pages and the audit read it (primary key of `event`)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.codec import mapping
from engine.retrace import former_version
from engine.store.tables import MIGRATED, definition, event, instance
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
        return mapping(self.data_json)


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
        # a supervisor's is never quiet; the machine's own names no element
        by_hand = sa.and_(e.kind == "TokenMoved", e.element.is_not(None))
        query = query.where(sa.or_(e.kind.not_in(sorted(without)), by_hand))
    if beyond is not None:
        query = query.where(e.seq < beyond if newest_first else e.seq > beyond)
    query = query.order_by(e.seq.desc() if newest_first else e.seq).limit(limit)
    return _under_their_versions(conn, trail_id, each(conn, query, Happened))


def _under_their_versions(conn: Connection, trail_id: int, found: list[Happened]) -> list[Happened]:
    """Let what happened before an instance was migrated belong to the version it ran then."""
    before = left(conn, trail_id)
    return [_at_its_time(one, before.get(one.instance_id or 0, ())) for one in found]


def _at_its_time(one: Happened, migrated: Sequence[Left]) -> Happened:
    version = next((left.definition_id for left in migrated if one.seq < left.seq), None)
    return one if version is None else replace(one, definition_id=version)


class Left(NamedTuple):
    """A version that an instance ran until the event of its migration."""

    seq: int
    definition_id: int
    version: int
    name: str
    digest: str
    at: int = 0  #: when, microseconds UTC


def left(conn: Connection, trail_id: int) -> dict[int, list[Left]]:
    """Return the versions that the instances of a trail left, in order, by instance.

    An event that names no version there is tells of none.
    """
    e, d = event.c, definition.c
    query = sa.select(e.instance_id, e.seq, e.data, e.at).where(
        e.trail_id == trail_id, e.kind == sa.literal_column(f"'{MIGRATED}'"), e.instance_id.is_not(None)
    )
    rows = conn.execute(query.order_by(e.seq))
    told = [(row[0], row[1], former_version(mapping(row[2])), row[3]) for row in rows]
    if not told:
        return {}
    named = {former for _instance, _seq, former, _at in told}
    versions = sa.select(d.id, d.version, d.name, d.digest).where(d.id.in_(named))
    known = {row[0]: row for row in conn.execute(versions)}
    found: dict[int, list[Left]] = {}
    for instance_id, seq, former, at in told:
        if former in known:
            found.setdefault(instance_id, []).append(Left(seq, *known[former], at))
    return found
