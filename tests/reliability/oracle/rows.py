"""Everything the oracle looks at, read in one snapshot."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from lxml import etree

from engine.store.metadata import metadata

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
TABLES = (
    "trail", "event", "definition", "instance", "user_task", "timer", "subscription", "message", "incident",
    "case_file", "trail_owner", "process_context", "form_data", "deadline", "duty", "duty_window",
    "referral", "hand_over", "welfare_post", "placement", "paper", "number_series", "notice",
    "user_account", "role_grant", "person",
)  # fmt: skip

Row = dict[str, Any]


@dataclass(frozen=True)
class Shape:
    """What of a diagram decides how a token rests on each element."""

    people: frozenset[str]
    timers: frozenset[str]
    #: element -> names it waits for
    waits: dict[str, frozenset[str]]
    calls: frozenset[str]


@dataclass
class Rows:
    """All rows by table, and what is asked of them more than once."""

    tables: dict[str, list[Row]] = field(default_factory=dict)

    def __getitem__(self, table: str) -> list[Row]:
        """Return the rows of a table."""
        return self.tables.get(table, [])

    def by(self, table: str, *columns: str) -> dict[Any, list[Row]]:
        """Return the rows of a table by the value of one column, or of several."""
        found: dict[Any, list[Row]] = {}
        for row in self[table]:
            key = row[columns[0]] if len(columns) == 1 else tuple(row[name] for name in columns)
            found.setdefault(key, []).append(row)
        return found

    @cached_property
    def events(self) -> dict[int, list[Row]]:
        """Return the events of each trail in order, their data decoded under `facts`."""
        for row in self["event"]:
            row["facts"] = json.loads(row["data"])
        found = self.by("event", "trail_id")
        for rows in found.values():
            rows.sort(key=lambda row: row["seq"])
        return found

    @cached_property
    def in_order(self) -> list[Row]:
        """Return all events, trail by trail."""
        return [row for rows in self.events.values() for row in rows]

    def of_kind(self, *kinds: str) -> list[Row]:
        """Return the events of some kinds."""
        return [row for row in self.in_order if row["kind"] in kinds]

    @cached_property
    def shapes(self) -> dict[int, Shape]:
        """Return the shape of each definition, read from its own text."""
        return {row["id"]: _shape(row["xml"], row["key"]) for row in self["definition"]}


def read_all(conn: sa.Connection) -> Rows:
    """Read every table the oracle knows and this installation has."""
    if conn.dialect.name == "postgresql":
        conn.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    rows = Rows()
    for name in TABLES:
        table = metadata.tables.get(name)
        if table is not None:
            rows.tables[name] = [dict(row) for row in conn.execute(sa.select(table)).mappings()]
    return rows


def _shape(xml: str, process_id: str) -> Shape:
    root = etree.fromstring(xml.encode())
    names = {str(item.get("id")): str(item.get("name")) for item in root if item.get("id")}
    process = next(item for item in root.iter(f"{BPMN}process") if item.get("id") == process_id)
    people, timers, calls = set(), set(), set()
    waits: dict[str, frozenset[str]] = {}
    for item in process.iter():
        tag = etree.QName(item).localname if isinstance(item.tag, str) else ""
        item_id = str(item.get("id"))
        if tag in ("userTask", "manualTask"):
            people.add(item_id)
        elif tag == "callActivity":
            calls.add(item_id)
        if item.find(f"{BPMN}timerEventDefinition") is not None:
            timers.add(item_id)
        referred = [
            names.get(ref, ref)
            for kind in ("message", "signal")
            for found in item.findall(f"{BPMN}{kind}EventDefinition")
            if (ref := found.get(f"{kind}Ref"))
        ]
        if tag == "receiveTask" and item.get("messageRef"):
            referred.append(names[str(item.get("messageRef"))])
        if referred:
            waits[item_id] = frozenset(referred)
    return Shape(frozenset(people), frozenset(timers), waits, frozenset(calls))
