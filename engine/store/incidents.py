"""Queries over incidents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.store.tables import incident


class Stored(NamedTuple):
    """Where an incident belongs, and whether it is open."""

    state: str
    trail_id: int | None
    instance_id: int | None
    element: str | None


def open_of(
    conn: sa.Connection, trail_id: int | None, instance_id: int | None, element: str | None, kind: str
) -> list[tuple[int, str]]:
    """Return the open incidents of the same kind at the same place: id and data."""
    place = {"trail_id": trail_id, "instance_id": instance_id, "element": element}
    found = conn.execute(
        sa.select(incident.c.id, incident.c.data).where(
            incident.c.state == "open",
            incident.c.kind == kind,
            *(incident.c[name].is_not_distinct_from(value) for name, value in place.items()),
        )
    )
    return [(row[0], row[1]) for row in found]


def open_at(conn: sa.Connection, kind: str, element: str) -> list[int]:
    """Return the open incidents of a kind that belong to no instance, at a place (a machine)."""
    query = sa.select(incident.c.id).where(
        incident.c.state == "open",
        incident.c.instance_id.is_(None),
        incident.c.kind == kind,
        incident.c.element == element,
    )
    return [int(row[0]) for row in conn.execute(query)]


def set_detail(
    conn: sa.Connection, incident_id: int, detail: str, data: str | None, element: str | None
) -> None:
    """Replace what an incident says, where it failed, and what is kept of it (None: as before)."""
    changed = {"detail": detail, "element": element} | ({} if data is None else {"data": data})
    conn.execute(sa.update(incident).where(incident.c.id == incident_id).values(**changed))


def add(conn: sa.Connection, row: Mapping[str, Any]) -> None:
    """Store an open incident."""
    conn.execute(incident.insert().values(**row, state="open"))


def read(conn: sa.Connection, incident_id: int) -> Stored | None:
    """Return one incident, locked."""
    found = conn.execute(
        sa.select(incident.c.state, incident.c.trail_id, incident.c.instance_id, incident.c.element)
        .where(incident.c.id == incident_id)
        .with_for_update()
    ).first()
    return None if found is None else Stored(*found)


def resolve(conn: sa.Connection, incident_id: int, now_us: int, by: int | None) -> None:
    """Close an incident."""
    conn.execute(
        sa.update(incident)
        .where(incident.c.id == incident_id)
        .values(state="resolved", resolved_at=now_us, resolved_by=by)
    )
