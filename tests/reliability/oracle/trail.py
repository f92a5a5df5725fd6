"""I2, I3, I4, I10: the trail is whole, linked, and tells of everything once."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.reliability.oracle.rows import Row, Rows

_FIELDS = (
    "trail_id", "seq", "at", "kind", "instance_id", "rev", "element", "actor_id", "role", "origin", "data",
    "command_key",
)  # fmt: skip
#: Of these a unit of work may hold one per instance: two at the same revision are a lost update.
_ONCE_A_STEP = frozenset({"TaskCompleted", "TimerFired", "TaskSentBack", "TaskWithdrawn"})


def violations(rows: Rows, trail_key: bytes, one_clock: bool) -> list[str]:
    """Return what is wrong with the trails."""
    return [
        *_links(rows, trail_key, one_clock), *_revisions(rows), *_applied_twice(rows), *_holders(rows),
        *_payloads(rows),
    ]  # fmt: skip


def _links(rows: Rows, key: bytes, one_clock: bool) -> Iterator[str]:
    known = {row["id"] for row in rows["trail"]}
    for trail_id, events in rows.events.items():
        if trail_id not in known:
            yield f"I4: trail {trail_id} has events and no head"
        if [row["seq"] for row in events] != list(range(1, len(events) + 1)):
            yield f"I3: trail {trail_id} has a gap: {[row['seq'] for row in events]}"
        previous, before = bytes(32), 0
        for row in events:
            text = "\x1f".join("" if row[name] is None else str(row[name]) for name in _FIELDS)
            made = hmac.new(key, previous + text.encode(), hashlib.sha256).digest()
            if made != bytes(row["hash"]):
                yield f"I4: trail {trail_id} breaks at {row['seq']} ({row['kind']})"
                break
            if one_clock and row["at"] < before:
                yield f"I4: trail {trail_id} goes back in time at {row['seq']} ({row['kind']})"
            previous, before = made, row["at"]


def _revisions(rows: Rows) -> Iterator[str]:
    told: dict[int, list[Row]] = {}
    for row in rows.in_order:
        if row["instance_id"] is not None and row["rev"] is not None:
            told.setdefault(row["instance_id"], []).append(row)
    for instance in rows["instance"]:
        events = told.pop(instance["id"], [])
        revs = [row["rev"] for row in events]
        missing = set(range(1, instance["rev"] + 1)) - set(revs)
        if missing:
            yield f"I3: instance {instance['id']} has revisions without an event: {sorted(missing)}"
        if revs and max(revs) > instance["rev"] + 1:
            yield f"I3: instance {instance['id']} is at revision {instance['rev']}, told of {max(revs)}"
        if revs != sorted(revs):
            yield f"I3: instance {instance['id']} went back in revision: {revs}"
        steps = Counter(row["rev"] for row in events if row["kind"] in _ONCE_A_STEP)
        for rev, count in steps.items():
            if count > 1:
                yield f"I2: instance {instance['id']} made {count} steps at revision {rev}: one was lost"
            if rev > instance["rev"]:
                yield f"I3: instance {instance['id']} lost its step to revision {rev}"
    for instance_id in told:
        yield f"I1: instance {instance_id} has events and no row"


def _applied_twice(rows: Rows) -> Iterator[str]:
    yield from _doubles("command", (row["command_key"] for row in rows.in_order if row["command_key"]))
    one_each: dict[str, Any] = {
        "ProcessStarted": lambda row: row["instance_id"],
        "ProcessEnded": lambda row: row["instance_id"],
        "ProcessCancelled": lambda row: row["instance_id"],
        "TaskCompleted": lambda row: row["facts"]["task"],
        "TaskCreated": lambda row: row["facts"]["task"],
        "TimerFired": lambda row: row["facts"]["timer"],
        "CaseOpened": lambda row: row["trail_id"],
        "CaseClosed": lambda row: row["trail_id"],
        "PersonRegistered": lambda row: row["facts"]["person"],
        "PaperIssued": lambda row: row["facts"]["id"],
        "RunStarted": lambda row: (row["trail_id"], row["facts"]["run"]),
    }
    for kind, identity in one_each.items():
        yield from _doubles(kind, (identity(row) for row in rows.of_kind(kind)))


def _doubles(what: str, identities: Any) -> Iterator[str]:
    for identity, count in Counter(identities).items():
        if count > 1:
            yield f"I2: {what} {identity} applied {count} times"


def _holders(rows: Rows) -> Iterator[str]:
    """Follow who holds each task through its events; a second claim needs the first one given back."""
    holder: dict[str, Any] = {}
    for row in rows.of_kind("TaskClaimed", "TaskUnclaimed", "TaskReassigned", "TaskCompleted"):
        task = row["facts"]["task"]
        if row["kind"] == "TaskUnclaimed":
            holder.pop(task, None)
        elif row["kind"] == "TaskReassigned":
            holder[task] = int(row["facts"]["to"])
        else:
            held = holder.get(task)
            if held is not None and (held != row["actor_id"] or row["kind"] == "TaskClaimed"):
                yield f"I10: task {task} held by {held}, yet {row['kind']} by {row['actor_id']}"
            holder[task] = row["actor_id"]
    for row in rows["user_task"]:
        said = holder.get(str(row["id"]))
        if row["state"] in ("created", "claimed") and said is not None and said != row["assignee_id"]:
            yield f"I10: task {row['id']} is with {row['assignee_id']}, its trail says {said}"
        if row["state"] == "created" and row["assignee_id"] is not None:
            yield f"I10: task {row['id']} is free and held by {row['assignee_id']}"


def _payloads(rows: Rows) -> Iterator[str]:
    for row in rows.in_order:
        if "path" in row["facts"] and not row["facts"]["path"]:
            yield f"I3: event {row['trail_id']}/{row['seq']} took an empty way"
