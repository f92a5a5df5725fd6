"""The names behind what a form recorded, also of what is no longer offered: a post closed since, say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tasks.forms.spec import Field, FormSpec
from tasks.queries.names import object_names, user_names
from tasks.store.conn import Connection

Offered = Mapping[str, Sequence[tuple[str, str]]]


def names_for(
    conn: Connection, spec: FormSpec, values: Mapping[str, Any], offered: Offered
) -> dict[str, list[tuple[str, str]]]:
    """Return what is offered, and what a form recorded besides, each as (id, name)."""
    found = {of: list(choices) for of, choices in offered.items()}
    missing: dict[tuple[str, str], set[int]] = {}
    for one, value in _chosen(spec, values):
        known = {key for key, _name in found.get(one.of, ())}
        if str(value) not in known and str(value).isdecimal():
            missing.setdefault((one.type, one.of), set()).add(int(value))
    for (kind, of), ids in missing.items():
        names = user_names(conn, ids) if kind == "user" else object_names(conn, of, ids)
        found.setdefault(of, []).extend((str(key), name) for key, name in names.items())
    return found


def _chosen(spec: FormSpec, values: Mapping[str, Any]) -> Iterator[tuple[Field, Any]]:
    for one in spec:
        value = values.get(one.name)
        if one.type in ("user", "ref") and value not in (None, ""):
            yield one, value
        elif one.type == "list" and isinstance(value, Sequence):
            for row in value:
                for column in one.item:
                    if column.type in ("user", "ref") and row.get(column.name) not in (None, ""):
                        yield column, row[column.name]
