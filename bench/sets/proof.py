"""Proof: how many events of the trail are verified in a minute, by the product and by what stands alone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from bench.figure import Figure
from bench.run import Run
from engine.history import By, Chain, Fact
from engine.store import tables
from tasks.crypto import new_keys
from tasks.queries.proof import prove
from web.audit.verify_bundle import Chain as AloneChain

GROUP = "proof"
A_MINUTE = 100_000.0
#: Events of one case: a long one.
OF_A_CASE = 200
_AT = 1_772_000_000_000_000
_DATA = {"task": "913659878452805333", "path": ["F_P03_Check_P03_Complete_GW", "F_P03_Complete_GW_YES"]}


def measure(run: Run, kind: str) -> Iterator[Figure]:
    """Yield events verified a minute: chains, payloads, diagrams, states and seals; then one bundle alone.

    No rows stand beside these trails: what holding them against their events costs is not in the figures.
    """
    keys = new_keys()
    database = run.rooms.new(kind)
    events: list[dict[str, Any]] = []
    beside: list[dict[str, Any]] = []
    trails = max(1, run.size.page_at // OF_A_CASE)
    for trail in range(1, trails + 1):
        chain = Chain(trail)
        chain.facts = [_fact(n) for n in range(OF_A_CASE)]
        rows, payloads = chain.rows(keys.trail)
        events += rows
        beside += payloads
    with database.transaction() as conn:
        conn.execute(tables.trail.insert(), [{"id": n, "created_at": _AT} for n in range(1, trails + 1)])
        conn.execute(tables.event.insert(), events)
        conn.execute(tables.event_payload.insert(), beside)
    began = time.perf_counter()
    with database.read() as conn:
        report = prove(conn, keys)
    took = time.perf_counter() - began
    assert report.ok
    yield Figure(GROUP, "audit verify: events a minute", kind, report.events / took * 60, "", A_MINUTE,
                 at_least=True, note=f"{report.events:,} events, one in ten with a payload")  # fmt: skip
    if kind == "sqlite":
        alone = [{**row, "hash": row["hash"].hex()} for row in events[:OF_A_CASE]]
        began, rounds = time.perf_counter(), max(1, trails // 10)
        for _round in range(rounds):
            assert AloneChain(keys.trail, alone).findings() == []
        took = (time.perf_counter() - began) / rounds
        yield Figure(GROUP, "verify_bundle.py: events a minute", kind, OF_A_CASE / took * 60, "", A_MINUTE,
                     at_least=True, note="the chain of one case, without the product")  # fmt: skip


def _fact(n: int) -> Fact:
    kind = "FactChanged" if n % 10 == 0 else "TokenMoved"
    payload = {"wish": [False, True]} if n % 10 == 0 else None
    return Fact(kind, _AT + n, By(7, "street_staff", "10.0.0.7"), dict(_DATA), element="P03_Check",
                instance_id=913659878452805333, rev=n, payload=payload)  # fmt: skip
