"""Everything that proves one trail, as plain data: what a bundle carries away and a stranger can verify."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from engine import seals
from engine.definitions import NO_ANNEX
from engine.store import proof
from engine.store.proof import Head
from engine.store.tables import definition, event_payload, instance
from tasks.queries import audit_case, trail
from tasks.queries.trail_owners import Owner
from tasks.store.conn import Connection

FORMAT = "aid595-evidence/1"
#: Seals that go along: the last of them, so that their links can be followed.
_SEALS = 48


def evidence(
    conn: Connection, owner: Owner, name: str, checkpoints: Path | None
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the evidence of a trail, and the diagrams its processes ran with their annexes, by file name."""
    trail_id = owner.trail_id
    definitions, files = _definitions(conn, trail_id)
    forms, papers = audit_case.forms(conn, trail_id), audit_case.papers(conn, trail_id)
    sealed = list(proof.seals(conn))[-_SEALS:]
    found = {
        "format": FORMAT,
        **_named(owner, name),
        "events": [_plain(row) for row in proof.events(conn, trail_id)],
        "payloads": _payloads(conn, trail_id),
        "forms": {str(one.task_id): dict(one.values) for one in forms.values()},
        "papers": [
            {"id": str(one.id), "number": one.number, "template": one.template, "content": one.content}
            for one in papers
        ],
        "definitions": definitions,
        "seals": [_plain(row._asdict()) for row in sealed],
        "sealed": _sealed(trail_id, checkpoints, {row.n for row in sealed}),
    }
    return found, files


def _named(owner: Owner, name: str) -> dict[str, Any]:
    if owner.kind == "case":
        return {"case": {"id": str(owner.trail_id), "case_no": name}}
    return {"trail": {"id": str(owner.trail_id), "kind": owner.kind, "name": name}}


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: bytes(value).hex() if isinstance(value, bytes | memoryview) else value
        for name, value in row.items()
    }


def _payloads(conn: Connection, trail_id: int) -> dict[str, str | None]:
    p = event_payload.c
    query = sa.select(p.seq, p.payload).where(p.trail_id == trail_id).order_by(p.seq)
    return {str(row[0]): row[1] for row in conn.execute(query)}


def _definitions(conn: Connection, trail_id: int) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return every version the processes of a trail run or ran before a migration."""
    d, i = definition.c, instance.c
    ran = set(conn.execute(sa.select(i.definition_id).where(i.trail_id == trail_id)).scalars())
    ran |= {one.definition_id for left in trail.left(conn, trail_id).values() for one in left}
    query = sa.select(d.key, d.version, d.xml, d.annex).where(d.id.in_(ran)).order_by(d.key, d.version)
    told, files = [], {}
    for key, version, xml, annex in conn.execute(query):
        one = {"key": key, "version": version, "file": f"diagrams/{key}-v{version}.bpmn"}
        files[one["file"]] = xml
        if annex != NO_ANNEX:
            one["annex"] = f"diagrams/{key}-v{version}.annex.json"
            files[one["annex"]] = annex
        told.append(one)
    return told, files


def _sealed(trail_id: int, checkpoints: Path | None, known: set[int]) -> dict[str, Any] | None:
    """Return how the head of the trail lies under the last seal that is told outside."""
    if checkpoints is None or not checkpoints.exists():
        return None
    heads: dict[int, Head] = {}
    last = 0
    for line in seals.lines(checkpoints):
        made = seals.read(line)
        heads.update((head.trail_id, head) for head in made.heads)
        last = made.seal.n
    if trail_id not in heads or last not in known:
        return None
    trails = sorted(heads)
    up = seals.inclusion([seals.leaf(heads[trail]) for trail in trails], trails.index(trail_id))
    mine = heads[trail_id]
    return {
        "n": last, "head": [mine.trail_id, mine.seq, mine.hash.hex()],
        "up": [[side, node.hex()] for side, node in up],
    }  # fmt: skip
