"""Reads a diagram with SpiffWorkflow, from the parsed tree (SEC-X3), with nothing of its own evaluated.

Conditions go through our evaluator, timers are held until they are fired by name, services and decisions
are passed through.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.event_parsers import (
    BoundaryEventParser,
    IntermediateCatchEventParser,
    StartEventParser,
)
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.script_engine import BasePythonScriptEngineEnvironment, PythonScriptEngine
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent, IntermediateCatchEvent, NoneTask, StartEvent
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition

from engine.expressions import compile_expr
from engine.spiff.normalise import COUNT


class HeldTimer(TimerEventDefinition):  # type: ignore[misc]
    """A timer that no clock moves: it fires when it is told to."""

    def has_fired(self, my_task: Any) -> bool:
        """Tell whether the timer was fired."""
        return bool(my_task._get_internal_data("event_fired", False))


class _Held:
    node: etree._Element

    def parse_timer_event(self, event: etree._Element) -> HeldTimer:
        """Read a timer without looking at its time."""
        return HeldTimer(self.node.get("id"), "")


class _HeldStart(_Held, StartEventParser):  # type: ignore[misc]
    pass


class _HeldCatch(_Held, IntermediateCatchEventParser):  # type: ignore[misc]
    pass


class _HeldBoundary(_Held, BoundaryEventParser):  # type: ignore[misc]
    pass


class PassTask(NoneTask):  # type: ignore[misc]
    """A service or business-rule task that is done as soon as it is reached."""

    @property
    def manual(self) -> bool:
        """Nobody has to complete it."""
        return False

    @manual.setter
    def manual(self, value: bool) -> None:
        """Ignore what the base class sets."""


class OpinionParser(BpmnParser):  # type: ignore[misc]
    """SpiffWorkflow's parser with the parts above."""

    OVERRIDE_PARSER_CLASSES = {  # noqa: RUF012 - the base class's own shape
        full_tag("serviceTask"): (TaskParser, PassTask),
        full_tag("businessRuleTask"): (TaskParser, PassTask),
        full_tag("startEvent"): (_HeldStart, StartEvent),
        full_tag("intermediateCatchEvent"): (_HeldCatch, IntermediateCatchEvent),
        full_tag("boundaryEvent"): (_HeldBoundary, BoundaryEvent),
    }


class Evaluator(PythonScriptEngine):  # type: ignore[misc]
    """Evaluates with `engine.expressions` over variables held outside SpiffWorkflow's own data."""

    def __init__(self, functions: Mapping[str, Callable[..., Any]]) -> None:
        super().__init__(BasePythonScriptEngineEnvironment())
        self.functions = {**functions, COUNT: len}
        self.values: dict[str, Any] = {}

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Any:
        """Return the value of an expression at a task; raise ExpressionError."""
        return compile_expr(expression)(self.values | _counters(task), self.functions)

    def execute(self, task: Any, script: str, external_context: Any = None) -> bool:
        """Refuse to run a script."""
        raise NotImplementedError("scripts are never run")


def _counters(task: Any) -> dict[str, Any]:
    """Return the loop counters that BPMN gives to a condition at a task."""
    if "merged" in task.internal_data:
        return {"loopCounter": len(task.internal_data["merged"])}
    merged = task.parent.internal_data.get("merged") if task.parent is not None else None
    if merged is None:
        return {}
    made = [other for other in task.parent.children if other.task_spec is task.task_spec]
    return {
        "loopCounter": task.internal_data.get("item", 0) + 1,
        "numberOfInstances": task.parent.internal_data.get("cardinality", len(made)),
        "numberOfCompletedInstances": len(merged),
        "numberOfActiveInstances": len(made) - len(merged),
    }


def parse(roots: list[etree._Element], process_id: str) -> tuple[Any, dict[str, Any]]:
    """Return the specification of a process and of those it uses; raise ValidationException."""
    parser = OpinionParser()
    for root in roots:
        parser.add_bpmn_xml(root)
    return parser.get_spec(process_id), parser.get_subprocess_specs(process_id)
