"""The race lab: several processes at the same oldest tasks, each thinking it is alone."""

from __future__ import annotations

import logging
import os
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

from engine.errors import AidError
from tasks.due_work import run_due
from tests.reliability import office_work, plain_work
from tests.reliability.journal import Journal
from tests.reliability.office_work import Intent, Task
from tests.reliability.oracle import check, kinds
from tests.reliability.site import BEGINS, Site

#: Virtual seconds a real second lasts, so that timers come due while the race is on.
SPEED = {"office": 26_000, "plain": 600_000}
#: Refusals that are an answer to having lost a race, or to a rule of the office.
EXPECTED = frozenset(
    {"already_claimed", "stale_task", "not_assignee", "illegal_state", "not_found", "case_active",
     "form_invalid", "guard_unmet", "four_eyes", "not_candidate", "duplicate_person", "paused"}
)  # fmt: skip


class FastClock:
    """Virtual time that runs on in every process alike."""

    def __init__(self, speed: int) -> None:
        self._zero = time.monotonic()
        self._speed = speed

    def now(self) -> datetime:
        """Return the virtual instant, aware, UTC."""
        return (BEGINS + timedelta(seconds=(time.monotonic() - self._zero) * self._speed)).astimezone(UTC)


@dataclass
class RaceReport:
    """What a run of the lab did and found."""

    backend: str
    work: str
    seed: int
    processes: int
    mutation: str = ""
    acked: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    due_runs: int = 0
    repeated: int = 0
    errors: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def operations(self) -> int:
        """Return how many operations got an answer of any kind."""
        return sum(self.acked.values()) + sum(self.refused.values()) + self.due_runs + len(self.errors)

    def figures(self) -> dict[str, Any]:
        """Return the report as one flat line."""
        return {
            "lab": "races", "backend": self.backend, "work": self.work, "seed": self.seed,
            "processes": self.processes, "mutation": self.mutation, "operations": self.operations,
            "acked": dict(self.acked), "refused": dict(self.refused), "due_runs": self.due_runs,
            "tried_again": self.repeated,
            "errors": dict(Counter(text.strip().splitlines()[-1][:90] for text in self.errors)),
            "violations": kinds(self.violations), "seconds": round(self.seconds, 1),
        }  # fmt: skip


