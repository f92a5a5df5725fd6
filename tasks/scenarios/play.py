"""Plays a scenario into an installation that is there already: how the demo gets its history.

Between the steps that the file tells, the small work of a district goes on: contacts and revisits are made,
applications are visited and published, most of them in time; everybody of the survey is interviewed.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from engine.clock import VirtualClock, to_us
from engine.errors import StaleTask
from tasks import commands
from tasks.app import App
from tasks.scenarios.clockwork import advance
from tasks.scenarios.fill import task_values
from tasks.scenarios.load import load
from tasks.scenarios.model import Step
from tasks.scenarios.people_at_work import of_task
from tasks.scenarios.runner import play_step
from tasks.scenarios.world import World, build
from tasks.store import stories
from tasks.store.conn import RowMapping

#: Work that goes on beside the story.
SMALL = frozenset({
    "P21_WeeklyContact", "P21_KeepContact", "P21_FollowUp", "P21_Visit", "P03_Verify", "P03_Publish",
    "P03_Card",
})  # fmt: skip
#: The survey, of which nothing is left undone; who did not come to the counter by himself stays at home.
SURVEY: Mapping[str, Mapping[str, Any]] = {
    "P01a_Form": {}, "P01a_Verify": {}, "P01a_Enter": {}, "P01a_VisitRecord": {}, "P02_ConfirmRow": {},
    "P02_Accompany": {"outcome": "DECLINED"},
}  # fmt: skip
#: One in so many of these, in the order in which they turn up, is left undone, so that the demo has something
#: late to show. Never by id: ids are random, and the demo is the same whenever it is loaded.
LEFT = 9
AT_WORK, SOON = timedelta(days=1), timedelta(days=2)


def play_file(app: App, clock: VirtualClock, path: Path) -> None:
    """Play every scenario of a file on an app whose clock it moves; raise BadScenario or Difference."""
    for scenario in load(path, app.library):
        world = build(app, clock, scenario)
        turns: dict[int, int] = {}
        for step in scenario.steps:
            _keep_up(world, step, turns)
            play_step(world, step)


def _keep_up(world: World, step: Step, turns: dict[int, int]) -> None:
    """Live through the days up to a step, doing the small work of each."""
    while world.clock.now() + AT_WORK < step.at:
        advance(world, world.clock.now() + AT_WORK, step.line)
        _small_work(world, step, turns)
    advance(world, step.at, step.line)
    _small_work(world, step, turns)


def _small_work(world: World, step: Step, turns: dict[int, int]) -> None:
    """Do what is to be done now; `turns` numbers the tasks as they turned up."""
    now = world.clock.now()
    with world.app.read() as conn:
        waiting = stories.open_tasks(conn, [*SMALL, *SURVEY], to_us(now - AT_WORK))
    for row in waiting:
        turn = turns.setdefault(row["id"], len(turns) + 1)
        if not _is_done(row, turn, to_us(now + SOON)):
            continue
        actor = of_task(world, step, row)
        with suppress(StaleTask):  # a visit is a contact too: it ended just now
            values = task_values(world, actor, row["id"], SURVEY.get(row["element"], {}), row["area"])
            world.app.do(commands.CompleteTask(row["id"], values), actor)


def _is_done(row: RowMapping, turn: int, soon: int) -> bool:
    if row["element"] in SURVEY:
        return True
    if turn % LEFT == 0 and row["element"] != "P21_Visit":
        return False
    return row["due_at"] < soon or str(row["element"]).startswith("P03")
