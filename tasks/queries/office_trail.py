"""The office's own trails, searched by person and period and read page by page; the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from engine.clock import SHANGHAI, to_us
from engine.store.tables import event
from tasks.office_trail import account
from tasks.queries.trail import Happened, events
from tasks.store.conn import Connection
from tasks.store.tables import trail_owner
from tasks.store.tables_org import user_account

PAGE = 50
_MOST_NAMED = 20
#: Written into the statement's own text, so that the indexes of these trails apply.
_LONG_LIVED = event.c.trail_id < sa.literal_column("100", sa.BigInteger)


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody looks for; days are civil dates of Asia/Shanghai, both included."""

    text: str = ""
    first: date | None = None
    last: date | None = None
    kinds: tuple[str, ...] = ()

    def terms(self) -> list[sa.ColumnElement[bool]]:
        """Return the conditions on time and kind."""
        terms: list[sa.ColumnElement[bool]] = []
        if self.first is not None:
            terms.append(event.c.at >= _midnight(self.first))
        if self.last is not None:
            terms.append(event.c.at < _midnight(self.last + timedelta(days=1)))
        if self.kinds:
            terms.append(event.c.kind.in_(self.kinds))
        return terms


def _midnight(day: date) -> int:
    return to_us(datetime.combine(day, time(), SHANGHAI))


def persons(conn: Connection, text: str) -> list[int]:
    """Return the accounts whose login name or name holds a text."""
    columns = (user_account.c.username, user_account.c.display_name)
    like = sa.or_(*(one.contains(text, autoescape=True) for one in columns))
    query = sa.select(user_account.c.id).where(like).order_by(user_account.c.username).limit(_MOST_NAMED)
    return list(conn.execute(query).scalars())


def page(
    conn: Connection, trail: int, search: Search, beyond: int | None = None, limit: int = PAGE
) -> list[Happened]:
    """Return one page of a trail before the event `beyond`; of a person: by him and to him."""
    terms = search.terms()
    if search.first or search.last:
        terms += _between(conn, trail, search)
    if not search.text:
        return events(conn, trail, newest_first=True, limit=limit, beyond=beyond, where=terms)
    found: dict[int, Happened] = {}
    for one in persons(conn, search.text):
        # one value at a time: the index then gives the order as well
        for which in (event.c.actor_id == one, event.c.element == account(one)):
            where = [*terms, _LONG_LIVED, which]
            rows = events(conn, trail, newest_first=True, limit=limit, beyond=beyond, where=where)
            found |= {row.seq: row for row in rows}
    return [found[seq] for seq in sorted(found, reverse=True)[:limit]]


def _between(conn: Connection, trail: int, search: Search) -> list[sa.ColumnElement[bool]]:
    """Return the span of numbers of a period: time never goes back within a trail, so halving finds it."""
    last = conn.execute(sa.select(sa.func.max(event.c.seq)).where(event.c.trail_id == trail)).scalar() or 0

    def first_from(us: int) -> int:
        low, high = 1, last + 1
        while low < high:
            middle = (low + high) // 2
            query = sa.select(event.c.at).where(event.c.trail_id == trail, event.c.seq >= middle)
            at = conn.execute(query.order_by(event.c.seq).limit(1)).scalar()
            low, high = (low, middle) if at is None or at >= us else (middle + 1, high)
        return low

    terms: list[sa.ColumnElement[bool]] = []
    if search.first is not None:
        terms.append(event.c.seq >= first_from(_midnight(search.first)))
    if search.last is not None:
        terms.append(event.c.seq < first_from(_midnight(search.last + timedelta(days=1))))
    return terms


def process_trails(conn: Connection) -> list[int]:
    """Return the trails of all processes' releases."""
    query = sa.select(trail_owner.c.trail_id).where(trail_owner.c.kind == "process")
    return list(conn.execute(query.order_by(trail_owner.c.trail_id)).scalars())


def releases(conn: Connection, search: Search, limit: int = 200) -> list[Happened]:
    """Return the latest events of all processes' releases: they are few, each process has its own trail."""
    found: list[Happened] = []
    for trail in process_trails(conn):
        found += events(conn, trail, newest_first=True, limit=limit, where=search.terms())
    return sorted(found, key=lambda one: (one.at, one.seq), reverse=True)[:limit]




def about(conn: Connection, trail: int, what: str, limit: int = 20) -> list[Happened]:
    """Return the latest events about one thing of the office (`ix_event_office_element`)."""
    where = [_LONG_LIVED, event.c.element == what]
    return events(conn, trail, newest_first=True, limit=limit, where=where)
