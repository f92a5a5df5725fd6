"""Drives one instance with SpiffWorkflow by element ids, so that it can be compared with our runtime."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import EventBasedGateway
from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import CodeEventDefinition
from SpiffWorkflow.bpmn.util.event import BpmnEvent
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from engine.spiff.parser import Evaluator


class SpiffRun:
    """One running instance. A specification serves one run only: event sub-processes change it."""

    def __init__(
        self,
        parsed: tuple[Any, dict[str, Any]],
        evaluator: Evaluator,
        values: Mapping[str, Any] | None = None,
    ) -> None:
        evaluator.values.update(values or {})
        self.evaluator = evaluator
        self.workflow = BpmnWorkflow(parsed[0], parsed[1], script_engine=evaluator)
        self.workflow.do_engine_steps()

    @property
    def finished(self) -> bool:
        """Tell whether the instance is over."""
        return bool(self.workflow.completed)

    def tasks(self) -> Counter[str]:
        """Return how many user tasks are open, by element id."""
        return Counter(_element(task) for task in self._ready())

    def events(self) -> Counter[str]:
        """Return how many events wait, by element id; behind an event gateway by the id of the event."""
        found: Counter[str] = Counter()
        for task in self._waiting():
            if isinstance(task.task_spec, EventBasedGateway):
                found.update(output.name for output in task.task_spec.outputs)
            else:
                found[_element(task)] += 1
        return found

    def happen(self, element: str, task: bool) -> None:
        """Complete a user task or fire an event; raise LookupError when it does not wait."""
        if task:
            self.complete(element)
        else:
            self.fire(element)

    def complete(self, element: str) -> None:
        """Complete the oldest open user task of an element; raise LookupError when there is none."""
        self._first(self._ready(), element).run()
        self.workflow.do_engine_steps()

    def fire(self, element: str) -> None:
        """Let the oldest waiting event of an element happen; raise LookupError when there is none."""
        for task in self._waiting():
            if isinstance(task.task_spec, EventBasedGateway):
                names = [output.name for output in task.task_spec.outputs]
                if element not in names:
                    continue
                definition = task.task_spec.event_definition.event_definitions[names.index(element)]
                task._set_internal_data(seen_events=[BpmnEvent(definition)])
            elif _element(task) == element:
                task.task_spec.event_definition.catch(task, BpmnEvent(task.task_spec.event_definition))
            else:
                continue
            task.task_spec._update(task)
            self.workflow.do_engine_steps()
            return
        raise LookupError(f"{element} does not wait")

    def _all(self) -> Iterator[Any]:
        """Yield every task; `get_tasks` stops at a depth of 1,000 without a word."""
        for workflow in (self.workflow, *self.workflow.subprocesses.values()):
            yield from list(workflow.tasks.values())

    def _ready(self) -> list[Any]:
        return [task for task in self._all() if task.state == TaskState.READY and task.task_spec.manual]

    def _waiting(self) -> list[Any]:
        held = self.workflow.event_manager.tasks
        return [
            task
            for task in self._all()
            if task.id in held
            and task.state == TaskState.WAITING
            and not isinstance(getattr(task.task_spec, "event_definition", None), CodeEventDefinition)
        ]

    def _first(self, tasks: list[Any], element: str) -> Any:
        found = next((task for task in tasks if _element(task) == element), None)
        if found is None:
            raise LookupError(f"{element} is not open")
        return found


def _element(task: Any) -> str:
    return str(task.task_spec.name).removesuffix(" [child]")
