"""One completion over HTTP: session, page token, form, command, answer; and the page that follows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench.figure import Figure
from bench.office import Office, as_posted, csrf, log_in
from bench.plain import Plain, Recorder
from bench.run import Run
from bench.watch import Times

GROUP = "HTTP"
CPU_MS = 4.0
A_SECOND = 250.0
_STAFF = "staff.rh"


#: Why no figure of this set stands beside the naive engine.
_ALONE = "naive has no session, form or page: its step is in R"


class _Desk:
    """A person of an office who completes tasks in the browser."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.client = log_in(office.web(), _STAFF)
        self.token = csrf(self.client, "/notices")
        self.path = ""
        self.form: dict[str, Any] = {}
        self.bytes = 0

    def prepare(self, number: int) -> None:
        """Open a case and fill the form of its first task."""
        task = self.office.open_tasks(self.office.open_case())[0]
        self.path = f"/tasks/{task.id}"
        values = as_posted(self.office.form(task.id, {}))
        self.form = {"_csrf": self.token, "_key": f"k{number}", **values}

    def post(self, times: Times) -> None:
        """Complete the task."""
        with times:
            answer = self.client.post(self.path, data=self.form)
        assert answer.status_code == 303, answer.text
        self.path = answer.headers["Location"]

    def look(self, times: Times) -> None:
        """Open the page that follows."""
        with times:
            shown = self.client.get(self.path)
        assert shown.status_code == 200, shown.status
        self.bytes = len(shown.data)


class _Lanes:
    """The same desk in two offices, one timed and one listened to, and the floor."""

    def __init__(self, run: Run, kind: str) -> None:
        self.ours = _Desk(Office(run.rooms.new(kind)))
        heard = run.rooms.new(kind)
        self.floor = Plain(run.rooms.new(kind).url)
        self.recorder = Recorder(heard)
        self.heard = _Desk(Office(heard))
        self.post, self.page = Times(), Times()
        self.floor_post, self.floor_page = Times(), Times()

    def work(self, number: int) -> None:
        """Complete a task and look at the next, in every lane."""
        self.ours.prepare(number)
        self.heard.prepare(number)
        self.floor.write(self.recorder.take())
        self.ours.post(self.post)
        self.heard.post(Times())
        sent = self.recorder.take()
        with self.floor_post:
            self.floor.write(sent)
        self.ours.look(self.page)
        self.heard.look(Times())
        sent = self.recorder.take()
        with self.floor_page:
            self.floor.read(sent)
        self.floor.write(sent)

    def forget(self) -> None:
        """Forget what was measured so far."""
        for times in (self.post, self.page, self.floor_post, self.floor_page):
            times.clear()


def measure(run: Run, kind: str) -> Iterator[Figure]:
    """Yield CPU and rate of a posted completion, and of the page of the next task."""
    lanes = _Lanes(run, kind)
    warm = max(2, run.size.posts // 10)
    for number in range(warm + run.size.posts):
        if number == warm:
            lanes.forget()
        lanes.work(number)
    lanes.floor.close()
    post, page, both = lanes.post, lanes.page, Times()
    both.cpu = [a + b for a, b in zip(post.cpu, page.cpu, strict=True)]
    both.wall = [a + b for a, b in zip(post.wall, page.wall, strict=True)]
    rows, reads = lanes.floor_post, lanes.floor_page
    yield Figure(GROUP, "completion: CPU", kind, post.cpu_ms, "ms", CPU_MS, floor=post.cpu_ms / rows.cpu_ms,
                 note=f"test client included; floor {rows.cpu_ms:.2f} ms; {_ALONE}")  # fmt: skip
    yield Figure(GROUP, "completion: a second", kind, post.each_second, "/s", A_SECOND, at_least=True,
                 floor=post.wall_ms / rows.wall_ms, note=f"floor {rows.each_second:,.0f}/s")  # fmt: skip
    beside = f"floor: its statements, {reads.cpu_ms:.2f} ms"
    yield Figure(GROUP, "page of a task: CPU", kind, page.cpu_ms, "ms", floor=page.cpu_ms / reads.cpu_ms,
                 note=f"{lanes.ours.bytes // 1024} KiB; {beside}")  # fmt: skip
    least = rows.cpu_ms + reads.cpu_ms
    yield Figure(GROUP, "completion and the page that follows: CPU", kind, both.cpu_ms, "ms",
                 floor=both.cpu_ms / least, note=f"{both.each_second:.0f}/s")  # fmt: skip
