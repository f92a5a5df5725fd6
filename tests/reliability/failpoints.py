"""Points at which a process may die: before and after every statement and commit, and before an ack."""

from __future__ import annotations

import os
import random
import re
import signal
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from tests.reliability.journal import Journal

#: Before the name of a command that is given again with its key, because a kill cut it off.
RETRY = "retry "
#: A stretch of work before the point a child looks for is at most so many commands.
MOST_COMMANDS = 30
#: A point drawn by number is one of so many.
MOST_POINTS = 160
#: So many children in a row may run to their end before one is killed at a point visited already.
PATIENCE = 3
#: Points left unvisited are named in the figures up to so many.
MOST_NAMED = 20
_VERB = re.compile(r"\s*(\w+)(?:\s+INTO|\s+FROM)?\s+\"?(\w+)?", re.IGNORECASE)
_FROM = re.compile(r"\bFROM\s+\"?(\w+)", re.IGNORECASE)


def name_of(statement: str) -> str:
    """Return what a statement does to which table, such as `INSERT event` or `LOCK trail`."""
    found = _VERB.match(statement)
    verb, table = (found[1].upper(), found[2] or "") if found else ("?", "")
    if verb == "SELECT":
        source = _FROM.search(statement)
        verb, table = ("LOCK" if "FOR UPDATE" in statement else "SELECT", source[1] if source else "")
    return f"{verb} {table}".strip()


@dataclass(frozen=True)
class Target:
    """Where a child dies: at the first fresh point once it did `after` commands, or at point `at_most`."""

    after: int = 0
    at_most: int | None = None
    known: frozenset[str] = frozenset()
    visited: frozenset[str] = frozenset()

    def hits(self, label: str, passed: int, done: int) -> bool:
        """Say whether the child dies at a point, the `passed`th of all it passes, after `done` commands."""
        return passed == self.at_most or (done >= self.after and label not in self.visited)

    def wanted(self) -> set[str]:
        """Return the commands with a point that is known and not visited yet."""
        left = {label.partition(":")[0] for label in self.known - self.visited}
        return {command.removeprefix(RETRY) for command in left}


@dataclass
class Coverage:
    """The points known so far and how often each was died at: every one once before any a second time."""

    seen: set[str] = field(default_factory=set)
    hit: Counter[str] = field(default_factory=Counter)
    #: children in a row that met no fresh point and ran to their end
    in_vain: int = 0

    @property
    def left(self) -> list[str]:
        """Return the points known and not visited."""
        return sorted(self.seen - set(self.hit))

    @property
    def again(self) -> int:
        """Return how many points were visited more than once."""
        return sum(count > 1 for count in self.hit.values())

    def target(self, rng: random.Random) -> Target:
        """Choose where the next child dies.

        While points are left, at one of them: half the time the very next, half the time after some work.
        When none is left, or one child after another met none of them, at a point drawn by number.
        """
        known, visited = frozenset(self.seen), frozenset(self.hit)
        left = known - visited or not known
        if left and self.in_vain < PATIENCE:
            after = 0 if rng.random() < 0.5 else rng.randint(1, MOST_COMMANDS)
            return Target(after, None, known, visited)
        return Target(0, rng.randint(1, MOST_POINTS), known, visited)

    def died(self, label: str, seen: list[str]) -> None:
        """Count a kill at a point, and the points its child told of."""
        self.in_vain = PATIENCE - 1 if label in self.hit else 0
        self.hit[label] += 1
        self.seen |= {label, *seen}

    def ended(self, seen: list[str]) -> None:
        """Count a child that ran to its end."""
        self.seen |= set(seen)
        self.in_vain += 1

    def figures(self) -> dict[str, Any]:
        """Return how many points there are, how many were visited, and what is left when it is little."""
        return {
            "points": len(self.seen), "points_visited": len(self.hit), "visited_again": self.again,
            "points_left": len(self.left), "left": self.left if len(self.left) <= MOST_NAMED else [],
        }  # fmt: skip


class Failpoints:
    """Counts the points a process passes and kills it at its target; tells the parent of those not known."""

    def __init__(self, engine: sa.Engine, journal: Journal, target: Target) -> None:
        self.journal = journal
        self.target = target
        self.command = "-"
        self.watching = False
        self.passed = 0
        self.done = 0
        self.seen: set[str] = set()
        event.listen(engine, "before_cursor_execute", self._before)
        event.listen(engine, "after_cursor_execute", self._after)
        event.listen(engine, "commit", lambda _conn: self.reach("before COMMIT"))
        event.listen(engine, "checkin", lambda *_: self.reach("after COMMIT"))

    def _before(self, _conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.reach(f"before {name_of(statement)}")

    def _after(self, _conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.reach(f"after {name_of(statement)}")

    def reach(self, point: str) -> None:
        """Pass a point, or die there."""
        if not self.watching:
            return
        label = f"{self.command}: {point}"
        if label not in self.target.known:
            self.seen.add(label)
        self.passed += 1
        if self.target.hits(label, self.passed, self.done):
            self.journal.write("killed", label=label, seen=sorted(self.seen))
            os.kill(os.getpid(), signal.SIGKILL)
