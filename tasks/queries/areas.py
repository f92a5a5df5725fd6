"""Conditions over area paths, and which pools a person draws work from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from engine.store.statements import Statement
from tasks.actor import Actor
from tasks.store.conn import Connection
from tasks.store.tables_org import unit

#: At which levels of the tree the work of a role lies.
POOL_LEVELS = {
    "community_staff": ("community",),
    "community_aide": ("community",),
    "street_staff": ("street",),
    "street_officer": ("street",),
    "district_staff": ("district",),
    "district_centre": ("district",),
    "district_expert": ("district",),
    "district_welfare": ("district",),
    "supervisor": ("street", "district"),
}
_DEPTH = {"city": 1, "district": 2, "street": 3, "community": 4}
#: A character after every digit and slash: `area >= p AND area < p + END` is "begins with p" by the index.
END = ":"


def depth(path: str) -> int:
    """Return how many units a path names."""
    return path.count("/") - 1


def under(column: sa.ColumnElement[str], areas: Sequence[str]) -> sa.ColumnElement[bool]:
    """Return the condition that a path lies in one of some areas, written so that an index serves it."""
    return sa.or_(
        sa.false(), *(sa.and_(column >= area, column < area + END) for area in outermost(areas))
    )


def outermost(areas: Sequence[str]) -> list[str]:
    """Return the areas that lie in no other of them."""
    unique = sorted(set(areas))
    return [area for area in unique if not any(area != other and area.startswith(other) for other in unique)]


def district_of(path: str) -> str:
    """Return the district's path of a path below it, or the path itself where it is no longer."""
    return "/".join(path.split("/")[:3]) + "/" if depth(path) > _DEPTH["district"] else path


def parent_of(path: str) -> str:
    """Return the path of the unit above."""
    return path.rstrip("/").rpartition("/")[0] + "/"


def chain_of(path: str) -> list[str]:
    """Return the paths from the top down to this one."""
    steps = path.strip("/").split("/")
    return ["/" + "/".join(steps[: n + 1]) + "/" for n in range(len(steps))]


def pools_of(conn: Connection, actor: Actor) -> tuple[tuple[str, str], ...]:
    """Return every (role, pool path) an actor draws work from, in a stable order."""
    pools: set[tuple[str, str]] = set()
    wider: dict[tuple[str, ...], set[tuple[str, str]]] = {}
    for role, area in actor.grants:
        levels = POOL_LEVELS.get(role, ())
        here = depth(area)
        pools.update((role, area) for level in levels if _DEPTH[level] == here)
        below = tuple(level for level in levels if _DEPTH[level] > here)
        if below:
            wider.setdefault(below, set()).add((role, area))
    for levels, grants in wider.items():
        paths = _paths(conn, levels, sorted({area for _role, area in grants}))
        pools.update((role, path) for role, area in grants for path in paths if path.startswith(area))
    return tuple(sorted(pools))


def _paths(conn: Connection, levels: Sequence[str], areas: Sequence[str]) -> list[str]:
    query = sa.select(unit.c.path).where(unit.c.level.in_(levels), under(unit.c.path, areas))
    return list(conn.execute(query).scalars())


def unit_names(conn: Connection, paths: Sequence[str]) -> dict[str, str]:
    """Return the names of some units by path (unique index on `unit.path`)."""
    if not paths:
        return {}
    query = sa.select(unit.c.path, unit.c.name).where(unit.c.path.in_(sorted(set(paths))))
    return {row[0]: row[1] for row in conn.execute(query)}


_UNITS = Statement(
    sa.select(unit.c.id, unit.c.level, unit.c.name, unit.c.path)
    .where(
        unit.c.active.is_(sa.true()), unit.c.path >= sa.bindparam("area"),
        unit.c.path < sa.bindparam("end"),
    )
    .order_by(unit.c.path)
)


def units_under(conn: Connection, areas: Sequence[str], level: str | None = None) -> list[dict[str, Any]]:
    """Return the units in use in some areas by path: id, level, name, path."""
    outer = outermost(areas)
    found = [
        {"id": row[0], "level": row[1], "name": row[2], "path": row[3]}
        for area in outer
        for row in _UNITS.run(conn, {"area": area, "end": area + END}).all()
    ]
    return [unit for unit in found if level is None or unit["level"] == level]


def offices_of(conn: Connection, area: str) -> list[int]:
    """Return the offices that issue papers about an area's people: streets and districts in it, or above."""
    inside = units_under(conn, [area])
    found = [unit["id"] for unit in inside if unit["level"] in ("street", "district")]
    if found:
        return found
    query = sa.select(unit.c.id).where(unit.c.path == parent_of(area))
    return list(conn.execute(query).scalars())
