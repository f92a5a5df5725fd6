"""What a trail belongs to, and who may read it, uncover what is personal in it, and take it along.

A case, a person outside any case and a matter are read by the area they lie in. The releases of a process lie
in none. The office's own trails, and what auditors read, are for the audit administrator alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.store.tables import instance
from tasks.access import Subject, allowed, authorize
from tasks.actor import Actor
from tasks.store.conn import Connection
from tasks.store.tables import case, process_context, trail_owner
from tasks.store.tables_org import unit
from tasks.store.tables_people import person

#: Trails that tell of people, by area; a reason uncovers them.
PERSONAL = frozenset({"case", "person", "matter"})
#: What a reader wants of a trail -> the actions of the table of rights he needs.
_OF_PEOPLE: Mapping[str, tuple[str, ...]] = {
    "read": ("view_audit",), "uncover": ("unmask",), "take": ("export_audit", "unmask"),
}  # fmt: skip
_OF_PROCESS: Mapping[str, tuple[str, ...]] = {"read": ("verify_audit",), "take": ("verify_audit",)}
_OFFICE: Mapping[str, tuple[str, ...]] = {"read": ("view_office_trail",), "take": ("view_office_trail",)}


@dataclass(frozen=True, slots=True)
class Owner:
    """What a trail belongs to. `person_id` is the person it is about, `reader` the account that read."""

    trail_id: int
    kind: str
    area: str
    person_id: int | None = None
    process_key: str | None = None
    matter: str | None = None
    reader: int | None = None

    @property
    def personal(self) -> bool:
        """Tell whether it tells of people."""
        return self.kind in PERSONAL

    def rights(self, wanted: str) -> tuple[str, ...]:
        """Return the actions somebody needs; empty where nobody may."""
        needed = _OF_PEOPLE if self.personal else _OF_PROCESS if self.kind == "process" else _OFFICE
        return needed.get(wanted, ())


def may(actor: Actor, owner: Owner, wanted: str) -> bool:
    """Tell whether somebody may `read`, `uncover` or `take` a trail."""
    needed = owner.rights(wanted)
    return bool(needed) and all(allowed(actor, one, Subject(owner.area)) for one in needed)


def require(actor: Actor, owner: Owner, wanted: str) -> None:
    """Refuse who may not; raise NotFound, NotCandidate or OutOfArea."""
    for one in owner.rights(wanted):
        authorize(actor, one, Subject(owner.area))


def owner_of(conn: Connection, trail_id: int) -> Owner | None:
    """Return what a trail belongs to (primary key), None for one that does not exist."""
    o = trail_owner.c
    query = sa.select(o.kind, o.person_id, o.process_key, o.matter).where(o.trail_id == trail_id)
    row = conn.execute(query).first()
    if row is None:
        return None
    kind, person_id, process_key, matter = row
    if kind not in PERSONAL:
        return Owner(trail_id, kind, "/", process_key=process_key, reader=person_id)
    return Owner(trail_id, kind, _area(conn, trail_id, *row), person_id, matter=matter)


def _area(
    conn: Connection, trail_id: int, kind: str, person_id: int | None, _key: Any, matter: str | None
) -> str:
    """Return the area path of a case, a person or a matter; empty, out of everybody's reach, without one."""
    if kind == "case":
        query = sa.select(case.c.area).where(case.c.id == trail_id)
    elif kind == "person":
        query = sa.select(person.c.area).where(person.c.id == person_id)
    else:
        query = (
            sa.select(process_context.c.area)
            .join(instance, instance.c.id == process_context.c.instance_id)
            .where(instance.c.trail_id == trail_id)
            .order_by(instance.c.started_at.desc())
            .limit(1)
        )
        kind_of, _, number = (matter or "").partition(":")
        if kind_of == "unit" and number.isdigit():
            query = sa.select(unit.c.path).where(unit.c.id == int(number))
    return conn.execute(query).scalar() or ""


def of_persons(conn: Connection, persons: Sequence[int]) -> list[Owner]:
    """Return the trails of persons that are no case's (`ix_trail_owner_person`)."""
    o = trail_owner.c
    query = (
        sa.select(o.trail_id)
        .where(o.person_id.in_(persons), o.kind.in_(("person", "matter")))
        .order_by(o.person_id, o.trail_id)
    )
    found = (owner_of(conn, trail_id) for trail_id in conn.execute(query).scalars())
    return [owner for owner in found if owner is not None]


def of_processes(conn: Connection) -> list[Owner]:
    """Return the trails of all processes' releases."""
    o = trail_owner.c
    query = sa.select(o.trail_id, o.process_key).where(o.kind == "process").order_by(o.process_key)
    return [Owner(row[0], "process", "/", process_key=row[1]) for row in conn.execute(query)]


def of_office(conn: Connection) -> list[Owner]:
    """Return the office's own trails, those of readers last."""
    o = trail_owner.c
    kinds = ("administration", "access", "reader")
    query = sa.select(o.trail_id, o.kind, o.person_id).where(o.kind.in_(kinds)).order_by(o.trail_id)
    return [Owner(row[0], row[1], "/", reader=row[2]) for row in conn.execute(query)]