def run_races(
    site: Site, folder: Path, operations: int, seed: int, processes: int = 8, plain: bool = False,
    mutation: str = "", mutate: Callable[[Site], None] | None = None,
) -> RaceReport:  # fmt: skip
    """Let processes share `operations` between them and hold the outcome to the oracle. Prints nothing."""
    backend = "postgres" if site.app.db.is_postgres else "sqlite"
    report = RaceReport(backend, "plain" if plain else "office", seed, processes, mutation)
    journal = Journal(folder / f"races-{backend}-{report.work}-{mutation or 'good'}-{seed}.jsonl")
    _prepare(site, random.Random(seed), plain)
    site.app.clock = FastClock(SPEED[report.work])
    site.rest()
    started = time.monotonic()
    gate, opened = os.pipe()
    pids = []
    for number in range(processes):
        pid = os.fork()
        if pid == 0:
            os.close(opened)
            rng = random.Random(seed * 9_973 + number)
            _racer(site, journal, rng, operations // processes, plain, mutate, gate)
        pids.append(pid)
    os.close(gate)
    os.close(opened)
    for pid in pids:
        os.waitpid(pid, 0)
    report.seconds = time.monotonic() - started
    acting = plain_work.USERS if plain else ()
    report.violations = check(site, journal.records(), acting, one_clock=False)
    report.acked = Counter(row["do"] for row in journal.records("ack"))
    report.refused = Counter(row["code"] for row in journal.records("refused"))
    report.due_runs = len(journal.records("due"))
    report.repeated = len(journal.records("again"))
    report.errors = [row["text"] for row in journal.records("error")]
    report.violations += _judged(journal)
    return report


def _prepare(site: Site, rng: random.Random, plain: bool) -> None:
    if plain:
        for _ in range(10):
            plain_work.perform(site, {"do": "StartW", "args": {}, "actor": 901, "key": None})
        return
    for _ in range(16):
        intent = office_work.next_application(site, rng)
        if intent is not None:
            office_work.perform(site, intent)
    for task in office_work.open_tasks(site)[:4]:
        intent = office_work.on_task("CompleteTask", site, rng, task)
        if intent is not None:
            office_work.perform(site, intent)


def _judged(journal: Journal) -> list[str]:
    """Hold answers against each other: the same key gives the same answer, whoever asks first."""
    acked = {row["key"] for row in journal.records("ack") if row["key"]}
    return [
        f"I2: {row['do']} was done and its repetition with the same key refused: {row['code']}"
        for row in journal.records("refused")
        if row["key"] in acked and row["code"] in ("stale_task", "already_claimed", "illegal_state")
    ] + [
        f"error: unexpected refusal {row['code']} of {row['do']}"
        for row in journal.records("refused")
        if row["code"] not in EXPECTED
    ]


class _Retries(logging.Handler):
    """Counts how often the door tried a command again."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(logging.INFO)
        self._journal = journal

    def emit(self, record: logging.LogRecord) -> None:
        """Note a repeated attempt."""
        if "trying again" in record.msg:
            self._journal.write("again", action=getattr(record, "action", ""))


def _racer(
    site: Site, journal: Journal, rng: random.Random, operations: int, plain: bool,
    mutate: Callable[[Site], None] | None, gate: int,
) -> NoReturn:  # fmt: skip
    try:
        logging.getLogger("tasks.app").addHandler(_Retries(journal))
        logging.getLogger("tasks.app").setLevel(logging.INFO)
        logging.getLogger("tasks.due_work").setLevel(logging.CRITICAL)
        site.journal = journal
        if mutate is not None:
            mutate(site)
        os.read(gate, 1)
        for _ in range(operations):
            try:
                _operation(site, journal, rng, plain)
            except AidError as refusal:
                journal.write("refused", do="-", code=refusal.code, key=None)
            except Exception:
                journal.write("error", text=traceback.format_exc(limit=-5))
        os._exit(0)
    except BaseException:
        traceback.print_exc(file=sys.stderr)
        os._exit(3)


def _operation(site: Site, journal: Journal, rng: random.Random, plain: bool) -> None:
    intent = plain_work.choose(site, rng, oldest=True) if plain else _contended(site, rng)
    if intent is None:
        return
    if intent["do"] == "due":
        _due(site, journal, plain)
        return
    perform = plain_work.perform if plain else office_work.perform
    try:
        done = perform(site, intent)
        journal.write("ack", **intent, done=done)
    except AidError as refusal:
        journal.write("refused", do=intent["do"], code=refusal.code, key=intent["key"])


def _due(site: Site, journal: Journal, plain: bool) -> None:
    if plain:
        done = plain_work.fire_due(site)
    else:
        done = run_due(site.app, lambda item, error: journal.write("error", text=f"{item}\n{error!r}"))
    journal.write("due", done=done)


def _contended(site: Site, rng: random.Random) -> Intent | None:
    """Choose what everybody chooses: eight times in ten the oldest open task."""
    draw = rng.random()
    if draw < 0.12:
        return {"do": "due", "args": {}, "actor": None, "key": None}
    tasks = office_work.open_tasks(site, 12)
    if draw < 0.2 or len(tasks) < 6:
        return office_work.next_application(site, rng) or office_work.choose(site, rng)
    if draw < 0.26:
        return office_work.on_case(site, rng, rng.choice(("waive", "found_work", "message", "exit")))
    task = tasks[0] if rng.random() < 0.8 else rng.choice(tasks)
    return _on_contended(site, rng, task, draw)


def _on_contended(site: Site, rng: random.Random, task: Task, draw: float) -> Intent | None:
    if draw < 0.5:
        return office_work.on_task("ClaimTask", site, rng, task)
    if draw < 0.58:
        return office_work.on_task("SaveDraft", site, rng, task)
    intent = office_work.on_task("CompleteTask", site, rng, task)
    if intent is not None and draw < 0.8:
        intent["key"] = f"same-{task.id}-{intent['actor']}"
    return intent
