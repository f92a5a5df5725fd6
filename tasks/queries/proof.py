"""Whether the trail of one case still is what was written: every link of its chain, counted and recomputed.

A tail cut off after the last seal only shows against the seals; `aid595 audit verify` compares those.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

import sqlalchemy as sa

from engine.history import GENESIS, link
from engine.store.tables import event
from tasks.store.conn import Connection

_MOST_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Proof:
    """The result: how many events were read, and the numbers of those that do not fit."""

    events: int
    faults: tuple[int, ...]

    @property
    def ok(self) -> bool:
        """Tell whether nothing was altered."""
        return not self.faults


def prove(conn: Connection, key: bytes, trail_id: int) -> Proof:
    """Recompute the chain of a trail with the key that is kept outside the database."""
    rows = conn.execute(sa.select(event).where(event.c.trail_id == trail_id).order_by(event.c.seq)).mappings()
    last, expected, count = GENESIS, 1, 0
    faults: list[int] = []
    for row in rows:
        count += 1
        made = link(key, last, dict(row))
        if row["seq"] != expected or not hmac.compare_digest(made, bytes(row["hash"])):
            faults.append(row["seq"])
        last, expected = bytes(row["hash"]), row["seq"] + 1
        if len(faults) == _MOST_FAULTS:
            break
    return Proof(count, tuple(faults))
