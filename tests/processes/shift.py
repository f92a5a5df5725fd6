"""Two web and two worker processes at work, any of which may be killed and followed by another."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.app import App
from tests.processes.people import People
from tests.processes.programs import Program, Programs, wait_until


@dataclass
class Shift:
    """The programs of an office and the people who work with them."""

    office: Programs
    people: People
    workers: list[Program]

    @property
    def app(self) -> App:
        """Return the installation as it is read."""
        return self.people.app

    def relieve(self) -> None:
        """Kill the web and the worker that run longest; others take their places."""
        web, worker = self.people.webs.pop(0), self.workers.pop(0)
        web.kill()
        worker.kill()
        self.people.webs.append(self.office.serve())
        self.workers.append(self.office.start("worker"))
        wait_until("the new web answers", self.people.webs[-1].is_ready)


def start_shift(office: Programs) -> Shift:
    """Start two of each on an installation and wait until the webs answer."""
    webs = [office.serve(), office.serve()]
    workers = [office.start("worker"), office.start("worker")]
    app = office.reader()
    for web in webs:
        wait_until("the web answers", web.is_ready)
    return Shift(office, People(webs, app), workers)
