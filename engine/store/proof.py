"""Queries of seals and of verification: heads of chains, and whole tables read as a stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.store.tables import definition, event, event_payload, instance, seal, trail

_STREAM = {"yield_per": 2_000}
#: Any number, the same in every process: who holds it seals.
_SEALING = 595_002


class Head(NamedTuple):
    """The last event of a trail."""

    trail_id: int
    seq: int
    hash: bytes


class SealRow(NamedTuple):
    """One seal as stored."""

    n: int
    at: int
    trails: int
    events: int
    root: bytes
    previous: bytes
    mac: bytes


class StateRow(NamedTuple):
    """What the HMAC of a state binds, and the HMAC."""

    id: int
    trail_id: int
    definition_id: int
    status: str
    rev: int
    state: str
    mac: bytes


def one_snapshot(conn: sa.Connection) -> None:
    """Let a reader that has not begun yet see one moment, however long it reads."""
    if conn.dialect.name == "postgresql" and not conn.in_transaction():
        conn.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def heads(conn: sa.Connection) -> Iterator[Head]:
    """Yield the head of every trail that has events, by trail."""
    return (head for head, _at in heads_and_moments(conn))


def heads_and_moments(conn: sa.Connection) -> Iterator[tuple[Head, int]]:
    """Yield the head of every trail that has events with its moment, by trail."""
    last = (
        sa.select(sa.func.max(event.c.seq))
        .where(event.c.trail_id == trail.c.id)
        .correlate(trail)
        .scalar_subquery()
    )
    query = (
        sa.select(event.c.trail_id, event.c.seq, event.c.hash, event.c.at)
        .select_from(trail.join(event, sa.and_(event.c.trail_id == trail.c.id, event.c.seq == last)))
        .order_by(trail.c.id)
    )
    for row in conn.execute(query, execution_options=_STREAM):
        yield Head(row[0], row[1], bytes(row[2])), row[3]


def heads_at(conn: sa.Connection, at: int) -> Iterator[Head]:
    """Yield the head every trail had at a moment, by trail."""
    then = sa.select(event.c.trail_id, sa.func.max(event.c.seq).label("seq")).where(event.c.at <= at)
    last = then.group_by(event.c.trail_id).subquery()
    query = (
        sa.select(event.c.trail_id, event.c.seq, event.c.hash)
        .join(last, sa.and_(event.c.trail_id == last.c.trail_id, event.c.seq == last.c.seq))
        .order_by(event.c.trail_id)
    )
    for row in conn.execute(query, execution_options=_STREAM):
        yield Head(row[0], row[1], bytes(row[2]))


def lock_seals(conn: sa.Connection) -> None:
    """Let one worker seal at a time; SQLite has one writer anyway."""
    if conn.dialect.name == "postgresql":
        conn.execute(sa.select(sa.func.pg_advisory_xact_lock(_SEALING)))


def last_seal(conn: sa.Connection) -> SealRow | None:
    """Return the latest seal."""
    found = conn.execute(sa.select(seal).order_by(seal.c.n.desc()).limit(1)).first()
    return None if found is None else _seal(found)


def seal_of(conn: sa.Connection, number: int) -> SealRow | None:
    """Return a seal by its number."""
    found = conn.execute(sa.select(seal).where(seal.c.n == number)).first()
    return None if found is None else _seal(found)


def seals(conn: sa.Connection) -> Iterator[SealRow]:
    """Yield every seal in order."""
    for row in conn.execute(sa.select(seal).order_by(seal.c.n), execution_options=_STREAM):
        yield _seal(row)


def _seal(row: Any) -> SealRow:
    return SealRow(*row[:4], *(_bytes(value) for value in row[4:]))


def _bytes(value: Any) -> bytes:
    """Return what a column of bytes holds, also where somebody wrote text into it."""
    return value.encode() if isinstance(value, str) else bytes(value)


def add_seal(conn: sa.Connection, row: SealRow) -> None:
    """Store a seal."""
    conn.execute(seal.insert().values(**row._asdict()))


def events(conn: sa.Connection, trail_id: int | None = None) -> Iterator[Mapping[str, Any]]:
    """Yield every event by trail and number, or those of one trail."""
    query = sa.select(event).order_by(event.c.trail_id, event.c.seq)
    if trail_id is not None:
        query = query.where(event.c.trail_id == trail_id)
    names = [column.name for column in event.c]
    for row in conn.execute(query, execution_options=_STREAM):
        yield dict(zip(names, row, strict=True))


def payloads(conn: sa.Connection, trail_id: int | None = None) -> Iterator[tuple[int, int, str | None]]:
    """Yield (trail, number, text or None when it was erased) of every payload, by trail and number."""
    query = sa.select(event_payload).order_by(event_payload.c.trail_id, event_payload.c.seq)
    if trail_id is not None:
        query = query.where(event_payload.c.trail_id == trail_id)
    for row in conn.execute(query, execution_options=_STREAM):
        yield row[0], row[1], row[2]


def states(conn: sa.Connection, trail_id: int | None = None) -> Iterator[StateRow]:
    """Yield the state of every instance, or of those of one trail."""
    query = sa.select(
        instance.c.id, instance.c.trail_id, instance.c.definition_id, instance.c.status, instance.c.rev,
        instance.c.state, instance.c.mac,
    )  # fmt: skip
    if trail_id is not None:
        query = query.where(instance.c.trail_id == trail_id)
    for row in conn.execute(query, execution_options=_STREAM):
        yield StateRow(*row[:6], _bytes(row[6]))


def definitions(conn: sa.Connection) -> list[tuple[str, int, str, str, str]]:
    """Return (process, version, digest, XML, annex) of every version."""
    d = definition.c
    query = sa.select(d.key, d.version, d.digest, d.xml, d.annex)
    return [(row[0], row[1], row[2], row[3], row[4]) for row in conn.execute(query)]
