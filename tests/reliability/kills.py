"""The kill lab: one forked child a kill, at every statement and commit; the next repeats what was cut off."""

from __future__ import annotations

import gc
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn

import sqlalchemy as sa

from engine.errors import AidError
from engine.store.tables import event
from tasks import due_work
from tasks.app import App
from tests.reliability import office_work, plain_work
from tests.reliability.failpoints import RETRY, Coverage, Failpoints, Target
from tests.reliability.journal import Journal
from tests.reliability.office_work import Intent
from tests.reliability.oracle import check, kinds
from tests.reliability.site import BEGINS, Site

#: Commands a child carries out before it ends by itself.
COMMANDS_A_CHILD = 40
#: A child that looks for a command with points left draws so many times before it takes what comes.
DRAWS = 6
#: The span of virtual time a whole run covers: within the years the working calendar knows.
SPAN = timedelta(days=260)


@dataclass
class KillReport:
    """What a run of the lab did and found."""

    backend: str
    work: str
    seed: int
    mutation: str = ""
    kills: int = 0
    ended: int = 0
    acked: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    replayed: int = 0
    coverage: Coverage = field(default_factory=Coverage)
    violations: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def figures(self) -> dict[str, Any]:
        """Return the report as one flat line."""
        return {
            "lab": "kills", "backend": self.backend, "work": self.work, "seed": self.seed,
            "mutation": self.mutation, "kills": self.kills, "ran_to_end": self.ended,
            "acked": dict(self.acked), "refused": dict(self.refused), "replayed": self.replayed,
            **self.coverage.figures(), "violations": kinds(self.violations),
            "seconds": round(self.seconds, 1),
        }  # fmt: skip


@dataclass(frozen=True)
class Work:
    """What children do: choose, perform, and bring about what the clock does."""

    name: str
    choose: Callable[[Site, random.Random], Intent | None]
    perform: Callable[[Site, Intent], dict[str, Any]]
    due: Callable[[Site, Journal], None]
    acting: tuple[int, ...] = ()


def _office_due(site: Site, journal: Journal) -> None:
    due_work.run_due(site.app, lambda item, error: _failed(journal, item, error))


def _failed(journal: Journal, item: due_work.Due, error: Exception) -> None:
    text = "".join(traceback.format_exception(error)[-6:])
    journal.write("violation", rule="error", text=f"due work failed: {item}: {text}")


def _plain_due(site: Site, journal: Journal) -> None:
    plain_work.fire_due(site, fired=lambda timer: _ack_due(journal, "timer", timer))


def _ack_due(journal: Journal, what: str, row_id: int) -> None:
    journal.write("ack", do="due", what=what, id=row_id, key=None)


OFFICE = Work("office", office_work.choose, office_work.perform, _office_due)
PLAIN = Work("plain", plain_work.choose, plain_work.perform, _plain_due, plain_work.USERS)


