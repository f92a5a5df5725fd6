"""Seals: at a moment, one root over the heads of all chains, kept in a table and in a file outside.

A chain alone does not show that its tail was cut off or that somebody with the key wrote it anew; a head
told to the outside does. The file is one JSON line a seal and carries the heads that moved since the line
before. Keep it where whoever administers the database cannot write.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.clock import to_us
from engine.codec import canonical, loads
from engine.store import proof
from engine.store.conn import Connection
from engine.store.db import Database
from engine.store.proof import Head, SealRow

NONE = bytes(32)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A seal as told to the outside, with the heads that have moved since the line before."""

    seal: SealRow
    heads: tuple[Head, ...]


class Merkle:
    """The root over leaves given one after the other; equal halves are joined as they come."""

    def __init__(self) -> None:
        self._peaks: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> None:
        """Add the next leaf."""
        height, node = 0, hashlib.sha256(b"\0" + leaf).digest()
        while self._peaks and self._peaks[-1][0] == height:
            _, left = self._peaks.pop()
            height, node = height + 1, hashlib.sha256(b"\1" + left + node).digest()
        self._peaks.append((height, node))

    def root(self) -> bytes:
        """Return the root over everything added; zeros over nothing."""
        if not self._peaks:
            return NONE
        node = self._peaks[-1][1]
        for _, left in self._peaks[-2::-1]:
            node = hashlib.sha256(b"\1" + left + node).digest()
        return node


def inclusion(leaves: Sequence[bytes], index: int) -> list[tuple[str, bytes]]:
    """Return what leads from a leaf up to the root: (side on which it is joined, node), from below."""
    if len(leaves) < 2:
        return []
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    left = index < half
    inner = inclusion(leaves[:half], index) if left else inclusion(leaves[half:], index - half)
    tree = Merkle()
    for one in leaves[half:] if left else leaves[:half]:
        tree.add(one)
    return [*inner, ("right" if left else "left", tree.root())]


def leaf(head: Head) -> bytes:
    """Return what stands for a head in the tree."""
    return f"{head.trail_id}\x1f{head.seq}\x1f".encode() + head.hash


def root(heads: Iterable[Head]) -> bytes:
    """Return the root over the heads of all trails."""
    tree = Merkle()
    for head in sorted(heads):
        tree.add(leaf(head))
    return tree.root()


def mac(key: bytes, row: SealRow) -> bytes:
    """Return the HMAC over a seal and the one before it."""
    text = f"{row.n}\x1f{row.at}\x1f{row.trails}\x1f{row.events}\x1f{row.root.hex()}"
    return hmac.digest(key, row.previous + text.encode(), "sha256")


def seal(db: Database, key: bytes, now: datetime, checkpoints: Path | None) -> SealRow:
    """Seal all chains; when it is committed, tell the file of checkpoints. Returns the seal.

    Raises OSError when the file cannot be written; the seal stands, and the next line tells its heads too.
    """
    told = {} if checkpoints is None else told_heads(checkpoints)
    with db.transaction() as conn:
        made = _seal(conn, key, to_us(now), told)
    if checkpoints is not None:
        append(checkpoints, key, made)
    return made.seal


def _seal(conn: Connection, key: bytes, now_us: int, told: Mapping[int, int]) -> Checkpoint:
    proof.lock_seals(conn)
    before = proof.last_seal(conn)
    tree, events, trails = Merkle(), 0, 0
    moved = []
    for head, moment in proof.heads_and_moments(conn):
        now_us = max(now_us, moment)  # the trail's time never goes back, the clock may
        tree.add(leaf(head))
        trails += 1
        events += head.seq
        if told.get(head.trail_id) != head.seq:
            moved.append(head)
    number, previous = (1, NONE) if before is None else (before.n + 1, before.mac)
    row = SealRow(number, now_us, trails, events, tree.root(), previous, b"")
    row = row._replace(mac=mac(key, row))
    proof.add_seal(conn, row)
    return Checkpoint(row, tuple(moved))


def append(path: Path, key: bytes, made: Checkpoint) -> None:
    """Add a line to the file of checkpoints and see it onto the disk."""
    line = _plain(made)
    line["line_mac"] = _line_mac(key, line)
    with path.open("a", encoding="utf-8") as file:
        file.write(canonical(line) + "\n")
        file.flush()
        os.fsync(file.fileno())


def _plain(made: Checkpoint) -> dict[str, Any]:
    row = {name: v.hex() if isinstance(v, bytes) else v for name, v in made.seal._asdict().items()}
    return {**row, "heads": [[h.trail_id, h.seq, h.hash.hex()] for h in made.heads]}


def _line_mac(key: bytes, line: dict[str, Any]) -> str:
    unsigned = {name: value for name, value in line.items() if name != "line_mac"}
    return hmac.digest(key, canonical(unsigned).encode(), "sha256").hex()


def is_genuine(key: bytes, line: dict[str, Any]) -> bool:
    """Tell whether a line of the file was written with the key."""
    return hmac.compare_digest(_line_mac(key, line), str(line.get("line_mac", "")))


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of the file as they stand; raise ValueError for one that is no checkpoint."""
    with path.open(encoding="utf-8") as file:
        for number, text in enumerate(file, 1):
            try:
                line = loads(text)
                line["n"], line["heads"]
            except (ValueError, TypeError, KeyError) as fault:
                raise ValueError(f"line {number} is no checkpoint") from fault
            yield line


def read(line: dict[str, Any]) -> Checkpoint:
    """Return a line as a checkpoint."""
    row = SealRow(
        line["n"], line["at"], line["trails"], line["events"],
        *(bytes.fromhex(line[name]) for name in ("root", "previous", "mac")),
    )  # fmt: skip
    return Checkpoint(row, tuple(_heads(line["heads"])))


def _heads(rows: Iterable[list[Any]]) -> Iterator[Head]:
    return (Head(trail, seq, bytes.fromhex(text)) for trail, seq, text in rows)


def told_heads(path: Path) -> dict[int, int]:
    """Return trail → number of the last event that a file of checkpoints tells of."""
    if not path.exists():
        return {}
    return {row[0]: row[1] for line in lines(path) for row in line["heads"]}
