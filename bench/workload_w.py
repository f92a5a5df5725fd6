"""Workload W: three user tasks, a gateway, an interrupting 3-day boundary timer, candidate groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine import user_tasks
from engine.clock import SHANGHAI, VirtualClock, to_us
from engine.definitions import Definitions, publish
from engine.graph import Node
from engine.history import By
from engine.live import Live
from engine.runtime.state import Token
from engine.store.db import Database
from engine.unit import Kernel, Unit
from engine.world import PlainWorld, TaskAttributes
from tasks import access
from tasks.access import Subject
from tasks.actor import Actor, Grant

MONDAY = datetime(2026, 3, 9, 9, tzinfo=SHANGHAI)
AREA = "/1/4/9/27/"
POOL = "/1/4/9/"
WORKER = Actor(7, "王芳", (Grant("street_staff", POOL),), "bench")
DAY_US = 86_400_000_000
#: What a completion of each task says, and which task comes next.
STEPS: tuple[tuple[str, Mapping[str, Any]], ...] = (("A", {"amount": 7}), ("B", {}), ("C", {}))

_HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:aid595="urn:aid595:bpmn:1" targetNamespace="urn:aid595:bench">'
)
_USER = 'aid595:role="street_staff" aid595:form="W" aid595:clauses="01.D1a"'


def diagram(three_days: str = "P3D") -> bytes:
    """Return the diagram of W; `three_days` is how the reader of the diagram wants the duration."""
    flows = "".join(
        f'<bpmn:sequenceFlow id="F_{a}_{b}" sourceRef="{a}" targetRef="{b}">{condition}</bpmn:sequenceFlow>'
        for a, b, condition in (
            ("S", "A", ""), ("A", "G", ""),
            ("G", "B", "<bpmn:conditionExpression>amount &gt; 5</bpmn:conditionExpression>"),
            ("G", "C", ""), ("B", "C", ""), ("T", "C", ""), ("C", "E", ""),
        )
    )  # fmt: skip
    users = "".join(f'<bpmn:userTask id="{name}" name="{name}" {_USER}/>' for name in "ABC")
    return (
        f'{_HEAD}<bpmn:process id="W" isExecutable="true">'
        '<bpmn:dataObject id="D" name="amount" aid595:type="int"/>'
        f'<bpmn:startEvent id="S"/>{users}<bpmn:exclusiveGateway id="G" default="F_G_C"/>'
        '<bpmn:boundaryEvent id="T" attachedToRef="B" cancelActivity="true"><bpmn:timerEventDefinition>'
        f"<bpmn:timeDuration>{three_days}</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
        f'<bpmn:endEvent id="E"/>{flows}</bpmn:process></bpmn:definitions>'
    ).encode()


def loop(rounds: str = "again") -> bytes:
    """Return a process that comes back to its one user task for as long as it is told to."""
    return (
        f'{_HEAD}<bpmn:process id="L" isExecutable="true">'
        f'<bpmn:dataObject id="D" name="{rounds}" aid595:type="bool"/>'
        f'<bpmn:startEvent id="S"/><bpmn:exclusiveGateway id="M"/><bpmn:userTask id="V" name="V" {_USER}/>'
        '<bpmn:boundaryEvent id="T" attachedToRef="V" cancelActivity="true"><bpmn:timerEventDefinition>'
        "<bpmn:timeDuration>P3D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
        '<bpmn:exclusiveGateway id="G" default="F_G_E"/><bpmn:endEvent id="E"/><bpmn:endEvent id="X"/>'
        '<bpmn:sequenceFlow id="F_S_M" sourceRef="S" targetRef="M"/>'
        '<bpmn:sequenceFlow id="F_M_V" sourceRef="M" targetRef="V"/>'
        '<bpmn:sequenceFlow id="F_V_G" sourceRef="V" targetRef="G"/>'
        f'<bpmn:sequenceFlow id="F_G_M" sourceRef="G" targetRef="M"><bpmn:conditionExpression>{rounds}'
        "</bpmn:conditionExpression></bpmn:sequenceFlow>"
        '<bpmn:sequenceFlow id="F_G_E" sourceRef="G" targetRef="E"/>'
        '<bpmn:sequenceFlow id="F_T_X" sourceRef="T" targetRef="X"/></bpmn:process></bpmn:definitions>'
    ).encode()


class Groups(PlainWorld):
    """Gives every task to the staff of one street, due in a day."""

    def task(self, unit: Unit, live: Live, token: Token, node: Node) -> TaskAttributes:
        """Say to whom a task belongs."""
        return TaskAttributes(node.attrs["role"], POOL, AREA, due_at=to_us(unit.now) + DAY_US)


@dataclass
class Workload:
    """W on one database: every operation is one command with right, guard, history, chain and one commit."""

    db: Database
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(MONDAY))
    kernel: Kernel = field(
        default_factory=lambda: Kernel(Definitions(), Groups(), b"trail" * 7, b"state" * 7)
    )

    def __post_init__(self) -> None:
        with self.db.transaction() as conn:
            for key, text in (("W", diagram()), ("L", loop())):
                publish(conn, key, key, text, self.clock.now())

    def unit(self, conn: Any) -> Unit:
        """Return a unit of work of the one worker."""
        return Unit(self.kernel, conn, self.clock.now(), By(WORKER.user_id, "street_staff", WORKER.origin))

    def start(self, process_id: str = "W") -> int:
        """Start an instance on a trail of its own and return its id."""
        with self.db.transaction() as conn:
            unit = self.unit(conn)
            live = unit.start(process_id, unit.new_trail(), "case:1")
            unit.flush()
        return live.id

    def complete(self, task_id: int, routing: Mapping[str, Any]) -> None:
        """Complete a task as its candidate."""
        with self.db.transaction() as conn:
            unit = self.unit(conn)
            task = user_tasks.read(unit, task_id)
            access.authorize(WORKER, "complete_task", Subject(task.row.area, task.row.role))
            user_tasks.complete(unit, task, dict(routing))
            unit.flush()

    def open_task(self, instance_id: int) -> int:
        """Return the open task of an instance (not part of any measured operation)."""
        with self.db.read() as conn:
            return int(
                conn.exec_driver_sql(
                    "SELECT id FROM user_task WHERE state IN ('created','claimed') AND instance_id ="
                    f" {int(instance_id)}"
                ).scalar_one()
            )
