"""I1: what somebody was told is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tests.reliability.journal import Record
from tests.reliability.oracle.rows import Row, Rows


def violations(rows: Rows, records: Sequence[Record]) -> list[str]:
    """Return every acknowledgement the database knows nothing of, and what the labs found themselves."""
    found = [f"{row['rule']}: {row['text']}" for row in records if row["kind"] == "violation"]
    seen = _Seen(rows)
    for ack in (row for row in records if row["kind"] == "ack"):
        found += [f"I1: acknowledged and lost: {ack}: {text}" for text in seen.missing(ack)]
    return found


class _Seen:
    """What the database holds, by what acknowledgements name."""

    def __init__(self, rows: Rows) -> None:
        self.keys = {row["command_key"]: row for row in rows.in_order if row["command_key"]}
        self.tasks = {row["id"]: row for row in rows["user_task"]}
        self.cases = {row["id"]: row for row in rows["case_file"]}
        self.persons = {row["id"] for row in rows["person"]}
        self.instances = {row["id"] for row in rows["instance"]}
        self.timers = {row["id"]: row for row in rows["timer"]}
        self.deadlines = {row["id"]: row for row in rows["deadline"]}
        self.windows = {row["id"]: row for row in rows["duty_window"]}
        self.forms = {(row["task_id"], bool(row["draft"])) for row in rows["form_data"]}
        self.claimed = {row["facts"]["task"] for row in rows.of_kind("TaskClaimed")}
        self.completed = {row["facts"]["task"]: row for row in rows.of_kind("TaskCompleted")}
        self.fired = {row["facts"]["timer"] for row in rows.of_kind("TimerFired")}

    def missing(self, ack: Record) -> Iterator[str]:
        """Say what is missing of one acknowledged act."""
        if ack["do"] == "due":
            yield from self._of_due(ack)
            return
        if ack["key"] not in self.keys and ack["do"] not in ("SaveDraft", "ClaimTask", "SetFacts"):
            yield "no event carries its key"
        done = ack["done"]
        ids = (("case_id", self.cases), ("person_id", self.persons), ("instance_id", self.instances))
        for name, known in ids:
            if done.get(name) is not None and done[name] not in known:
                yield f"no {name}"
        act: Callable[[Record, int], Iterator[str]] | None = getattr(self, f"_{ack['do']}", None)
        if act is not None:
            yield from act(ack, ack["args"].get("task_id"))

    def _ClaimTask(self, ack: Record, task: int) -> Iterator[str]:  # noqa: N802 - named as the command
        if str(task) not in self.claimed and self.tasks[task]["assignee_id"] is None:
            yield "nobody claimed it"

    def _CompleteTask(self, ack: Record, task: int) -> Iterator[str]:  # noqa: N802
        row: Row = self.tasks[task]
        if row["state"] != "completed" or row["ended_by"] != ack["actor"]:
            yield f"the task is {row['state']} by {row['ended_by']}"
        event = self.completed.get(str(task))
        if event is None:
            yield "no event"
        if not row["element"].startswith("W_") and (task, False) not in self.forms:
            yield "the form was not kept"

    def _SaveDraft(self, ack: Record, task: int) -> Iterator[str]:  # noqa: N802
        if self.tasks[task]["state"] in ("created", "claimed") and (task, True) not in self.forms:
            yield "no draft"

    def _Waive(self, ack: Record, _task: Any) -> Iterator[str]:  # noqa: N802
        if self.cases[ack["args"]["case_id"]]["status"] != "END-WAIVED":
            yield "the case goes on"

    def _of_due(self, ack: Record) -> Iterator[str]:
        what, row_id = ack["what"], ack["id"]
        if what == "timer" and (str(row_id) not in self.fired or self.timers[row_id]["state"] != "fired"):
            yield f"the timer is {self.timers[row_id]['state']}"
        deadline = self.deadlines.get(row_id, {})
        if what == "overdue" and deadline["missed_at"] is None and deadline["extension"] is None:
            yield "the deadline is not marked"
        if what == "missed" and self.windows[row_id]["state"] == "open":
            yield "the window is open"