def run_kills(
    site: Site, folder: Path, kills: int, seed: int, work: Work = OFFICE, mutation: str = "",
    check_every: int = 0, mutate: Callable[[Site], None] | None = None,
) -> KillReport:  # fmt: skip
    """Kill a child `kills` times; stop early when the oracle finds a violation. Prints nothing."""
    backend = "postgres" if site.app.db.is_postgres else "sqlite"
    report = KillReport(backend, work.name, seed, mutation)
    rng = random.Random(seed)
    journal = Journal(folder / f"{backend}-{work.name}-{mutation or 'good'}-{seed}.jsonl")
    started = time.monotonic()
    _warm(site, work, seed)
    every = check_every or max(10, kills // 10)
    child = 0
    while report.kills < kills and not report.violations and child < kills * 2 + 20:
        site.rest()
        target = report.coverage.target(rng)
        now = BEGINS + SPAN * (child / (kills * 1.2 + 1))
        pid = os.fork()
        if pid == 0:
            site.at(now)
            drawn = random.Random(seed * 1_000_003 + child)
            _child(site, journal, work, drawn, target, mutate)
        _pid, status = os.waitpid(pid, 0)
        child += 1
        _count(report, journal, status)
        broken = os.WIFEXITED(status) and os.WEXITSTATUS(status) != 0
        if broken or child % every == 0 or report.kills >= kills:
            site.rest()
            report.violations += check(site, journal.records(), work.acting)
    report.replayed = len(journal.records("replayed"))
    report.acked = Counter(row["do"] for row in journal.records("ack"))
    report.refused = Counter(row["code"] for row in journal.records("refused"))
    report.seconds = time.monotonic() - started
    journal.close()
    return report


def _warm(site: Site, work: Work, seed: int) -> None:
    """Do a little work in the parent, so that children inherit compiled statements and graphs."""
    rng = random.Random(seed + 77)
    for _ in range(12):
        intent = work.choose(site, rng)
        if intent is not None and intent["do"] != "due":
            try:
                work.perform(site, intent)
            except AidError:
                continue


def _count(report: KillReport, journal: Journal, status: int) -> None:
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        report.kills += 1
        last = journal.records("killed")[-1]
        report.coverage.died(last["label"], last["seen"])
    else:
        report.ended += 1
        ended = journal.records("ended")
        report.coverage.ended(ended[-1]["seen"] if ended else [])


def _child(
    site: Site, journal: Journal, work: Work, rng: random.Random, target: Target,
    mutate: Callable[[Site], None] | None,
) -> NoReturn:  # fmt: skip
    gc.disable()  # a collection would touch, and so copy, every page shared with the parent
    try:
        points = Failpoints(site.app.db.engine, journal, target)
        _tell_due(journal, points)
        if mutate is not None:
            site.journal = journal
            mutate(site)
        cut_off = journal.pending()
        if cut_off is not None:
            _again(site, journal, work, points, cut_off)
        wanted = target.wanted()
        for _ in range(COMMANDS_A_CHILD):
            intent = _next(site, work, rng, wanted)
            if intent is not None:
                _do(site, journal, work, points, intent)
            points.done += 1
        journal.write("ended", seen=sorted(points.seen))
        os._exit(0)
    except BaseException:  # the child must not return into the parent's test
        journal.write("violation", rule="error", text=traceback.format_exc(limit=-8))
        traceback.print_exc(file=sys.stderr)
        os._exit(3)


def _next(site: Site, work: Work, rng: random.Random, wanted: set[str]) -> Intent | None:
    """Return what to do next; every second time a command with points left, if a few draws find one."""
    intent = work.choose(site, rng)
    if rng.random() < 0.5:
        return intent
    for _ in range(DRAWS):
        if intent is not None and intent["do"] in wanted:
            break
        intent = work.choose(site, rng)
    return intent


def _tell_due(journal: Journal, points: Failpoints) -> None:
    """Let the worker acknowledge each thing it did, after its commit."""
    do = due_work._do

    def told(app: App, item: due_work.Due, failed: due_work.Hears | None) -> bool:
        done = do(app, item, failed)
        if done:
            points.reach("before ack")
            _ack_due(journal, item.kind, item.id)
        return done

    due_work._do = told


def _do(
    site: Site, journal: Journal, work: Work, points: Failpoints, intent: Intent, cut: bool = False
) -> None:
    points.command = (RETRY if cut else "") + intent["do"]
    if intent["do"] == "due":
        points.watching = True
        work.due(site, journal)
        points.watching = False
        return
    if not cut:
        journal.write("intent", **intent)
    points.watching = True
    try:
        done = work.perform(site, intent)
        points.reach("before ack")
        journal.write("ack", **intent, done=done)
    except AidError as refusal:
        journal.write("refused", do=intent["do"], code=refusal.code, key=intent["key"])
    points.watching = False


def _again(site: Site, journal: Journal, work: Work, points: Failpoints, intent: Intent) -> None:
    """Press the button once more with the same key: what was done already must not be done again."""
    before = _events(site, intent["key"])
    refused = len(journal.records("refused"))
    _do(site, journal, work, points, intent, cut=True)
    after = _events(site, intent["key"])
    journal.write("replayed", key=intent["key"], was_done=bool(before[1]))
    if before[1] and (after[0] != before[0] or len(journal.records("refused")) > refused):
        text = f"{intent['do']} was done, its repetition changed or refused something: {before} -> {after}"
        journal.write("violation", rule="I2", text=text)


def _events(site: Site, key: str) -> tuple[int, int]:
    with site.app.read() as conn:
        whole = conn.execute(sa.select(sa.func.count()).select_from(event)).scalar_one()
        mine = conn.execute(sa.select(sa.func.count()).where(event.c.command_key == key)).scalar_one()
    return whole, mine
