"""I5, I6, I7, I8: open tasks, timers and waits are those of the states, and nothing stands still for ever."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.reliability.oracle.rows import Row, Rows, Shape

OVER = ("completed", "cancelled", "failed")


@dataclass(frozen=True)
class Resting:
    """What a stored state says must be waiting."""

    tasks: set[tuple[int, str]]
    timers: set[tuple[int, str]]
    waits: set[tuple[int, str, str]]
    calls: set[int]
    stray: list[str]
    empty: bool


def resting(text: str, shape: Shape) -> Resting:
    """Read a stored state (version 1) without the program's own reader."""
    state: dict[str, Any] = json.loads(text)
    tasks, armed, calls, stray = set(), set(), set(), []
    owners = {row[2] for row in state["s"] if row[0]}
    for row in state["t"]:
        token, element, more = row[0], row[1], row[3] if len(row) > 3 else {}
        armed |= {(token, name) for name in more.get("a", [])}
        if element in shape.people and "m" not in more:
            tasks.add((token, element))
        elif more.get("c"):
            calls.add(more["c"])
        elif not (more.get("a") or more.get("v") or token in owners):
            stray.append(f"token {token} on {element}")
    for row in state["s"]:
        armed |= {(-row[0] - 1, name) for name in (row[4] if len(row) > 4 else [])}
    return Resting(
        tasks,
        {place for place in armed if place[1] in shape.timers},
        {(token, element, name) for token, element in armed for name in shape.waits.get(element, ())},
        calls,
        stray,
        not state["t"],
    )


def violations(rows: Rows, state_key: bytes) -> list[str]:
    """Return where rows and states differ."""
    found: list[str] = []
    tasks, timers = rows.by("user_task", "instance_id"), rows.by("timer", "instance_id")
    waits = rows.by("subscription", "instance_id")
    ended = {row["instance_id"]: row for row in rows.of_kind("ProcessEnded", "ProcessCancelled")}
    status = {row["id"]: row["status"] for row in rows["instance"]}
    for row in rows["instance"]:
        here = row["id"]
        text = "\x1f".join(str(row[name]) for name in ("id", "definition_id", "status", "rev", "state"))
        if hmac.new(state_key, text.encode(), hashlib.sha256).digest() != bytes(row["mac"]):
            found.append(f"I4: the state of instance {here} is not the one that was sealed")
        rest = resting(row["state"], rows.shapes[row["definition_id"]])
        found += _rows_of(rest, tasks.get(here, []), timers.get(here, []), waits.get(here, []), row)
        found += _alive(row, rest, status, ended.get(here))
    lost = (set(tasks) | set(timers) | set(waits)) - set(status)
    return found + [f"I5: rows of an instance that does not exist: {one}" for one in lost]


def _rows_of(
    rest: Resting, tasks: list[Row], timers: list[Row], waits: list[Row], instance: Row
) -> Iterator[str]:
    where = f"instance {instance['id']} ({instance['process_id']})"
    wanted: dict[str, tuple[set[Any], list[Any]]] = {
        "I5: open tasks": (
            rest.tasks,
            [(t["token"], t["element"]) for t in tasks if t["state"] in ("created", "claimed")],
        ),
        "I6: timers": (
            rest.timers,
            [(t["token"], t["element"]) for t in timers if t["state"] in ("scheduled", "held")],
        ),
        "I6: waits": (rest.waits, [(w["token"], w["element"], w["name"]) for w in waits]),
    }
    for what, (want, have) in wanted.items():
        if want != set(have) or len(have) != len(set(have)):
            yield f"{what} of {where}: the state has {sorted(want)}, the table {sorted(have)}"


def _alive(row: Row, rest: Resting, status: dict[int, str], ended: Row | None) -> Iterator[str]:
    where = f"instance {row['id']} ({row['process_id']}, {row['status']})"
    over = row["status"] in OVER
    if over != rest.empty:
        yield f"I8: {where} has {'' if rest.empty else 'still '}{'no ' if rest.empty else ''}tokens"
    if over != (ended is not None) or over != (row["ended_at"] is not None):
        yield f"I8: {where} and its trail disagree about its end"
    if over:
        return
    for stray in rest.stray:
        yield f"I7: {where} stands still: {stray}"
    if not (rest.tasks or rest.timers or rest.waits or rest.calls):
        yield f"I7: {where} waits for nothing"
    for child in rest.calls:
        if status.get(child) not in ("running", "suspended"):
            yield f"I7: {where} waits for {child}, which is {status.get(child)}"
