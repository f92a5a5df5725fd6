"""The child that imports questionnaires: `python -m tasks.survey.import_run IMPORT`, started by `importing`.

It is told on its standard input where the database is, with which keys and for whom; arguments and
environment are seen by others. It has limits of its own: a file that eats memory or time harms nobody.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any

from engine.clock import SystemClock, VirtualClock, from_us, local_date, to_us
from engine.codec import canonical, loads
from engine.errors import AidError, Unavailable
from engine.store.db import Database, is_conflict
from tasks import accounts, office_trail
from tasks.actor import OPERATOR, Actor
from tasks.app import App
from tasks.crypto import keys_from_text
from tasks.demo_clock import DemoClock
from tasks.desk import Desk
from tasks.org import Unit
from tasks.store import survey_imports as store
from tasks.store import surveys
from tasks.store.conn import Connection
from tasks.survey.importing import MOST_FAULTS, MOST_WARNED, place
from tasks.survey.keep import Entry, Keeper, Taken
from tasks.survey.meaning import Reader
from tasks.survey.rowcheck import Checker, Found, new_person, places_of
from tasks.survey.workbook import Row, WorkbookRefused, rows_of

#: Bytes of memory and seconds of CPU the child may use.
MEMORY = 500 << 20
SECONDS = 7_200
#: How often the child says that it is alive while it reads for long, in seconds.
BEAT = 15.0
#: Rows of a transaction.
BATCH = 500
TRIES = 5
_CLOCK = SystemClock()


class Overtaken(Exception):
    """Another child goes on with the import, or it was put away: nothing more is to be written."""


class ImportRun:
    """One import at work."""

    def __init__(self, app: App, actor: Actor, import_id: int) -> None:
        self.app = app
        self.actor = actor
        self.id = import_id
        with app.read() as conn:
            row = store.read(conn, import_id)
            self.places = places_of(conn)
        if row is None:
            raise LookupError(f"no import {import_id}")
        self.row = row
        self.number = int(row["run"])
        self.today = local_date(app.clock.now())
        self.warned = 0
        self.by_id = {unit.id: unit for unit in self.places.values()}

    def run(self) -> None:
        """Do what the import waits for: check the file, or take over what was checked."""
        if self.row["state"] == "checking":
            self.check(Path(self.row["path"]))
        elif self.row["state"] == "importing":
            self.take_over()

    # checking

    def check(self, path: Path) -> None:
        """Look at every row of the file; those without fault wait sealed, the others with their reasons."""
        with self._writing() as conn:
            store.clear(conn, self.id)
            zero = dict.fromkeys(("rows", "good", "faulty", "warned"), 0)
            store.write(conn, self.id, "checking", beat_at=to_us(_CLOCK.now()), problem="", **zero)
        try:
            if not path.exists():
                raise WorkbookRefused(["上传的文件已经不在了，请重新上传。"])
            rows = self._check_rows(rows_of(path))
        except WorkbookRefused as refusal:
            self._fail("\n".join(refusal.problems))
        except MemoryError:
            self._fail("文件太大，读取时用完了内存。请按街（镇）分成几个文件再导入。")
        else:
            if rows == 0:
                self._fail("“问卷”里只有列名，没有内容。")
            else:
                self._state("checking", "checked")
        if self.row["own_file"]:
            path.unlink(missing_ok=True)

    def _check_rows(self, rows: Iterator[Row]) -> int:
        checker = Checker(self.app.keys, self.actor, self.today, self.app.library.thresholds, self.places)
        read = faulty = no = 0
        while some := list(islice(rows, BATCH)):
            with self.app.read() as conn:
                found = list(checker.look(conn, some))
            read, no = read + len(found), no + 1
            faulty += self._keep(no, found)
            if faulty >= MOST_FAULTS:
                break
        return read

    def _keep(self, no: int, found: list[Found]) -> int:
        good = [one for one in found if not one.problems]
        bad = [one for one in found if one.problems]
        with self._writing() as conn:
            if good:
                lines = [[one.row.number, one.answers, one.unit.id] for one in good if one.unit is not None]
                store.add_batch(conn, self.id, no, self._seal(lines))
            unlikely = [one for one in good if one.warnings][: max(0, MOST_WARNED - self.warned)]
            self.warned += len(unlikely)
            if bad or unlikely:
                store.add_faults(conn, [self._fault(one) for one in (*bad, *unlikely)])
            store.count_up(
                conn, self.id, to_us(_CLOCK.now()), rows=len(found), good=len(good), faulty=len(bad),
                warned=sum(bool(one.warnings) for one in good),
            )  # fmt: skip
        return len(bad)

    def _fault(self, one: Found) -> dict[str, Any]:
        cells = {name: _as_text(cell) for name, cell in one.row.answers.items()}
        content = {"cells": cells, "problems": one.problems or one.warnings}
        sealed = self.app.keys.seal_bytes(canonical(content).encode(), place(self.id))
        return {
            "import_id": self.id, "row": one.row.number, "warned": not one.problems, "sealed": sealed
        }  # fmt: skip

    def _seal(self, lines: list[Any]) -> bytes:
        return self.app.keys.seal_bytes(zlib.compress(canonical(lines).encode(), 3), place(self.id))

    # taking over

    def take_over(self) -> None:
        """Take over every batch that waits, each in a transaction of its own, then say so on the trail."""
        with self.app.read() as conn:
            waiting = store.waiting(conn, self.id)
        reader = Reader(self.app.library.tables, self.app.library.thresholds)
        for no in waiting:
            self._batch(no, reader)

        def end(desk: Desk) -> None:
            self._hold(desk.conn)
            row = store.read(desk.conn, self.id)
            if row is not None and store.write(
                desk.conn, self.id, "importing", state="done", ended_at=to_us(_CLOCK.now())
            ):
                store.clear(desk.conn, self.id, faults_too=False)
                counts = {name: row[name] for name in ("done", "opened", "same", "beside")}
                office_trail.emit(desk, "SurveyImported", f"import:{self.id}", **counts)

        self.app.run(end, self.actor)

    def _batch(self, no: int, reader: Reader) -> None:
        for attempt in range(1, TRIES + 1):
            try:
                self.app.run(lambda desk: self._take(desk, no, reader), self.actor)
            except Exception as error:
                if attempt == TRIES or not is_conflict(error):
                    raise
            else:
                return

    def _take(self, desk: Desk, no: int, reader: Reader) -> None:
        self._hold(desk.conn)
        sealed = store.take_batch(desk.conn, self.id, no, to_us(_CLOCK.now()))
        if sealed is None:
            return
        lines = loads(zlib.decompress(desk.keys.open_bytes(bytes(sealed), place(self.id))).decode())
        taken: Taken = Taken()
        for some in _rounds(lines):
            taken.add(self._keeper_take(desk, some, reader))
        store.count_up(
            desk.conn, self.id, to_us(_CLOCK.now()), done=len(lines), opened=taken.opened, same=taken.same,
            beside=taken.beside,
        )  # fmt: skip

    def _keeper_take(self, desk: Desk, lines: list[Any], reader: Reader) -> Taken:
        indexes = [desk.keys.blind("id_no", answers["id_no"]) for _row, answers, _unit in lines]
        known = surveys.persons_by_index(desk.conn, indexes, lock=True)
        entries = [
            Entry(answers, known.get(index) or new_person(answers, self._unit(unit_id), desk.today))
            for index, (_row, answers, unit_id) in zip(indexes, lines, strict=True)
        ]
        return Keeper(desk, f"import:{self.id}", reader).take(entries)

    def _unit(self, unit_id: int) -> Unit:
        found = self.by_id.get(unit_id)
        if found is None:
            raise WorkbookRefused(["检查之后有社区（村）被停用，请重新上传文件。"])
        return found

    # saying how it stands

    def _hold(self, conn: Connection) -> None:
        if not store.hold(conn, self.id, self.number, to_us(_CLOCK.now())):
            raise Overtaken

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self.app.write() as conn:
            self._hold(conn)
            yield conn

    def _state(self, before: str, after: str) -> None:
        with self._writing() as conn:
            store.write(conn, self.id, before, state=after, beat_at=to_us(_CLOCK.now()))

    def _fail(self, problem: str) -> None:
        with self._writing() as conn:
            store.clear(conn, self.id)
            now = to_us(_CLOCK.now())
            store.write(conn, self.id, None, state="failed", problem=problem, beat_at=now, ended_at=now)


class Beat:
    """Says every few seconds that the child is alive, also while nothing can be written yet."""

    def __init__(self, app: App, import_id: int, run: int) -> None:
        self._app = app
        self._id = import_id
        self._run = run
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="beat", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._thread.join()

    def _go_on(self) -> None:
        while not self._ended.wait(BEAT):
            with suppress(Unavailable), self._app.write() as conn:
                store.hold(conn, self._id, self._run, to_us(_CLOCK.now()))


def _rounds(lines: list[Any]) -> list[list[Any]]:
    """Return rows in rounds with each person once, the earlier year first: what one tells the next finds."""
    rounds: list[list[Any]] = []
    met: Counter[str] = Counter()
    for line in sorted(lines, key=lambda line: str(line[1]["survey_date"])):
        nth = met[line[1]["id_no"]]
        met[line[1]["id_no"]] += 1
        rounds += [[]] if nth == len(rounds) else []
        rounds[nth].append(line)
    return rounds


def _as_text(cell: Any) -> Any:
    if isinstance(cell, (str, int)) and not isinstance(cell, bool):
        return cell[:1_000] if isinstance(cell, str) else str(cell)
    return str(cell)[:1_000]


def _open(given: dict[str, Any]) -> tuple[App, Actor]:
    db = Database(given["database"], pool_size=2)
    demo = DemoClock(db) if given["demo"] else None
    clock = VirtualClock(from_us(given["now"])) if given["now"] is not None else SystemClock()
    app = App(db, demo or clock, keys_from_text(given["keys"]), demo=demo, demo_settings=given["demo"])
    if given["user"] is None:
        return app, OPERATOR
    with app.read() as conn:
        return app, accounts.load_actor(conn, given["user"], given["origin"])


def main(import_id: int) -> None:
    """Carry an import on; what cannot go on is said in the import."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    os.nice(10)
    app, actor = _open(json.loads(sys.stdin.read()))
    run = ImportRun(app, actor, import_id)
    try:
        with Beat(app, import_id, run.number), suppress(Overtaken):
            run.run()
    except AidError as refusal:
        problem = "\n".join(refusal.problems) if isinstance(refusal, WorkbookRefused) else ""
        with app.write() as conn, suppress(Overtaken):
            run._hold(conn)
            store.write(conn, import_id, None, problem=problem or refusal.sentence("zh"), beat_at=0)
    finally:
        app.db.dispose()


if __name__ == "__main__":
    main(int(sys.argv[1]))
