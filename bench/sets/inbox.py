"""The inbox with 1 k to 1 M open tasks: a page of 50 by due date, the counts, and the whole HTML page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench.figure import Figure
from bench.filling import Filler
from bench.office import Office, log_in
from bench.plain import Plain, Recorder, Sent
from bench.run import Run
from bench.watch import Times
from bench.workload_w import DAY_US, MONDAY
from engine.clock import to_us
from tasks import org
from tasks.queries import areas, inbox

GROUP = "inbox"
PAGE_MS = {"sqlite": 1.0, "postgresql": 2.0}
GROWTH = 1.2
HTML_MS = 5.0
_STAFF = "staff.rh"
_SPAN = inbox.Span(to_us(MONDAY), to_us(MONDAY) + 5 * DAY_US)


class Inbox:
    """One installation whose inbox is filled step by step; the worker is the staff of one street."""

    def __init__(self, run: Run, kind: str) -> None:
        self.office = Office(run.rooms.new(kind))
        self.samples = run.size.samples
        self.user = self.office.actor(_STAFF)
        self.plain = Plain(self.office.db.url)
        place = self.office.community()
        definition = self.plain.run("SELECT id FROM definition WHERE key = 'P05_street_assistance'")[0][0]
        self.filler = Filler(self.plain, int(definition), int(place["id"]), "P05_Conference")
        street = org.path_at(str(place["path"]), "street")
        # beside the worker's own pool nine of other streets, so that there is something to pass over
        self.pools = [street, *(f"/1/2/{n}/" for n in range(900, 909))]
        self.areas = [str(place["path"])]
        self.holders = [self.user.user_id or 0, *range(1, 10)]
        with self.office.app.read() as conn:
            self.drawn = areas.pools_of(conn, self.user)

    def fill(self, upto: int) -> None:
        """Bring the number of open tasks up to `upto`."""
        self.filler.fill(upto, "street_staff", self.pools, self.areas, self.holders)

    def page(self, which: str) -> int:
        """Read one page as the web does."""
        with self.office.app.read() as conn:
            rows = inbox.page(conn, which, self.user.user_id or 0, self.drawn, _SPAN, limit=inbox.PAGE + 1)
        return len(rows)

    def counts(self) -> inbox.Counts:
        """Read the counts as the web does."""
        with self.office.app.read() as conn:
            return inbox.counts(conn, self.user.user_id or 0, self.drawn, _SPAN)

    def sent(self, act: Any) -> list[Sent]:
        """Return the statements of an act."""
        recorder = Recorder(self.office.db)
        act()
        return recorder.stop()

    def timed(self, act: Any, times: Times) -> None:
        """Take the time of one act."""
        with times:
            act()


def measure(run: Run, kind: str) -> Iterator[Figure]:
    """Yield the page at every fill, its growth, the counts and the HTML page."""
    box = Inbox(run, kind)
    pages: list[float] = []
    for upto in run.size.open_tasks:
        box.fill(upto)
        page, count, floor = Times(), Times(), Times()
        sent = box.sent(lambda: box.page("pool"))
        assert box.page("pool") == min(inbox.PAGE + 1, upto // 100 * 9)
        box.counts()
        for _sample in range(box.samples):
            box.timed(lambda: box.page("pool"), page)
            box.timed(lambda s=sent: box.plain.read(s), floor)
            box.timed(box.counts, count)
        pages.append(page.wall_ms)
        yield Figure(GROUP, f"page of 50 at {upto:,} open", kind, page.wall_ms, "ms", PAGE_MS[kind],
                     floor=page.wall_ms / floor.wall_ms, note=f"CPU {page.cpu_ms:.2f} ms")  # fmt: skip
        yield Figure(
            GROUP, f"counts at {upto:,} open", kind, count.wall_ms, "ms", note=f"CPU {count.cpu_ms:.2f} ms"
        )
        if upto == run.size.page_at:
            yield from _html(box, kind, upto)
    yield Figure(GROUP, "page: largest over smallest", kind, pages[-1] / pages[0], "×", GROWTH,
                 note=f"{run.size.open_tasks[-1]:,} over {run.size.open_tasks[0]:,} open")  # fmt: skip
    box.plain.close()


def _html(box: Inbox, kind: str, upto: int) -> Iterator[Figure]:
    client = log_in(box.office.web(), _STAFF)
    for which in ("pool", "mine"):
        times = Times()
        for _warm in range(2):
            assert client.get(f"/inbox?list={which}").status_code == 200
        for _sample in range(box.samples):
            with times:
                client.get(f"/inbox?list={which}")
        yield Figure(GROUP, f"HTML page with counts ({which}) at {upto:,} open", kind, times.wall_ms, "ms",
                     HTML_MS, note=f"CPU {times.cpu_ms:.2f} ms")  # fmt: skip
