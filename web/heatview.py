"""The work of each step of a process as numbers, and as heat on its diagram."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from statistics import median_low
from typing import Any

from engine.calendar import WorkCalendar
from engine.clock import to_us
from engine.errors import CalendarUnknown, NotFound
from engine.graph import HUMAN, Graph
from tasks.queries import step_load, studio
from tasks.queries.step_load import StepLoad
from tasks.queries.studio import Version
from web.context import Ctx
from web.registerview import Asked

#: What the diagram may be coloured by.
WAYS = ("open", "done", "days", "late")
LEVELS = 4


@dataclass(frozen=True, slots=True)
class Row:
    """A step with its numbers; `days` and `longest` are working days after the day the task arose."""

    element: str
    load: StepLoad
    days: int | None
    longest: int | None

    @property
    def late_share(self) -> int | None:
        """Return how many per cent of what was finished with a due date was late; None: nothing was."""
        return round(100 * self.load.late / self.load.dated) if self.load.dated else None

    def value(self, way: str) -> int | None:
        """Return the number a way to colour shows."""
        one = self.load
        return {"open": one.open, "done": one.done, "days": self.days, "late": self.late_share}[way]


@dataclass(frozen=True, slots=True)
class Heat:
    """A process with the work of its steps."""

    version: Version
    rows: list[Row]


def load(context: Ctx, key: str, asked: Asked) -> Heat:
    """Read the work of a process's steps; raise NotFound where there is no version to draw."""
    with context.app.read() as conn:
        versions = studio.versions(conn, key)
        period = asked.period
        now = to_us(context.now)
        found = step_load.of_process(conn, key, [asked.area], period.since, period.until, now)
        calendar = context.app.work_calendar(conn)
    released = [one for one in versions if one.status in ("active", "retired")]
    if not released:
        raise NotFound
    version = max(released, key=lambda one: (one.status == "active", one.version))
    steps = _steps(context.graph(version.id))
    elements = [*steps, *sorted(found.keys() - set(steps))]
    return Heat(version, [_row(one, found.get(one, StepLoad()), calendar) for one in elements])


def _steps(graph: Graph) -> list[str]:
    return [node.id for node in graph.nodes.values() if node.kind in HUMAN]


def _row(element: str, load: StepLoad, calendar: WorkCalendar) -> Row:
    spans: list[int] = []
    try:
        for (first, last), count in load.spans.items():
            days = calendar.working_days(first + timedelta(days=1), last) if last > first else 0
            spans += [days] * count
    except CalendarUnknown:
        spans = []
    return Row(element, load, median_low(spans) if spans else None, max(spans, default=None))


def marks(heat: Heat, way: str) -> dict[str, Any]:
    """Return what the viewer colours: a level of 1 to 4 and the number, for each step that has one."""
    shown = {row.element: row.value(way) for row in heat.rows}
    most = max((value for value in shown.values() if value), default=0)
    found: Mapping[str, Any] = {
        element: {"level": -(-value * LEVELS // most), "text": f"{value}%" if way == "late" else str(value)}
        for element, value in shown.items()
        if value
    }
    return {"heat": found}
