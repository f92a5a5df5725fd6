"""The naive engine: SpiffWorkflow as its first example uses it.

Every step reads the whole JSON with the specification in it, restores it with the stock serializer, acts,
and writes the whole JSON back in one durable commit. No history, no inbox, no rights.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

import psycopg
from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.serializer.config import DEFAULT_CONFIG
from SpiffWorkflow.bpmn.specs.defaults import NoneTask
from SpiffWorkflow.bpmn.specs.event_definitions.timer import DurationTimerEventDefinition
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from engine.spiff.driver import SpiffRun
from engine.spiff.normalise import normalise
from engine.spiff.parser import Evaluator, HeldTimer, PassTask, parse
from engine.xmlsafe import load

Parsed = tuple[Any, dict[str, Any]]


class Shelf:
    """One table: id and whole JSON, with the durability of the product."""

    def __init__(self, url: str) -> None:
        self._sqlite = url.startswith("sqlite:///")
        self._conn: Any
        if self._sqlite:
            self._conn = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
            self._conn.execute("PRAGMA journal_mode=WAL")
            self._conn.execute("PRAGMA synchronous=FULL")
        else:
            self._conn = psycopg.connect(url, prepare_threshold=0)
        #: characters of the largest state stored
        self.largest = 0
        self._run("CREATE TABLE naive (id BIGINT PRIMARY KEY, state TEXT NOT NULL)")
        self._done()

    def _run(self, text: str, *values: Any) -> Any:
        return self._conn.execute(text if self._sqlite else text.replace("?", "%s"), values)

    def _done(self) -> None:
        self._conn.execute("COMMIT") if self._sqlite and self._conn.in_transaction else self._conn.commit()

    def read(self, number: int) -> str:
        """Begin a transaction and return a stored state."""
        if self._sqlite:
            self._conn.execute("BEGIN IMMEDIATE")
            return str(self._run("SELECT state FROM naive WHERE id = ?", number).fetchone()[0])
        return str(self._run("SELECT state FROM naive WHERE id = ? FOR UPDATE", number).fetchone()[0])

    def peek(self, number: int) -> str:
        """Return a stored state and leave no transaction open."""
        state = self.read(number)
        self._done()
        return state

    def add(self, number: int, state: str) -> None:
        """Store a new state durably."""
        self.largest = max(self.largest, len(state))
        self._run("INSERT INTO naive VALUES (?, ?)", number, state)
        self._done()

    def write(self, number: int, state: str) -> None:
        """Store a state durably and end the transaction."""
        self.largest = max(self.largest, len(state))
        self._run("UPDATE naive SET state = ? WHERE id = ?", state, number)
        self._done()

    def close(self) -> None:
        """Close the connection."""
        self._conn.close()


class NaiveW:
    """Workload W on the naive engine."""

    def __init__(self, url: str, text: bytes) -> None:
        parser = BpmnParser()
        parser.add_bpmn_xml(load(text))
        self._spec = parser.get_spec("W")
        self._serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())
        self._shelf = Shelf(url)

    def start(self, number: int) -> None:
        """Start an instance."""
        workflow = BpmnWorkflow(self._spec)
        workflow.do_engine_steps()
        self._shelf.add(number, self._serializer.serialize_json(workflow))

    def complete(self, number: int, routing: Mapping[str, Any]) -> None:
        """Complete the open user task of an instance."""
        workflow = self._serializer.deserialize_json(self._shelf.read(number))
        workflow.refresh_timers()
        task = next(t for t in workflow.get_tasks(state=TaskState.READY) if t.task_spec.manual)
        task.data.update(routing)
        task.run()
        workflow.do_engine_steps()
        self._shelf.write(number, self._serializer.serialize_json(workflow))

    def fire(self, number: int) -> None:
        """Let the timer of an instance fire, whose time has come by the machine's clock."""
        workflow = self._serializer.deserialize_json(self._shelf.read(number))
        workflow.refresh_timers()
        workflow.do_engine_steps()
        self._shelf.write(number, self._serializer.serialize_json(workflow))

    @property
    def largest(self) -> int:
        """Return the characters of the largest state stored so far."""
        return self._shelf.largest

    def waits_at(self, number: int) -> list[str]:
        """Return the names of the open user tasks of an instance."""
        workflow = self._serializer.deserialize_json(self._shelf.peek(number))
        return [t.task_spec.name for t in workflow.get_tasks(state=TaskState.READY) if t.task_spec.manual]

    def close(self) -> None:
        """Close the connection."""
        self._shelf.close()


class NaiveCase:
    """The diagrams of a real case on the naive engine; forms, services and decisions cost it nothing."""

    def __init__(self, url: str) -> None:
        config = dict(DEFAULT_CONFIG)
        config[PassTask] = config[NoneTask]
        config[HeldTimer] = config[DurationTimerEventDefinition]
        self._serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(config))
        self._shelf = Shelf(url)
        self._specs: dict[tuple[str, str], Parsed] = {}

    def know(self, process_id: str, start: str, files: list[etree._Element]) -> None:
        """Parse a process that begins with a start event, once; `files` hold it and those it calls."""
        if (process_id, start) not in self._specs:
            roots = [normalise(file, {process_id: start} if start else {}) for file in files]
            self._specs[process_id, start] = parse(roots, process_id)

    def start(self, number: int, process_id: str, start: str, values: Mapping[str, Any]) -> None:
        """Start an instance."""
        run = SpiffRun(self._specs[process_id, start], Evaluator({}), values)
        self._shelf.add(number, self._serializer.serialize_json(run.workflow))

    def happen(self, number: int, element: str, values: Mapping[str, Any], form: Mapping[str, Any]) -> None:
        """Complete a task or let an event happen; the form goes where it goes first: into the task's data."""
        run = SpiffRun.__new__(SpiffRun)
        run.workflow = self._serializer.deserialize_json(self._shelf.read(number))
        run.workflow.script_engine = run.evaluator = Evaluator({})
        run.evaluator.values.update(values)
        task = element in run.tasks()
        if task:
            _waiting_for(run, element).data.update(form)
        run.happen(element, task)
        self._shelf.write(number, self._serializer.serialize_json(run.workflow))

    def close(self) -> None:
        """Close the connection."""
        self._shelf.close()


def _waiting_for(run: SpiffRun, element: str) -> Any:
    found = run.workflow.get_tasks(state=TaskState.READY)
    return next(task for task in found if task.task_spec.manual and task.task_spec.name == element)
