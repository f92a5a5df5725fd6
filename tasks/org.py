"""The tree of offices: 市 / 区 / 街道 / 社区. A unit's path is the ids from the top, `/1/4/9/`."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import NotFound
from tasks.store import org as store
from tasks.store.conn import Connection, RowMapping

LEVELS = ("city", "district", "street", "community")
DEFAULT_CITY = "北京市"


@dataclass(frozen=True, slots=True)
class Unit:
    """One office."""

    id: int
    parent_id: int | None
    level: str
    name: str
    path: str
    active: bool


def _unit(row: RowMapping) -> Unit:
    return Unit(row["id"], row["parent_id"], row["level"], row["name"], row["path"], bool(row["active"]))


def ensure_unit(
    conn: Connection,
    district: str,
    street: str | None = None,
    community: str | None = None,
    city: str = DEFAULT_CITY,
) -> Unit:
    """Return the lowest unit named, making it and its ancestors where they are missing."""
    if community is not None and street is None:
        raise ValueError("a community needs its street")
    found = ensure_city(conn, city)
    for level, name in zip(LEVELS[1:], (district, street, community), strict=True):
        if name is None:
            break
        found = _ensure_child(conn, found, level, name)
    return found


def ensure_city(conn: Connection, city: str = DEFAULT_CITY) -> Unit:
    """Return the city, the top of the tree, making it where it is missing."""
    return _ensure_child(conn, None, "city", city)


def _ensure_child(conn: Connection, parent: Unit | None, level: str, name: str) -> Unit:
    parent_id = parent.id if parent else None
    row = store.child_named(conn, parent_id, name)
    return _unit(row) if row is not None else child(conn, parent, level, name)


def child(conn: Connection, parent: Unit | None, level: str, name: str) -> Unit:
    """Make a unit under another (a city: under none); the database refuses a name that is taken there."""
    unit_id = store.next_unit_id(conn)
    parent_id = parent.id if parent else None
    path = f"{parent.path if parent else '/'}{unit_id}/"
    store.insert_unit(conn, unit_id, parent_id, level, name, path)
    return Unit(unit_id, parent_id, level, name, path, True)


def get_unit(conn: Connection, unit_id: int) -> Unit:
    """Return a unit; raise NotFound."""
    row = store.unit_by_id(conn, unit_id)
    if row is None:
        raise NotFound
    return _unit(row)


def unit_of_path(conn: Connection, path: str) -> Unit:
    """Return the unit that has this path; raise NotFound."""
    row = store.unit_by_path(conn, path)
    if row is None:
        raise NotFound
    return _unit(row)


def find_units(conn: Connection, name: str, level: str | None = None) -> list[Unit]:
    """Return every unit of this exact name (two streets may each have a community of one name)."""
    return [_unit(row) for row in store.units_named(conn, name, level)]


def prefixes(path: str) -> list[str]:
    """Return the paths from the top down to this one: `/1/`, `/1/4/` … (no query)."""
    steps = path.strip("/").split("/")
    return ["/" + "/".join(steps[: n + 1]) + "/" for n in range(len(steps))]


def path_at(path: str, level: str) -> str:
    """Return the part of a path that is its ancestor at a level; raise ValueError when it is higher up."""
    chain = prefixes(path)
    depth = LEVELS.index(level)
    if depth >= len(chain):
        raise ValueError(f"{path} lies above the {level} level")
    return chain[depth]


def ancestors(conn: Connection, path: str) -> list[Unit]:
    """Return the units from the city down to the unit of the path, itself included."""
    return [_unit(row) for row in store.units_at(conn, prefixes(path))]


def ancestor_at(conn: Connection, path: str, level: str) -> Unit:
    """Return the ancestor (or the unit itself) at a level; raise NotFound."""
    return unit_of_path(conn, path_at(path, level))


def children(conn: Connection, unit_id: int) -> list[Unit]:
    """Return the units in use directly under a unit."""
    return [_unit(row) for row in store.children_of(conn, unit_id)]


def below(conn: Connection, path: str, level: str | None = None) -> list[Unit]:
    """Return the units in use under a path, itself included; of one level where it is given."""
    return [_unit(row) for row in store.units_below(conn, path, level)]


def full_name(conn: Connection, path: str, above: str = "district") -> str:
    """Return the names from a level down, joined: 顺义区仁和镇河南村."""
    start = LEVELS.index(above)
    return "".join(unit.name for unit in ancestors(conn, path) if LEVELS.index(unit.level) >= start)
