"""Whether what the trail tells of still is what it told: forms and papers, held by the hashes in events.

The chain itself is `engine.verify`, the rows beside it are `tasks.queries.agreement`; together they are what
the page and the command verify.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from engine.codec import canonical, mapping
from engine.store.tables import event
from engine.verify import Report, verify
from tasks.crypto import Keys
from tasks.queries.agreement import differences
from tasks.store.conn import Connection, RowMapping
from tasks.store.tables import form_data, trail_owner
from tasks.store.tables_people import paper, paper_template
from tasks.store.tables_registers import register_month
from tasks.text import written_day

_STREAM = {"yield_per": 2_000}
_OF_THE_CHAIN = frozenset({"altered", "removed", "inserted", "reordered", "cut", "resigned"})


def prove(
    conn: Connection, keys: Keys, checkpoints: Path | None = None, trail_id: int | None = None
) -> Report:
    """Verify everything, or one trail with what holds it.

    What a trail that is not whole tells of is not looked at: it would be named a second time.
    """
    report = verify(conn, keys.trail, keys.state, checkpoints, trail_id)
    broken = {fault.trail_id for fault in report.faults if fault.what in _OF_THE_CHAIN}
    for what, trail, seq, detail in chain(_altered(conn, keys, trail_id), differences(conn, trail_id)):
        if trail is None or trail not in broken:
            report.add(what, trail, seq, detail)
    return report


def _altered(
    conn: Connection, keys: Keys, only: int | None
) -> Iterator[tuple[str, int | None, int | None, str]]:
    """Yield (what, trail, event, detail) of each form or paper that no longer is what its event was told.

    Forms and papers are kept for good (`tasks.retention`): one that is not there was taken away.
    """
    voided = {_id(row[3], "id") for row in _told(conn, ["PaperVoided"], only)}
    issued: set[int] = set()
    kinds = ["TaskCompleted", "PaperIssued", "RegistersClosed"]
    for rows in _partitions(conn, kinds, only):
        forms = _forms(conn, {_id(d, "task") for _t, _s, _a, d, kind, _e in rows if kind == "TaskCompleted"})
        papers = _papers(conn, {_id(d, "id") for _t, _s, _a, d, kind, _e in rows if kind == "PaperIssued"})
        for trail, seq, actor, data, kind, element in rows:
            if kind == "TaskCompleted":
                what = _other_form(keys, forms.get(_id(data, "task")), trail, actor, data)
                if what:
                    yield what, trail, seq, f"表单 {element}"
            elif kind == "RegistersClosed":
                for name in _other_than_closed(conn, trail, data):
                    yield "content altered", trail, seq, f"台账 {name} {data.get('month')}"
            else:
                issued.add(_id(data, "id"))
                what = _other_paper(papers.get(_id(data, "id")), trail, actor, data, voided)
                if what:
                    yield what, trail, seq, f"文书 {data.get('number')}"
    for number, trail_id in _papers_of_nobody(conn, issued, only):
        yield "content inserted", trail_id, None, f"文书 {number}"
    for digest, source in conn.execute(sa.select(paper_template.c.hash, paper_template.c.source)):
        if hashlib.sha256(str(source).encode()).hexdigest() != digest:
            yield "content altered", None, None, f"文书模板 {digest[:12]}"


_Told = tuple[int, int, int | None, Mapping[str, Any], str, str | None]


def _partitions(conn: Connection, kinds: list[str], only: int | None) -> Iterator[list[_Told]]:
    e = event.c
    query = sa.select(e.trail_id, e.seq, e.actor_id, e.data, e.kind, e.element).where(e.kind.in_(kinds))
    if only is not None:
        query = query.where(e.trail_id == only)
    for rows in conn.execute(query, execution_options=_STREAM).partitions():
        yield [(row[0], row[1], row[2], mapping(row[3]), row[4], row[5]) for row in rows]


def _told(conn: Connection, kinds: list[str], only: int | None) -> Iterator[_Told]:
    return chain.from_iterable(_partitions(conn, kinds, only))


def _id(data: Mapping[str, Any], name: str) -> int:
    text = str(data.get(name, ""))
    return int(text) if text.isdigit() and len(text) < 20 else 0


def _forms(conn: Connection, tasks: set[int]) -> dict[int, RowMapping]:
    f = form_data.c
    query = sa.select(f.task_id, f["values"], f.case_id, f.saved_by)
    found = conn.execute(query.where(f.task_id.in_(tasks), f.draft.is_(sa.false()))).mappings()
    return {row["task_id"]: row for row in found}


def _other_form(
    keys: Keys, row: RowMapping | None, trail_id: int, actor_id: int | None, told: Mapping[str, Any]
) -> str:
    """Return what became of a form since its event was told; "" where it is the same."""
    if not told.get("form"):
        return ""
    if row is None:
        return "content removed"
    same = keys.blind("form", canonical(mapping(row["values"]))) == told["form"]
    same = same and row["case_id"] in (None, trail_id) and row["saved_by"] == actor_id
    return "" if same else "content altered"


def _papers(conn: Connection, ids: set[int]) -> dict[int, RowMapping]:
    found = conn.execute(sa.select(paper).where(paper.c.id.in_(ids))).mappings()
    return {row["id"]: row for row in found}


def _other_paper(
    row: RowMapping | None, trail_id: int, actor_id: int | None, told: Mapping[str, Any], voided: set[int]
) -> str:
    """Return what became of a paper since its event was told; "" where it is the same."""
    if row is None:
        return "content removed"
    made = hashlib.sha256(f"{row['template']}\n{row['content']}".encode()).hexdigest()
    content = mapping(row["content"])
    same = (
        made == row["hash"] == told.get("hash")
        and (row["kind"], row["number"]) == (told.get("paper"), told.get("number"))
        and (row["code"], _in_words(row["issued_on"])) == (content.get("code"), content.get("issued_on"))
        and row["issued_by"] == actor_id
        and row["case_id"] in (None, trail_id)
        and (row["voided_at"] is not None) == (row["id"] in voided)
    )
    return "" if same else "content altered"


def _in_words(iso: str) -> str:
    try:
        return written_day(date.fromisoformat(iso))
    except ValueError:
        return ""


def _papers_of_nobody(conn: Connection, issued: set[int], only: int | None) -> Iterator[tuple[str, int]]:
    """Yield (number, case) of papers that no event tells of."""
    p = paper.c
    query = sa.select(p.id, p.number, p.case_id)
    if only is not None:
        query = query.where(p.case_id == only)
    for row in conn.execute(query, execution_options=_STREAM):
        if row[0] not in issued:
            yield row[1], row[2]


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
