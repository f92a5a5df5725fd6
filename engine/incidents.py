"""Incidents: what a person must repair, and jobs that ended dead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from engine.clock import to_us
from engine.codec import dumps
from engine.ids import new_id
from engine.store.tables import incident
from engine.unit import Unit


def open_incident(
    unit: Unit, kind: str, detail: str, *, trail_id: int | None = None, instance_id: int | None = None,
    element: str | None = None, data: Mapping[str, Any] | None = None,
) -> int:  # fmt: skip
    """Record that something failed; the same open failure is recorded once. Returns the incident's id."""
    same = unit.conn.execute(
        sa.select(incident.c.id).where(
            incident.c.state == "open",
            incident.c.instance_id == instance_id,
            incident.c.element == element,
            incident.c.kind == kind,
        )
    ).scalar()
    if same is not None and instance_id is not None:
        unit.conn.execute(sa.update(incident).where(incident.c.id == same).values(detail=detail))
        return int(same)
    made = new_id()
    unit.conn.execute(
        incident.insert().values(
            id=made, trail_id=trail_id, instance_id=instance_id, element=element, kind=kind, detail=detail,
            data=dumps(dict(data or {})), state="open", opened_at=to_us(unit.now),
        )
    )  # fmt: skip
    if trail_id is not None:
        facts = {"incident": str(made), "kind": kind}
        fact = unit.emit(trail_id, "IncidentOpened", element=element, data=facts)
        fact.instance_id = instance_id
    return made


def resolve(unit: Unit, incident_id: int, kind: str = "IncidentResolved") -> None:
    """Close an incident after its cause is gone."""
    row = unit.conn.execute(sa.select(incident).where(incident.c.id == incident_id)).first()
    if row is None or row.state != "open":
        return
    unit.conn.execute(
        sa.update(incident)
        .where(incident.c.id == incident_id)
        .values(state="resolved", resolved_at=to_us(unit.now), resolved_by=unit.by.id)
    )
    if row.trail_id is not None:
        fact = unit.emit(row.trail_id, kind, element=row.element, data={"incident": str(incident_id)})
        fact.instance_id = row.instance_id
