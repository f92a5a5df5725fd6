"""Points at which a process may die: before and after every statement and commit, and before an ack."""

from __future__ import annotations

import os
import re
import signal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from tests.reliability.journal import Journal

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


class Failpoints:
    """Counts the points a process passes and kills it at the chosen one.

    The chosen one is the `nth` of all, or where `label` is given the `nth` of that label. Points that are not
    `known` are told to the parent.
    """

    def __init__(
        self, engine: sa.Engine, journal: Journal, nth: int, label: str, known: frozenset[str]
    ) -> None:
        self.journal = journal
        self.nth = nth
        self.label = label
        self.command = "-"
        self.watching = False
        self.passed = 0
        self.known = known
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
        if label not in self.known:
            self.seen.add(label)
        self.passed += not self.label or label == self.label
        if self.passed >= self.nth and (not self.label or label == self.label):
            self.journal.write("killed", label=label, seen=sorted(self.seen))
            os.kill(os.getpid(), signal.SIGKILL)
