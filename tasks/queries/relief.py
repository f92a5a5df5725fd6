"""People on file who receive basic-living assistance and have work now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.codec import loads
from tasks.queries.areas import under
from tasks.store.conn import Connection
from tasks.store.tables import employment
from tasks.store.tables_people import person

#: Facts by which somebody receives assistance.
_FACTS = ("receives_dibao", "low_income")


class Recipient(NamedTuple):
    """A person with assistance and the work he has now."""

    person_id: int
    name: str
    area: str
    facts: Mapping[str, Any]
    kind: str
    employer: str | None
    employed_on: str
    registered_on: str | None


def employed_recipients(conn: Connection, area: str) -> list[Recipient]:
    """Return who of an area receives assistance and works, the latest work first."""
    p, e = person.c, employment.c
    query = (
        sa.select(p.id, p.name, p.area, p.facts, e.kind, e.employer, e.employed_on, e.registered_on)
        .join(employment, e.person_id == p.id)
        .where(e.lost_on.is_(None), under(p.area, [area]))
        .where(sa.or_(*(p.facts.contains(f'"{name}":true') for name in _FACTS)))
        .order_by(e.employed_on.desc(), p.id)
    )
    found = (Recipient(*row[:3], loads(row[3]), *row[4:]) for row in conn.execute(query))
    return [one for one in found if any(one.facts.get(name) for name in _FACTS)]
