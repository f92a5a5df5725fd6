"""Plays a scenario into an installation that is there already: how the demo gets its history.

Between the steps that the file tells, the small work of a district goes on: contacts and revisits are made,
applications are visited and published, most of them in time.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from engine.clock import VirtualClock, to_us
from tasks import commands
from tasks.app import App
from tasks.scenarios.clockwork import advance
from tasks.scenarios.fill import task_values
from tasks.scenarios.load import load
from tasks.scenarios.model import Scenario, Step
from tasks.scenarios.people_at_work import of_task
from tasks.scenarios.runner import play_step
from tasks.scenarios.world import World, build
from tasks.store import stories

#: Work that goes on beside the story.
SMALL = frozenset(
    {"P21_WeeklyContact", "P21_KeepContact", "P21_FollowUp", "P03_Verify", "P03_Publish", "P03_Card"}
)
#: One in so many of these is left undone, so that the demo has something late to show.
LEFT = 9
AT_WORK = timedelta(days=1)


def play_file(app: App, clock: VirtualClock, path: Path) -> None:
    """Play every scenario of a file on an app whose clock it moves; raise BadScenario or Difference."""
    for scenario in load(path, app.library):
        world = build(app, clock, scenario)
        for step in scenario.steps:
            _keep_up(world, scenario, step)
            play_step(world, step)


def _keep_up(world: World, scenario: Scenario, step: Step) -> None:
    """Live through the days up to a step, doing the small work of each."""
    while world.clock.now() + AT_WORK < step.at:
        advance(world, world.clock.now() + AT_WORK, step.line)
        _small_work(world, step)
    advance(world, step.at, step.line)
    _small_work(world, step)


def _small_work(world: World, step: Step) -> None:
    soon = to_us(world.clock.now() + timedelta(days=2))
    with world.app.read() as conn:
        waiting = [
            row
            for person_id in world.people.values()
            for row in stories.tasks_of(conn, person_id, None)
            if row["element"] in SMALL and (row["due_at"] < soon or row["element"].startswith("P03"))
        ]
    for row in waiting:
        if row["id"] % LEFT == 0 or row["created_at"] > to_us(world.clock.now() - AT_WORK):
            continue
        actor = of_task(world, step, row)
        values = task_values(world, actor, row["id"], {}, row["area"])
        world.app.do(commands.CompleteTask(row["id"], values), actor)
