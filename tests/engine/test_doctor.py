"""The doctor finds nothing in honest work, and every seeded fault."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from engine import instances, messages
from engine.clock import VirtualClock
from engine.doctor import examine
from engine.live import seal_state
from engine.runtime.state import Token, dump, load
from engine.store import append_only, tables
from engine.store.db import Database
from tests.engine.compile.diagrams import END, START, definitions, event, flow, process, user
from tests.engine.desk import STATE_KEY, TRAIL_KEY, Desk, line

TIMER = event("boundaryEvent", "b", "timer", "<bpmn:timeDuration>P3D</bpmn:timeDuration>", attachedToRef="A")
CATCH = event("intermediateCatchEvent", "m", "message", "M")
MESSAGE = '<bpmn:message id="M" name="MSG"/>'
PARENT = "".join(
    [
        '<bpmn:process id="Q" isExecutable="true"><bpmn:startEvent id="qs"/>',
        '<bpmn:callActivity id="c" calledElement="P"/><bpmn:endEvent id="qe"/>',
        flow("qs>c"), flow("c>qe"), "</bpmn:process>",
    ]
)  # fmt: skip


class Ward:
    """An office with a timer, a message catch, a call and a finished instance, and what the doctor says."""

    def __init__(self, database: Database, clock: VirtualClock) -> None:
        self.db = database
        self.desk = Desk(database, clock)
        self.desk.publish(
            process(START + user("A") + TIMER + CATCH + END, "s>A", "A>m", "m>e", "b>e", outside=MESSAGE)
        )
        self.desk.publish(definitions(PARENT), "Q")
        self.timed, self.waiting, self.done = (self.desk.start(correlation=f"k{n}") for n in range(3))
        self.calling = self.desk.start("Q", "k3")
        for instance in (self.waiting, self.done):
            self.desk.complete_id(self.desk.tasks(instance)["A"])
        with self.desk.unit() as unit:
            messages.deliver(unit, "MSG", "k2", {})

    def found(self) -> set[str]:
        with self.db.read() as conn:
            return {
                finding.what for finding in examine(conn, self.desk.kernel.definitions, TRAIL_KEY, STATE_KEY)
            }

    def change(self, statement: Any) -> None:
        with self.db.transaction() as conn:
            if statement.table is tables.event:
                append_only.remove(conn)
            conn.execute(statement)

    def change_state(self, instance: int, change: Any) -> None:
        """Write a state that is signed, as a fault of the program would."""
        i = tables.instance.c
        row = self.desk.rows(sa.select(i.definition_id, i.status, i.rev, i.state).where(i.id == instance))[0]
        state = load(row.state)
        change(state)
        text = dump(state)
        mac = seal_state(STATE_KEY, instance, row.definition_id, row.status, row.rev, text)
        self.change(sa.update(tables.instance).where(i.id == instance).values(state=text, mac=mac))


@pytest.fixture
def ward(database: Database, clock: VirtualClock) -> Ward:
    return Ward(database, clock)


def test_honest_work_is_healthy(ward: Ward) -> None:
    assert ward.desk.status(ward.done) == "completed"
    assert ward.found() == set()
    with ward.desk.unit() as unit:
        instances.suspend(unit, unit.instance(ward.calling), "停电")
    ward.desk.claim(ward.desk.tasks(ward.timed)["A"], 7)
    assert ward.found() == set()


u, t, s, i, e = tables.user_task, tables.timer, tables.subscription, tables.instance, tables.event


@pytest.mark.parametrize(
    ("what", "statement"),
    [
        ("tasks", lambda w: sa.update(u).where(u.c.instance_id == w.timed).values(state="completed")),
        ("tasks", lambda w: sa.update(u).where(u.c.instance_id == w.timed).values(token=99)),
        ("timers", lambda w: sa.update(t).where(t.c.instance_id == w.timed).values(state="fired")),
        ("timers", lambda w: sa.update(t).where(t.c.instance_id == w.timed).values(token=99)),
        ("subscriptions", lambda w: sa.delete(s)),
        ("nothing", lambda w: sa.delete(s)),
        ("status", lambda w: sa.update(i).where(i.c.id == w.timed).values(status="completed")),
        ("status", lambda w: sa.update(i).where(i.c.id == w.done).values(status="running", ended_at=None)),
        ("status", lambda w: sa.update(i).where(i.c.id == w.done).values(status="cancelled")),
        ("stray", lambda w: sa.update(i).where(i.c.id == w.timed).values(status="completed", ended_at=1)),
        ("state", lambda w: sa.update(i).where(i.c.id == w.timed).values(state='{"v":0}')),
        ("state", lambda w: sa.update(i).where(i.c.id == w.timed).values(mac=b"0" * 32)),
        ("rev", lambda w: sa.update(i).where(i.c.id == w.timed).values(rev=5)),
        ("parent", lambda w: sa.update(i).where(i.c.parent_id == w.calling).values(status="failed")),
        ("parent", lambda w: sa.update(i).where(i.c.parent_id == w.calling).values(parent_token=9)),
        ("gap", lambda w: sa.update(e).where(e.c.kind == "MessageReceived").values(seq=90)),
        ("chain", lambda w: sa.update(e).where(e.c.kind == "MessageReceived").values(role="x")),
        ("twice", lambda w: sa.update(e).where(e.c.kind == "TaskCompleted").values(kind="ProcessStarted")),
    ],
)  # fmt: skip
def test_a_seeded_fault_is_found(ward: Ward, what: str, statement: Any) -> None:
    ward.change(statement(ward))
    assert what in ward.found()


def test_a_token_that_nobody_sees_is_found(ward: Ward) -> None:
    ward.change_state(ward.timed, lambda state: state.tokens.update({50: Token(50, "A", 0)}))
    assert ward.found() == {"tasks"}


def test_an_instance_that_runs_on_nothing_is_found(ward: Ward) -> None:
    ward.change_state(ward.waiting, lambda state: state.tokens.clear())
    assert {"status", "subscriptions"} <= ward.found()


def test_a_timer_that_runs_while_its_instance_is_suspended_is_found(ward: Ward) -> None:
    with ward.desk.unit() as unit:
        instances.suspend(unit, unit.instance(ward.timed), "停电")
    ward.change(sa.update(t).where(t.c.state == "held").values(state="scheduled"))
    assert ward.found() == {"timers"}


def test_a_kept_message_that_somebody_waits_for_is_found(ward: Ward) -> None:
    row = {"id": 1, "name": "MSG", "key": "k1", "run": None, "trail_id": 0, "payload": "{}"}
    ward.change(tables.message.insert().values(**row, state="kept", created_at=1))
    assert ward.found() == {"message"}


def test_a_finding_says_in_chinese_where_it_is(ward: Ward) -> None:
    ward.change(sa.update(u).where(u.c.instance_id == ward.timed).values(element="Z"))
    with ward.db.read() as conn:
        findings = examine(conn, ward.desk.kernel.definitions, TRAIL_KEY, STATE_KEY)
    assert [str(finding) for finding in findings] == [
        f"流程实例{ward.timed}：待办任务与流程状态不一致：缺少 A；多出 Z"
    ]


def test_a_line_of_tasks_is_healthy_to_its_end(ward: Ward) -> None:
    ward.desk.publish(line("A", "B"), "P")
    instance = ward.desk.start()
    for element in ("A", "B"):
        ward.desk.complete_id(ward.desk.tasks(instance)[element])
        assert ward.found() == set()
