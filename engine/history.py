"""The trail: append-only events, chained by HMAC per case, written with the change they tell of."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.clock import to_us
from engine.codec import canonical
from engine.store import queries
from engine.store.conn import Connection

#: What a chain starts from.
GENESIS = bytes(32)


@dataclass(frozen=True, slots=True)
class By:
    """Who acts: user id (None: the program itself), the role used, and from where."""

    id: int | None = None
    role: str = ""
    origin: str = ""


@dataclass(slots=True)
class Fact:
    """One event before it is written."""

    kind: str
    at: int
    by: By
    data: dict[str, Any] = field(default_factory=dict)
    instance_id: int | None = None
    rev: int | None = None
    element: str | None = None
    command_key: str | None = None
    payload: Mapping[str, Any] | None = None  #: kept beside the chain, which holds only its HMAC


def link(key: bytes, previous: bytes, row: Mapping[str, Any]) -> bytes:
    """Return the chain value of an event row: HMAC-SHA256 over the one before and every stored field."""
    text = "\x1f".join(
        "" if row[name] is None else str(row[name])
        for name in (
            "trail_id", "seq", "at", "kind", "instance_id", "rev", "element", "actor_id", "role", "origin",
            "data", "command_key",
        )
    )  # fmt: skip
    return hmac.digest(key, previous + text.encode(), "sha256")


class Chain:
    """The head of one trail while its lock is held, and the facts waiting to be written behind it."""

    __slots__ = ("at", "facts", "hash", "seq", "trail_id")

    def __init__(self, trail_id: int, seq: int = 0, last: bytes = GENESIS, at: int = 0) -> None:
        self.trail_id = trail_id
        self.seq = seq
        self.hash = last
        self.at = at  #: of the last event: a clock set back does not take the trail back with it (FLT-11)
        self.facts: list[Fact] = []

    def rows(self, key: bytes) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Turn the waiting facts into chained rows and payload rows; the head moves on."""
        rows = []
        payloads = []
        for fact in self.facts:
            self.seq += 1
            self.at = max(self.at, fact.at)
            if fact.payload is not None:
                text = canonical(fact.payload)
                fact.data["payload"] = hmac.digest(key, text.encode(), "sha256").hex()
                payloads.append({"trail_id": self.trail_id, "seq": self.seq, "payload": text})
            row: dict[str, Any] = {
                "trail_id": self.trail_id,
                "seq": self.seq,
                "at": self.at,
                "kind": fact.kind,
                "instance_id": fact.instance_id,
                "rev": fact.rev,
                "element": fact.element,
                "actor_id": fact.by.id,
                "role": fact.by.role or None,
                "origin": fact.by.origin or None,
                "data": canonical(fact.data),
                "command_key": fact.command_key,
            }
            self.hash = row["hash"] = link(key, self.hash, row)
            rows.append(row)
        self.facts = []
        return rows, payloads


def open_chain(conn: Connection, trail_id: int) -> Chain:
    """Read the head of a trail whose lock the caller holds."""
    row = queries.READ_HEAD.run(conn, {"trail_id": trail_id}).first()
    return Chain(trail_id) if row is None else Chain(trail_id, row[0], bytes(row[1]), row[2])


def instant(now: datetime) -> int:
    """Return an instant as events store it."""
    return to_us(now)
