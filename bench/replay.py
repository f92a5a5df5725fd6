"""What a step of a real case did to its processes, read from the trail, done again by the bare engines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.naive import NaiveCase
from bench.office import Office
from bench.workload_w import AREA, MONDAY, POOL, WORKER
from engine import user_tasks
from engine.codec import loads
from engine.definitions import Definitions, publish
from engine.graph import EventDef, Node, TimerDef
from engine.history import By
from engine.live import Live
from engine.runtime.state import Token, load
from engine.store.db import Database
from engine.unit import Kernel, Unit
from engine.world import PlainWorld, TaskAttributes
from engine.xmlsafe import load as load_xml
from tasks import access
from tasks.access import Subject


@dataclass(frozen=True, slots=True)
class Happening:
    """A start, a completed task or an event of one instance, with the variables it had afterwards."""

    instance: int
    kind: str
    process: str
    element: str
    values: Mapping[str, Any]


class Trail:
    """Reads what is new on the trail of a case."""

    _KINDS = ("ProcessStarted", "TaskCompleted", "TimerFired", "MessageReceived")

    def __init__(self, office: Office) -> None:
        self._office = office
        self._seen = 0

    def news(self, case_id: int) -> list[Happening]:
        """Return what happened since the last call, in order; duties (P21) are left out."""
        kinds = ",".join(f"'{kind}'" for kind in self._KINDS)
        with self._office.app.read() as conn:
            rows = conn.exec_driver_sql(
                "SELECT e.seq, e.instance_id, e.kind, i.process_id, e.element, e.data, i.state FROM event e"
                f" JOIN instance i ON i.id = e.instance_id WHERE e.trail_id = {int(case_id)}"
                f" AND e.seq > {self._seen} AND e.kind IN ({kinds}) ORDER BY e.seq"
            ).all()
        found = []
        for seq, instance, kind, process, element, data, state in rows:
            self._seen = seq
            if process != "P21_duty":
                start = loads(data).get("start", "") if kind == "ProcessStarted" else element
                found.append(Happening(instance, kind, process, start, load(state).vars))
        return found


def diagrams(office: Office) -> dict[str, bytes]:
    """Return the text of every deployed process by its key."""
    with office.app.read() as conn:
        rows = conn.exec_driver_sql("SELECT key, xml FROM definition WHERE status = 'active'").all()
    return {key: text.encode() for key, text in rows}


class _Quiet(PlainWorld):
    """Gives tasks to a group; messages go nowhere and timers wait, for the trail says what happens."""

    def task(self, unit: Unit, live: Live, token: Token, node: Node) -> TaskAttributes:
        """Say to whom a task belongs."""
        return TaskAttributes(node.attrs.get("role", ""), POOL, AREA)

    def thrown(self, unit: Unit, live: Live, token: Token, node: Node, name: str) -> None:
        """Send nothing."""

    def due(self, unit: Unit, live: Live, node: Node, timer: TimerDef) -> None:
        """Never."""

    def key(self, unit: Unit, live: Live, node: Node, event: EventDef) -> str:
        """Return the instance's own key."""
        return live.key


class KernelCase:
    """The same happenings on our kernel alone: right, history with chain, rows, one commit; no 595."""

    def __init__(self, db: Database, texts: Mapping[str, bytes]) -> None:
        self._db = db
        self._kernel = Kernel(Definitions(), _Quiet(), b"trail" * 7, b"state" * 7)
        self._ids: dict[int, int] = {}
        self._task = 0
        with db.transaction() as conn:
            for key, text in texts.items():
                publish(conn, key, key, text, MONDAY)

    def do_all(self, news: Sequence[Happening]) -> None:
        """Do again what happened, each in a transaction of its own."""
        for what in news:
            self.do(what)

    def do(self, what: Happening) -> None:
        """Do again one thing that happened."""
        with self._db.transaction() as conn:
            unit = Unit(self._kernel, conn, MONDAY, By(WORKER.user_id, "street_staff", "bench"))
            if what.kind == "ProcessStarted":
                start = what.element or None
                live = unit.start(
                    what.process, unit.new_trail(), "case:1", 1, start, prepare=_with(what.values)
                )
                self._ids[what.instance] = live.id
            elif what.kind == "TaskCompleted":
                self._complete(unit, what)
            else:
                self._event(unit, what)
            unit.flush()

    def prepare(self, what: Happening) -> None:
        """Find the task that will be completed: a person has it before him."""
        if what.kind == "TaskCompleted":
            with self._db.read() as conn:
                self._task = int(
                    conn.exec_driver_sql(
                        f"SELECT id FROM user_task WHERE instance_id = {self._ids[what.instance]}"
                        f" AND element = '{what.element}' AND state IN ('created','claimed')"
                    ).scalar_one()
                )

    def _complete(self, unit: Unit, what: Happening) -> None:
        task = user_tasks.read(unit, self._task)
        access.authorize(WORKER, "complete_task", Subject(task.row.area, "street_staff"))
        user_tasks.complete(unit, task, dict(what.values))

    def _event(self, unit: Unit, what: Happening) -> None:
        live = unit.instance(self._ids[what.instance])
        token = next(t.id for t in live.state.tokens.values() if what.element in t.armed)
        cause = unit.emit(live.trail_id, what.kind, live=live, element=what.element)
        live.state.vars.update(what.values)
        unit.step(live, lambda machine: machine.trigger(token, what.element), cause)


def _with(values: Mapping[str, Any]) -> Any:
    def prepare(live: Live) -> None:
        live.state.vars.update(values)

    return prepare


class Naive:
    """The same happenings on the naive engine."""

    def __init__(self, url: str, texts: Mapping[str, bytes]) -> None:
        self._engine = NaiveCase(url)
        self._texts = {key: load_xml(text) for key, text in texts.items()}
        self._numbers: dict[int, int] = {}

    def prepare(self, what: Happening) -> None:
        """Parse what a start needs; a specification is kept for as long as the program runs."""
        if what.kind == "ProcessStarted":
            called = [self._texts["P11_skills_training"]] if what.process.startswith("P05") else []
            self._engine.know(what.process, what.element, [self._texts[what.process], *called])

    def do_all(self, news: Sequence[Happening], form: Mapping[str, Any]) -> None:
        """Do again what happened, each in a transaction of its own."""
        for what in news:
            self.do(what, form)

    def do(self, what: Happening, form: Mapping[str, Any]) -> None:
        """Do again one thing that happened; a form goes into the data of its task."""
        if what.kind == "ProcessStarted":
            number = self._numbers[what.instance] = len(self._numbers) + 1
            self._engine.start(number, what.process, what.element, what.values)
        else:
            plain = {name: str(value) for name, value in form.items()}
            self._engine.happen(self._numbers[what.instance], what.element, what.values, plain)

    def close(self) -> None:
        """Close the connection."""
        self._engine.close()
