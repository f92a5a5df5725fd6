"""What a form chose, by name: a choice stays readable after it can no longer be made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tasks import accounts
from tasks.forms.spec import Field, FormSpec
from tasks.forms.values import only_ids
from tasks.queries.case_page import case_head
from tasks.store import rows, tables
from tasks.store.conn import Connection
from tasks.store.tables_people import person

_TABLES = {"post": tables.post, "vacancy": tables.vacancy, "person": person}
_CHOSEN = ("user", "ref")


def chosen_names(conn: Connection, spec: FormSpec, values: Mapping[str, Any]) -> dict[str, str]:
    """Return the names behind the users and objects a form chose, also in its lists, by their ids as text."""
    return {value: _name(conn, field, int(value)) for field, value in _chosen(spec, values)}


def with_vacancy(conn: Connection, spec: FormSpec, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a form with employer and post of the vacancy it chose, where they were left empty."""
    offered = [field.name for field in spec if field.type == "ref" and field.of == "vacancy"]
    chosen = only_ids("vacancy", str(values.get(offered[0], ""))) if offered else None
    row = rows.first(conn, tables.vacancy, id=int(chosen)) if chosen else None
    told = {"employer": row["employer"], "post": row["name"]} if row is not None else {}
    empty = [name for name in told if name in spec.fields and not values.get(name)]
    return {**values, **{name: told[name] for name in empty}}


def _chosen(spec: FormSpec, values: Mapping[str, Any]) -> Iterator[tuple[Field, str]]:
    for field in spec:
        given = values.get(field.name)
        lines = given if field.type == "list" and isinstance(given, list) else ()
        cells = [(column, line.get(column.name)) for line in lines for column in field.item]
        for asked, value in [(field, given), *cells]:
            if asked.type in _CHOSEN and only_ids(asked.of, str(value)):
                yield asked, str(value)


def _name(conn: Connection, field: Field, key: int) -> str:
    if field.type == "user":
        return accounts.name_of(conn, key)
    if field.of == "case":
        head = case_head(conn, key)
        return f"{head.person_name} {head.case_no}" if head is not None else ""
    table = _TABLES.get(field.of)
    row = rows.first(conn, table, id=key) if table is not None else None
    return str(row["name"]) if row is not None else ""
