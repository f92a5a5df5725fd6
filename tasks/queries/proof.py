"""Whether what the trail tells of still is what it told: forms and papers, held by the hashes in events.

The chain itself is `engine.verify`; together they are what the page, the command and the bundle verify.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from engine.codec import canonical, mapping
from engine.store.tables import event
from engine.verify import Report, verify
from tasks.crypto import Keys
from tasks.store.conn import Connection
from tasks.store.tables import form_data, trail_owner
from tasks.store.tables_people import paper
from tasks.store.tables_registers import register_month

_STREAM = {"yield_per": 2_000}


def prove(
    conn: Connection, keys: Keys, checkpoints: Path | None = None, trail_id: int | None = None
) -> Report:
    """Verify everything, or one trail with what holds it."""
    report = verify(conn, keys.trail, keys.state, checkpoints, trail_id)
    for trail, seq, detail in _altered(conn, keys, trail_id):
        report.add("content altered", trail, seq, detail)
    return report


def _altered(conn: Connection, keys: Keys, only: int | None) -> Iterator[tuple[int, int, str]]:
    """Yield (trail, event, what) of each form or paper that no longer is what its event was told.

    What is no longer there was erased by rule, which is no fault: the event stands and says that it was.
    """
    e = event.c
    query = sa.select(e.trail_id, e.seq, e.kind, e.element, e.data).where(
        e.kind.in_(["TaskCompleted", "PaperIssued", "RegistersClosed"])
    )
    if only is not None:
        query = query.where(e.trail_id == only)
    for rows in conn.execute(query, execution_options=_STREAM).partitions():
        told = [(row[0], row[1], row[2], row[3], mapping(row[4])) for row in rows]
        forms = _forms(conn, {_id(d, "task") for *_, kind, _e, d in told if kind == "TaskCompleted"})
        papers = _papers(conn, {_id(d, "id") for *_, kind, _e, d in told if kind == "PaperIssued"})
        for trail, seq, kind, element, data in told:
            if kind == "TaskCompleted":
                values = forms.get(_id(data, "task"))
                kept = data.get("form")
                if values is not None and kept and keys.blind("form", canonical(mapping(values))) != kept:
                    yield trail, seq, f"表单 {element}"
            elif kind == "RegistersClosed":
                for name in _other_than_closed(conn, trail, data):
                    yield trail, seq, f"台账 {name} {data.get('month')}"
            elif papers.get(_id(data, "id"), data.get("hash")) != data.get("hash"):
                yield trail, seq, f"文书 {data.get('number')}"


def _id(data: Mapping[str, Any], name: str) -> int:
    text = str(data.get(name, ""))
    return int(text) if text.isdigit() and len(text) < 20 else 0


def _forms(conn: Connection, tasks: set[int]) -> dict[int, str]:
    f = form_data.c
    query = sa.select(f.task_id, f["values"]).where(f.task_id.in_(tasks), f.draft.is_(sa.false()))
    return {row[0]: row[1] for row in conn.execute(query)}


def _papers(conn: Connection, ids: set[int]) -> dict[int, str]:
    """Return the hashes of papers as their content gives them."""
    query = sa.select(paper.c.id, paper.c.template, paper.c.content).where(paper.c.id.in_(ids))
    return {
        row[0]: hashlib.sha256(f"{row[1]}\n{row[2]}".encode()).hexdigest() for row in conn.execute(query)
    }


def _other_than_closed(conn: Connection, trail_id: int, data: Mapping[str, Any]) -> list[str]:
    """Return the registers of a closed month whose content is not what its event was told, or is gone."""
    owner = conn.execute(sa.select(trail_owner.c.matter).where(trail_owner.c.trail_id == trail_id)).scalar()
    told = dict(data.get("registers") or {})
    m = register_month.c
    query = sa.select(m.register, m.content).where(
        m.unit_id == int((owner or "unit:0").partition(":")[2]), m.month == str(data.get("month"))
    )
    kept = {row[0]: hashlib.sha256(row[1].encode()).hexdigest() for row in conn.execute(query)}
    return sorted(name for name, digest in told.items() if kept.get(name) != digest)
