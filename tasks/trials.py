"""The office's scenarios run against a draft, in a process of its own that cannot hurt the product.

The child writes after every scenario, so that a page shows how far it is; one that was killed is told by its
silence. A trial keeps the source it tried: a draft changed meanwhile shows that its results are older.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from engine.clock import SystemClock, from_us, to_us
from engine.codec import loads
from engine.definitions import digest
from engine.ids import new_id
from engine.store.db import Database
from tasks.difference import Source
from tasks.scenarios.runner import scenario_files
from tasks.store import trials as store
from tasks.store.conn import Connection, RowMapping

log = logging.getLogger(__name__)

SCENARIOS = Path(__file__).parent.parent / "bpmn" / "scenarios"
#: The child finds its database here: a URL may hold a password, and arguments are seen by everybody.
DATABASE = "AID595_TRIAL_DATABASE"
#: Silence after which a trial counts as broken off.
SILENCE = timedelta(seconds=90)
#: Trials run on the machine's time, wherever the demo's clock stands.
_CLOCK = SystemClock()
#: Who waits for the children of this process, by trial.
_AWAITED: dict[int, threading.Thread] = {}


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial as a page shows it. `state`: running, done, failed (could not run), lost (broken off)."""

    id: int
    key: str
    draft_id: int | None
    digest: str
    state: str
    total: int
    results: Sequence[Mapping[str, Any]]  #: id, title, file, passed, line, zh, en, elements, names
    coverage: Mapping[str, Any]  #: flows: id -> times taken; elements; missing
    problem: str
    started_at: int

    @property
    def failed(self) -> list[Mapping[str, Any]]:
        """Return the scenarios that did not pass."""
        return [result for result in self.results if not result["passed"]]

    def is_of(self, source: Source) -> bool:
        """Tell whether this very source was tried."""
        return self.digest == digest(source.xml.encode(), source.annex)


def start(
    db: Database, key: str, source: Source, draft_id: int | None, by: int | None,
    paths: Sequence[Path] | None = None,
) -> int:  # fmt: skip
    """Start scenarios (the office's own, or some files and folders) against a source; return the trial's id.

    A trial of the same source that still runs is returned instead.
    """
    now = to_us(_CLOCK.now())
    files = scenario_files((SCENARIOS,) if paths is None else paths)
    with db.transaction() as conn:
        if draft_id is not None:
            latest = of_draft(conn, draft_id)
            if latest is not None and latest.state == "running" and latest.is_of(source):
                return latest.id
        made = new_id()
        store.add(
            conn, id=made, key=key, draft_id=draft_id, digest=digest(source.xml.encode(), source.annex),
            xml=source.xml, annex=source.annex, state="running", total=len(files), results="[]",
            coverage="{}", problem="", started_at=now, started_by=by, beat_at=now,
        )  # fmt: skip
    _begin(db, made, files)
    return made


def _begin(db: Database, trial_id: int, files: Sequence[Path]) -> None:
    command = [sys.executable, "-m", "tasks.trial_run", str(trial_id), *map(str, files)]
    child = subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        env={**os.environ, DATABASE: db.url, "PYTHONPATH": os.pathsep.join(sys.path)},
        start_new_session=True,
    )  # fmt: skip
    waiter = threading.Thread(target=_await, args=(db, trial_id, child), name="trial", daemon=True)
    _AWAITED[trial_id] = waiter
    waiter.start()


def wait(trial_id: int) -> None:
    """Wait for a trial that this process started."""
    waiter = _AWAITED.get(trial_id)
    if waiter is not None:
        waiter.join()


def _await(db: Database, trial_id: int, child: subprocess.Popen[bytes]) -> None:
    """Note at once when the child could not do its work."""
    said = child.communicate()[1].decode(errors="replace").strip()
    if child.returncode != 0:
        log.error("A trial ended with %s: %s", child.returncode, said, extra={"action": "trial"})
        problem = f"试运行程序中断（{child.returncode}），请再试一次。"
        with db.transaction() as conn:
            store.write(conn, trial_id, state="failed", problem=problem)
    _AWAITED.pop(trial_id, None)


def read(conn: Connection, trial_id: int) -> Trial | None:
    """Return a trial, or None."""
    row = store.read(conn, trial_id)
    return None if row is None else _trial(row)


def of_draft(conn: Connection, draft_id: int) -> Trial | None:
    """Return the latest trial of a draft, or None."""
    row = store.latest_of(conn, draft_id)
    return None if row is None else _trial(row)


def _trial(row: RowMapping) -> Trial:
    silent = row["state"] == "running" and _CLOCK.now() - from_us(row["beat_at"]) > SILENCE
    return Trial(
        row["id"], row["key"], row["draft_id"], row["digest"], "lost" if silent else row["state"],
        row["total"], loads(row["results"]), loads(row["coverage"]), row["problem"], row["started_at"],
    )  # fmt: skip
