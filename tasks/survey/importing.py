"""Importing a workbook of questionnaires: checked whole first, then taken over in batches to the end.

The work is done by a child process with limits of its own (`tasks.survey.import_run`), which writes after
every batch, so that a page shows how far it is and a killed one goes on where it stopped: a batch is taken
over and marked in one transaction. With a faulty row nothing is imported until whoever imports decides: mend
the file, or take the rows without fault and mend the others in a workbook of their own.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from engine.clock import SystemClock, from_us, to_us
from engine.codec import loads
from engine.errors import IllegalState, NotCandidate, NotFound
from engine.ids import new_id
from tasks import office_trail
from tasks.actor import Actor
from tasks.app import App
from tasks.crypto import keys_text
from tasks.demo_clock import DemoClock
from tasks.labels import label
from tasks.store import survey_imports as store
from tasks.store.conn import Connection, RowMapping
from tasks.survey.rowcheck import IMPORTERS
from tasks.survey.workbook import MOST_BYTES, WorkbookRefused
from tasks.text import clean_line

log = logging.getLogger(__name__)

#: Silence after which an import counts as broken off.
SILENCE = timedelta(seconds=90)
#: Rows with something unlikely that are listed.
MOST_WARNED = 2_000
#: More faulty rows than this and the rest is not looked at: the file as a whole is wrong.
MOST_FAULTS = 20_000
#: Whether a child is alive is told by the machine's time, wherever the demo's clock stands.
_CLOCK = SystemClock()
#: The children of this process with who waits for them, by import.
_AWAITED: dict[int, tuple[threading.Thread, subprocess.Popen[bytes]]] = {}
_COPY = 1 << 20


@dataclass(frozen=True, slots=True)
class Import:
    """One import as a page shows it. `state`: as stored, or `lost` (broken off)."""

    id: int
    name: str
    state: str
    #: The state it is to go on from where it was broken off.
    stored: str
    rows: int
    good: int
    faulty: int
    warned: int
    done: int
    opened: int
    same: int
    beside: int
    problem: str
    started_at: int
    started_by: int | None

    @property
    def running(self) -> bool:
        """Tell whether the child is at work."""
        return self.state in ("checking", "importing")

    @property
    def cut(self) -> bool:
        """Tell whether the rest was not looked at because of too many faults."""
        return self.faulty >= MOST_FAULTS


@dataclass(frozen=True, slots=True)
class Fault:
    """A row with faults: its cells by question, and what is wrong: (question, Chinese, English)."""

    row: int
    cells: dict[str, Any]
    problems: list[tuple[str, str, str]]


def require_right(actor: Actor) -> None:
    """Raise NotCandidate for who may not import questionnaires."""
    if not actor.is_system and not any(role in actor.roles for role in IMPORTERS):
        raise NotCandidate(role="、".join(label("role", role) for role in IMPORTERS))


def start(app: App, actor: Actor, path: Path, name: str, own_file: bool = False) -> int:
    """Begin to check a file; return the import's id. `own_file`: a copy of ours, removed when checked."""
    require_right(actor)
    made = new_id()
    with app.write() as conn:
        store.add(
            conn, id=made, name=clean_line(name)[:120] or path.name, path=str(path), own_file=own_file,
            state="checking", problem="", started_at=to_us(app.clock.now()), started_by=actor.user_id,
            beat_at=to_us(_CLOCK.now()),
        )  # fmt: skip
    _begin(app, made, actor)
    return made


def keep_upload(stream: IO[bytes], most: int = MOST_BYTES) -> Path:
    """Copy an upload to a file nobody else reads; raise WorkbookRefused for one that is too big."""
    handle, name = tempfile.mkstemp(prefix="aid595-survey-")
    path, size = Path(name), 0
    with os.fdopen(handle, "wb") as target:
        while chunk := stream.read(_COPY):
            size += len(chunk)
            if size > most:
                break
            target.write(chunk)
    if size > most:
        path.unlink()
        raise WorkbookRefused([f"文件超过{most >> 20} MB，请按街（镇）分成几个文件。"])
    return path


def go_on(app: App, actor: Actor, import_id: int) -> None:
    """Take over the rows without fault of a checked import, or go on with one that was broken off."""
    with app.write() as conn:
        found = mine(conn, actor, import_id)
        if found.state == "checked":
            if not found.good or found.cut:
                raise IllegalState(detail="没有可以导入的行，请改正文件后重新上传")
        elif found.state != "lost":
            raise IllegalState(detail="这次导入不在等待")
        state = "importing" if found.stored == "checked" else found.stored
        row = store.read(conn, import_id)
        run = 0 if row is None else row["run"] + 1
        store.write(conn, import_id, None, beat_at=to_us(_CLOCK.now()), run=run)
        if not _moved(conn, import_id, found.stored, state):
            raise IllegalState(detail="这次导入刚被处理过，请刷新后重试")
    if found.stored == "checked":
        counts = {"good": found.good, "faulty": found.faulty}
        app.run(lambda desk: office_trail.emit(desk, "SurveyImportStarted", f"import:{import_id}", **counts),
                actor)  # fmt: skip
    _begin(app, import_id, actor, run)


