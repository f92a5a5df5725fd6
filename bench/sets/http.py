"""One completion over HTTP: session, page token, form, command, answer; and the page that follows."""

from __future__ import annotations

from collections.abc import Iterator

from bench.figure import Figure
from bench.office import Office, as_posted, csrf, log_in
from bench.run import Run
from bench.watch import Times

GROUP = "HTTP"
CPU_MS = 4.0
A_SECOND = 250.0
_STAFF = "staff.rh"


def measure(run: Run, kind: str) -> Iterator[Figure]:
    """Yield CPU and rate of a posted completion, and of the page of the next task."""
    office = Office(run.rooms.new(kind))
    client = log_in(office.web(), _STAFF)
    token = csrf(client, "/notices")
    post, page, both = Times(), Times(), Times()
    warm = max(2, run.size.posts // 10)
    for number in range(warm + run.size.posts):
        if number == warm:
            post.clear()
            page.clear()
        task = office.open_tasks(office.open_case())[0]
        form = {"_csrf": token, "_key": f"k{number}", **as_posted(office.form(task.id, {}))}
        with post:
            answer = client.post(f"/tasks/{task.id}", data=form)
        assert answer.status_code == 303, answer.text
        with page:
            shown = client.get(answer.headers["Location"])
        assert shown.status_code == 200, shown.status
    both.cpu = [a + b for a, b in zip(post.cpu, page.cpu, strict=True)]
    both.wall = [a + b for a, b in zip(post.wall, page.wall, strict=True)]
    yield Figure(GROUP, "completion: CPU", kind, post.cpu_ms, "ms", CPU_MS, note="test client included")
    yield Figure(GROUP, "completion: a second", kind, post.each_second, "/s", A_SECOND, at_least=True)
    yield Figure(GROUP, "page of a task: CPU", kind, page.cpu_ms, "ms", note=f"{len(shown.data) // 1024} KiB")
    yield Figure(GROUP, "completion and the page that follows: CPU", kind, both.cpu_ms, "ms",
                 note=f"{both.each_second:.0f}/s")  # fmt: skip
