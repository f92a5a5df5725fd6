"""Workload R: one real case over three tiers, from the application to a job, through the product's door."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.office import Office
from engine.clock import from_us
from tasks import commands, due_work
from tasks.actor import Actor
from tasks.due_work import run_due
from tasks.queries.case_page import OpenTask

#: The P21 duties and an objection are not on the road.
_BESIDE = ("P21_", "P03_Objection")
#: What is said where the example would not lead on, by how often the task came before.
_ANSWERS: Mapping[str, Callable[[int], Mapping[str, Any]]] = {
    "P05_Conclude": lambda before: {"decision": "ESCALATE"} if before else {},
    "P06_Outcome": lambda _before: {"outcome": "HIRED"},
}
MOST_STEPS = 150


@dataclass(frozen=True, slots=True)
class Step:
    """The next thing to do in a case: a command by somebody; None: the clock has to move."""

    task: OpenTask
    command: commands.CompleteTask
    actor: Actor


@dataclass
class Road:
    """One case under way in one office."""

    office: Office
    case_id: int = 0
    done: Counter[str] = field(default_factory=Counter)

    def begin(self) -> None:
        """Open the case."""
        self.case_id = self.office.open_case()

    def next_step(self) -> Step | None:
        """Return the next task with its form filled, or None where only time leads on."""
        todo = [t for t in self.office.open_tasks(self.case_id) if not t.element.startswith(_BESIDE)]
        if not todo:
            return None
        task = todo[0]
        answer = _ANSWERS.get(task.element)
        given = answer(self.done[task.element]) if answer is not None else {}
        return Step(
            task, commands.CompleteTask(task.id, self.office.form(task.id, given)), self.office.worker(task)
        )

    def did(self, step: Step) -> None:
        """Note that a step was done; a minute passes."""
        self.done[step.task.element] += 1
        self.office.pass_time(minutes=1)

    @property
    def arrived(self) -> bool:
        """Tell whether the employment was registered, which is the end of the road."""
        return any(element.startswith("P07_") for element in self.done)

    def play(self, after: Callable[[Mapping[str, Any]], None] = lambda _form: None) -> int:
        """Play a case from beginning to end; return how many tasks it took.

        `after` hears of every step with the form that was sent, and of every wait with none.
        """
        self.done.clear()
        self.begin()
        after({})
        for _step in range(MOST_STEPS):
            step = self.next_step()
            if step is not None:
                self.office.app.do(step.command, step.actor)
                after(step.command.values)
                self.did(step)
            elif self.arrived:
                break
            else:
                self.wait()
                after({})
        return self.done.total()

    def wait(self) -> None:
        """Move the clock to the next moment at which something is due, and do it."""
        with self.office.app.read() as conn:
            moment = due_work.next_moment(conn)
        assert moment is not None, "nothing is open and nothing waits"
        if from_us(moment) > self.office.clock.now():
            self.office.clock.set(from_us(moment))
        run_due(self.office.app)