def _moved(conn: Connection, import_id: int, before: str, after: str) -> bool:
    return store.write(conn, import_id, before, state=after)


def drop(app: App, actor: Actor, import_id: int) -> None:
    """Put an import away that was not taken over; nothing of it stays."""
    with app.write() as conn:
        found = mine(conn, actor, import_id)
        if found.state not in ("checked", "lost") or found.done:
            raise IllegalState(detail="已经开始导入，不能取消；可以继续导入到完成")
        store.write(conn, import_id, None, ended_at=to_us(_CLOCK.now()))
        _moved(conn, import_id, found.stored, "dropped")
        store.clear(conn, import_id)
        row = store.read(conn, import_id)
    if row is not None and row["own_file"]:
        Path(row["path"]).unlink(missing_ok=True)


def mine(conn: Connection, actor: Actor, import_id: int) -> Import:
    """Return an import of an actor's own; raise NotFound."""
    row = store.read(conn, import_id)
    if row is None or (not actor.is_system and row["started_by"] != actor.user_id):
        raise NotFound
    return _import(row)


def listed(conn: Connection, actor: Actor) -> list[Import]:
    """Return an actor's own imports, the newest first."""
    return [_import(row) for row in store.of_account(conn, actor.user_id)]


def faults(
    app: App, conn: Connection, import_id: int, after: int = 0, limit: int = 50, warned: bool = False
) -> list[Fault]:
    """Return rows with faults (or with what is only unlikely) after a row number."""
    return [_fault(app, row) for row in store.faults(conn, import_id, after, limit, warned)]


def all_faults(app: App, conn: Connection, import_id: int) -> Iterator[Fault]:
    """Yield every row with faults."""
    yield from (_fault(app, row) for row in store.all_faults(conn, import_id))


def _fault(app: App, row: RowMapping) -> Fault:
    raw = loads(app.keys.open_bytes(bytes(row["sealed"]), place(row["import_id"])).decode())
    return Fault(row["row"], raw["cells"], [(name, zh, en) for name, zh, en in raw["problems"]])


def place(import_id: int) -> str:
    """Return what the content of an import is sealed for."""
    return f"survey_import:{import_id}"


def _import(row: RowMapping) -> Import:
    running = row["state"] in ("checking", "importing")
    silent = running and _CLOCK.now() - from_us(row["beat_at"]) > SILENCE
    names = ("rows", "good", "faulty", "warned", "done", "opened", "same", "beside", "problem", "started_at",
             "started_by")  # fmt: skip
    state = "lost" if silent else row["state"]
    return Import(row["id"], row["name"], state, row["state"], *(row[name] for name in names))


def _begin(app: App, import_id: int, actor: Actor, run: int = 0) -> None:
    given = {
        "database": app.db.url, "keys": keys_text(app.keys), "demo": app.demo is not None,
        "now": None if isinstance(app.clock, (SystemClock, DemoClock)) else to_us(app.clock.now()),
        "user": actor.user_id, "origin": actor.origin,
    }  # fmt: skip
    child = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "tasks.survey.import_run", str(import_id)], stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, start_new_session=True,
    )  # fmt: skip
    waiter = threading.Thread(
        target=_await, args=(app, import_id, run, child, json.dumps(given).encode()), name="import",
        daemon=True,
    )  # fmt: skip
    _AWAITED[import_id] = waiter, child
    waiter.start()


def wait(import_id: int, timeout: float | None = None) -> bool:
    """Wait for an import that this process started; tell whether it came to an end."""
    found = _AWAITED.get(import_id)
    if found is None:
        return True
    found[0].join(timeout)
    return not found[0].is_alive()


def child(import_id: int) -> subprocess.Popen[bytes]:
    """Return the child at work on an import that this process started; raise KeyError."""
    return _AWAITED[import_id][1]


def _await(app: App, import_id: int, run: int, child: subprocess.Popen[bytes], given: bytes) -> None:
    """Note at once when the child could not do its work: killed, it can go on; at a limit, it cannot."""
    said = child.communicate(given)[1].decode(errors="replace").strip()
    if child.returncode != 0:
        log.error("An import ended with %s: %s", child.returncode, said[-2_000:], extra={"action": "import"})
        with app.write() as conn:
            store.hold(conn, import_id, run, 0)
    if _AWAITED.get(import_id, (None, child))[1] is child:
        _AWAITED.pop(import_id, None)
