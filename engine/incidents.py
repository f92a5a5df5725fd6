"""Incidents: what a person must repair, and jobs that ended dead."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from engine.clock import to_us
from engine.codec import dumps, loads
from engine.ids import new_id
from engine.store import incidents as store
from engine.unit import Unit


def open_incident(
    unit: Unit, kind: str, detail: str, *, trail_id: int | None = None, instance_id: int | None = None,
    element: str | None = None, data: Mapping[str, Any] | None = None, same: Collection[str] = (),
) -> int:  # fmt: skip
    """Record that something failed; the same open failure is recorded once. Returns the incident's id.

    Failures are the same at one place, where also what `same` names of their data is equal.
    """
    kept = dict(data or {})
    for known, text in store.open_of(unit.conn, trail_id, instance_id, element, kind):
        before = loads(text)
        if all(before.get(name) == kept.get(name) for name in same):
            store.set_detail(unit.conn, known, detail, dumps(kept), element)
            return known
    made = new_id()
    store.add(
        unit.conn,
        {
            "id": made, "trail_id": trail_id, "instance_id": instance_id, "element": element, "kind": kind,
            "detail": detail, "data": dumps(kept), "opened_at": to_us(unit.now),
        },
    )  # fmt: skip
    if trail_id is not None:
        facts = {"incident": str(made), "kind": kind}
        fact = unit.emit(trail_id, "IncidentOpened", element=element, data=facts)
        fact.instance_id = instance_id
    return made


def resolve(unit: Unit, incident_id: int, kind: str = "IncidentResolved") -> None:
    """Close an incident after its cause is gone; a closed one is left alone."""
    row = store.read(unit.conn, incident_id)
    if row is None or row.state != "open":
        return
    store.resolve(unit.conn, incident_id, to_us(unit.now), unit.by.id)
    if row.trail_id is not None:
        fact = unit.emit(row.trail_id, kind, element=row.element, data={"incident": str(incident_id)})
        fact.instance_id = row.instance_id


def fail_again(unit: Unit, incident_id: int, detail: str, element: str | None = None) -> None:
    """Say in an open incident, and on its trail, that another try failed, why, and where if elsewhere."""
    row = store.read(unit.conn, incident_id)
    if row is None or row.state != "open":
        return
    place = element or row.element
    store.set_detail(unit.conn, incident_id, detail, None, place)
    if row.trail_id is not None:
        fact = unit.emit(row.trail_id, "IncidentStays", element=place, data={"incident": str(incident_id)})
        fact.instance_id = row.instance_id
