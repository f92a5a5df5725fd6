"""Whether the ways that events tell lead, walked again, to where instances stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import sqlalchemy as sa

from engine.codec import loads
from engine.definitions import Definitions
from engine.graph import Graph
from engine.retrace import Told, retrace
from engine.runtime.state import load
from engine.store.tables import event, instance


def wrong_ways(conn: sa.Connection, definitions: Definitions) -> list[str]:
    """Return the instances whose events, walked again, do not end at the tokens their state holds.

    The way of a version an instance left has to fit that version.
    """
    return [
        f"{row.process_id} {row.status}: {found}"
        for row in conn.execute(sa.select(instance)).all()
        for found in _wrong(conn, definitions, row)
    ]


def _wrong(conn: sa.Connection, definitions: Definitions, row: sa.Row) -> Iterator[str]:
    e = event.c
    query = sa.select(e.seq, e.kind, e.element, e.data).where(
        e.trail_id == row.trail_id, e.instance_id == row.id
    )
    told = [Told(*one[:3], loads(one[3])) for one in conn.execute(query.order_by(e.seq))]

    def graph(definition_id: int) -> Graph:
        return definitions.get(conn, definition_id).graph

    moved = [n for n, one in enumerate(told) if one.kind == "ProcessMigrated"]
    for n in moved:
        before = retrace(graph(int(told[n].data["from_definition"])), told[:n], graph)
        if before.fault is not None:
            yield f"event {before.fault} does not fit the version before event {told[n].seq}"
    trace = retrace(graph(row.definition_id), told, graph)
    stands = Counter(token.node for token in load(row.state).tokens.values())
    if (trace.fault, trace.tokens, trace.status) != (None, stands, row.status):
        yield f"{trace.fault} {trace.status} {trace.tokens} {stands}"
    stored = [flow for one in told[moved[-1] if moved else 0 :] for flow in one.data.get("path", ())]
    if [one.flow for one in trace.passed] != stored:
        yield "the way differs"
