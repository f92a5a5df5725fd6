"""Everything that proves one case, as plain data: what a bundle carries away and a stranger can verify."""

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
from tasks.store.conn import Connection

FORMAT = "aid595-evidence/1"
#: Seals that go along: the last of them, so that their links can be followed.
_SEALS = 48


def evidence(
    conn: Connection, case_id: int, case_no: str, checkpoints: Path | None
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the evidence of a case, and the diagrams its processes ran with their annexes, by file name."""
    definitions, files = _definitions(conn, case_id)
    forms, papers = audit_case.forms(conn, case_id), audit_case.papers(conn, case_id)
    sealed = list(proof.seals(conn))[-_SEALS:]
    found = {
        "format": FORMAT,
        "case": {"id": str(case_id), "case_no": case_no},
        "events": [_plain(row) for row in proof.events(conn, case_id)],
        "payloads": _payloads(conn, case_id),
        "forms": {str(one.task_id): dict(one.values) for one in forms.values()},
        "papers": [
            {"id": str(one.id), "number": one.number, "template": one.template, "content": one.content}
            for one in papers
        ],
        "definitions": definitions,
        "seals": [_plain(row._asdict()) for row in sealed],
        "sealed": _sealed(case_id, checkpoints, {row.n for row in sealed}),
    }
    return found, files


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: bytes(value).hex() if isinstance(value, bytes | memoryview) else value
        for name, value in row.items()
    }


def _payloads(conn: Connection, case_id: int) -> dict[str, str | None]:
    p = event_payload.c
    query = sa.select(p.seq, p.payload).where(p.trail_id == case_id).order_by(p.seq)
    return {str(row[0]): row[1] for row in conn.execute(query)}


def _definitions(conn: Connection, case_id: int) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return every version the processes of a case run or ran before a migration."""
    d, i = definition.c, instance.c
    ran = set(conn.execute(sa.select(i.definition_id).where(i.trail_id == case_id)).scalars())
    ran |= {one.definition_id for left in trail.left(conn, case_id).values() for one in left}
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


def _sealed(case_id: int, checkpoints: Path | None, known: set[int]) -> dict[str, Any] | None:
    """Return how the head of the trail lies under the last seal that is told outside."""
    if checkpoints is None or not checkpoints.exists():
        return None
    heads: dict[int, Head] = {}
    last = 0
    for line in seals.lines(checkpoints):
        made = seals.read(line)
        heads.update((head.trail_id, head) for head in made.heads)
        last = made.seal.n
    if case_id not in heads or last not in known:
        return None
    trails = sorted(heads)
    up = seals.inclusion([seals.leaf(heads[trail]) for trail in trails], trails.index(case_id))
    mine = heads[case_id]
    return {
        "n": last, "head": [mine.trail_id, mine.seq, mine.hash.hex()],
        "up": [[side, node.hex()] for side, node in up],
    }  # fmt: skip
