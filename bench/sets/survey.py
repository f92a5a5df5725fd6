"""Importing the questionnaires of a whole district: time and memory of checking and of taking over.

A second workbook has long remarks, no two alike: near the 200 MB that a file may have. It is checked only,
and on SQLite only, because what it costs is reading it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure
from bench.run import Run
from bench.survey_book import write
from engine.clock import SystemClock, stopwatch
from tasks import org
from tasks.actor import OPERATOR
from tasks.app import App
from tasks.crypto import new_keys
from tasks.survey import importing

GROUP = "survey"
#: What the child may hold at most.
MEMORY_MIB = 500.0
#: Characters of each remark of the large workbook.
REMARK = 160
_PLACES = [(f"街{n // 20 + 1}镇", f"村{n + 1}") for n in range(100)]


def measure(run: Run, kind: str) -> Iterator[Figure]:
    """Yield minutes and memory of importing one workbook into an empty office."""
    book = run.rooms.folder / "survey.xlsx"
    count = run.size.questionnaires
    if not book.exists():
        write(book, count, _PLACES)
    app = _office(run, kind)
    size = f"{count:,} questionnaires"
    import_id, seconds, memory = _check(app, book)
    yield Figure(GROUP, f"{size}: checked", kind, seconds, "s", note=f"{book.stat().st_size >> 20} MiB xlsx")
    yield Figure(GROUP, f"{size}: memory while checking", kind, memory, "MiB", MEMORY_MIB)
    began = stopwatch()
    importing.go_on(app, OPERATOR, import_id)
    memory = _peak(import_id)
    seconds = stopwatch() - began
    with app.read() as conn:
        done = importing.mine(conn, OPERATOR, import_id)
    assert (done.state, done.done, done.opened, done.faulty) == ("done", count, count, 0), done
    yield Figure(GROUP, f"{size}: taken over", kind, seconds, "s", note="every person's file is opened")
    yield Figure(GROUP, f"{size}: memory while taken over", kind, memory, "MiB", MEMORY_MIB)
    yield Figure(GROUP, f"{size}: taken over, each", kind, seconds / count * 1_000, "ms")
    if kind == "sqlite":
        yield from large(run, kind)


def large(run: Run, kind: str) -> Iterator[Figure]:
    """Yield time and memory of checking a workbook with a long remark in every row."""
    book, count = run.rooms.folder / "large.xlsx", run.size.questionnaires
    write(book, count, _PLACES, REMARK)
    app = _office(run, kind)
    import_id, seconds, memory = _check(app, book)
    with app.read() as conn:
        done = importing.mine(conn, OPERATOR, import_id)
    assert (done.state, done.good, done.faulty) == ("checked", count, 0), done
    size, note = f"{count:,} with long remarks", f"{book.stat().st_size >> 20} MiB xlsx"
    yield Figure(GROUP, f"{size}: checked", kind, seconds, "s", note=note)
    yield Figure(GROUP, f"{size}: memory while checking", kind, memory, "MiB", MEMORY_MIB)


def _office(run: Run, kind: str) -> App:
    app = App(run.rooms.new(kind), SystemClock(), new_keys())
    with app.write() as conn:
        for street, community in _PLACES:
            org.ensure_unit(conn, "顺义区", street, community)
    return app


def _check(app: App, book: Path) -> tuple[int, float, float]:
    began = stopwatch()
    import_id = importing.start(app, OPERATOR, book, book.name)
    memory = _peak(import_id)
    return import_id, stopwatch() - began, memory


def _peak(import_id: int) -> float:
    """Return the most memory the child held, in MiB, as the system tells while it runs."""
    status = Path("/proc", str(importing.child(import_id).pid), "status")
    most = 0.0
    while True:
        try:
            lines = status.read_text("ascii").splitlines()
            most = max([most, *(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))])
        except OSError:
            pass
        if importing.wait(import_id, 0.25):
            return most
