"""Sub-processes, repeated and called work of an instance that is migrated."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from engine import messages
from engine.clock import VirtualClock
from engine.migration import NotMigratable, PlanInvalid
from engine.store import tables
from engine.store.db import Database
from tests.engine.compile.diagrams import END, START, definitions, event, flow, node, process, user
from tests.engine.desk import line
from tests.engine.migration.moving import MESSAGES, Move, timer, told


def body(inner: str, *flows: str, sub: str = "S", outer: str = "", attrs: str = "") -> bytes:
    """Return a process of one sub-process."""
    inside = '<bpmn:startEvent id="is"/><bpmn:endEvent id="ie"/>' + inner + "".join(map(flow, flows))
    return process(
        START + f'<bpmn:subProcess id="{sub}"{attrs}>{inside}</bpmn:subProcess>' + outer + user("Z") + END,
        f"s>{sub}", f"{sub}>Z", "Z>e", *(["b>Z"] if 'id="b"' in outer else []), outside=MESSAGES,
    )  # fmt: skip


def test_a_sub_process_goes_on_under_a_new_name(database: Database, clock: VirtualClock) -> None:
    old = body(user("A"), "is>A", "A>ie", outer=timer("b", host="S", cancel="true"))
    new = body(
        user("A") + user("B"), "is>A", "A>B", "B>ie", sub="S2", outer=timer("b", host="S2", cancel="true")
    )
    move = Move(database, clock, old, new)
    instance = move.start()
    before = move.timers()["b"].id
    move.migrate(instance, {"S": "S2"})
    assert move.timers()["b"].id == before
    move.complete("A")
    assert move.elements() == ["B"]
    move.pass_time(days=3)
    assert move.elements() == ["Z"]


def test_a_dissolved_sub_process_leaves_its_steps_outside(database: Database, clock: VirtualClock) -> None:
    old = body(user("A"), "is>A", "A>ie", outer=timer("b", host="S", cancel="true"))
    move = Move(database, clock, old, line("A", "Z"))
    instance = move.start()
    task = move.task("A").id
    move.migrate(instance)
    assert move.task("A").id == task
    assert move.timers() == {}
    move.complete("A")
    move.complete("Z")
    assert move.status(instance) == "completed"


def test_a_step_is_enclosed_by_a_new_sub_process_with_what_waits_on_it(
    database: Database, clock: VirtualClock
) -> None:
    new = body(user("A"), "is>A", "A>ie", outer=told("b", "M1", host="S"))
    move = Move(database, clock, line("A", "Z"), new)
    instance = move.start()
    task = move.task("A").id
    move.migrate(instance)
    assert move.task("A").id == task
    assert move.waits() == {("b", "MSG-1")}
    move.complete("A")
    assert move.elements() == ["Z"]
    assert move.waits() == set()


def test_the_branches_of_a_fork_are_enclosed_by_one_sub_process(
    database: Database, clock: VirtualClock
) -> None:
    fork = node("parallelGateway", "f") + node("parallelGateway", "j") + user("A") + user("B")
    flows = ("f>A", "f>B", "A>j", "B>j")
    old = process(START + fork + user("Z") + END, "s>f", *flows, "j>Z", "Z>e")
    move = Move(database, clock, old, body(fork, "is>f", *flows, "j>ie"))
    instance = move.start()
    move.complete("A")
    move.migrate(instance)
    move.complete("B")
    assert move.elements() == ["Z"]


def test_a_step_does_not_leave_a_sub_process_that_stays(database: Database, clock: VirtualClock) -> None:
    move = Move(database, clock, body(user("A"), "is>A", "A>ie"), body(user("N"), "is>N", "N>ie"))
    with pytest.raises(PlanInvalid, match="different sub-processes"):
        move.migrate(move.start(), {"A": "Z"})


def test_a_sub_process_that_is_moved_gives_up_what_is_in_it(database: Database, clock: VirtualClock) -> None:
    move = Move(database, clock, body(user("A"), "is>A", "A>ie"), line("Y", "Z"))
    outcome = move.migrate(move.start(), {"S": "Z"})
    assert outcome.moved == [("S", "Z")]
    assert move.elements() == ["Z"]


def event_sub(name: str, start: str, message: str) -> str:
    return (
        f'<bpmn:subProcess id="{name}" triggeredByEvent="true">'
        + event("startEvent", start, "message", message, isInterrupting="false")
        + user(f"T{name}") + f'<bpmn:endEvent id="e{name}"/>' + flow(f"{start}>T{name}")
        + flow(f"T{name}>e{name}") + "</bpmn:subProcess>"
    )  # fmt: skip


def test_event_sub_processes_go_on_waiting_and_running(database: Database, clock: VirtualClock) -> None:
    def drawn(*subs: str) -> bytes:
        return process(START + user("A") + "".join(subs) + END, "s>A", "A>e", outside=MESSAGES)

    old = drawn(event_sub("X", "xs", "M1"), event_sub("Y", "ys", "M2"))
    new = drawn(event_sub("X", "xs2", "M1"), event_sub("W", "ws", "M3"))
    move = Move(database, clock, old, new)
    instance = move.start()
    move.migrate(instance, {"xs": "xs2"})
    assert move.waits() == {("xs2", "MSG-1"), ("ws", "MSG-3")}
    with move.unit() as unit:
        messages.deliver(unit, "MSG-1", "k", {})
    assert move.elements() == ["A", "TX"]


def many(node_id: str, sequential: str = "false", item: str = "who") -> str:
    inner = (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{sequential}" aid595:collection="[1, 2, 3]"'
        f' aid595:item="{item}"/>'
    )
    return user(node_id, inner)


def drawn(task: str, name: str = "A", more: str = "") -> bytes:
    return process(START + task + more + user("B") + END, f"s>{name}", f"{name}>B", "B>e", outside=MESSAGES)


def test_repeated_work_goes_on_where_it_is(database: Database, clock: VirtualClock) -> None:
    move = Move(database, clock, drawn(many("A")), drawn(many("A2", item="person"), "A2"))
    instance = move.start()
    first = move.rows(sa.select(tables.user_task.c.id).order_by(tables.user_task.c.id))
    move.complete_id(first[0][0])
    move.migrate(instance, {"A": "A2"})
    assert move.elements() == ["A2", "A2"]
    with move.unit() as unit:
        inner = [scope.vars for scope in unit.instance(instance).state.scopes.values() if scope.vars]
    assert [one.get("person") for one in inner] == [2, 3]
    assert not any("who" in one for one in inner)
    for (task,) in first[1:]:
        move.complete_id(task)
    assert move.elements() == ["B"]


@pytest.mark.parametrize("task", [user("A"), many("A", "true")])
def test_work_that_is_repeated_otherwise_needs_a_decision(
    database: Database, clock: VirtualClock, task: str
) -> None:
    move = Move(database, clock, drawn(many("A")), drawn(task))
    instance = move.start()
    with pytest.raises(NotMigratable, match="repeated in another way"):
        move.migrate(instance)
    move.migrate(instance, {"A": "A"}, walked='isSequential="true"' not in task)
    assert move.elements() == ["A"]


def test_a_loop_counts_on_and_a_dropped_one_ends_with_its_round(
    database: Database, clock: VirtualClock
) -> None:
    def loop(most: int) -> str:
        return user("A", f'<bpmn:standardLoopCharacteristics loopMaximum="{most}"/>')

    move = Move(database, clock, drawn(loop(2)), drawn(loop(3)))
    longer = move.start()
    move.complete("A")
    move.migrate(longer)
    move.complete("A")
    assert move.elements() == ["A"]
    move.complete("A")
    move.complete("B")
    assert move.status(longer) == "completed"
    move.old, move.new_xml = move.version(2), drawn(user("A"))
    dropped = move.start()
    move.complete("A")
    move.migrate(dropped)
    move.complete("A")
    assert move.elements() == ["B"]


def calling(process_id: str, called: str, call: str = "c") -> bytes:
    return definitions(
        f'<bpmn:process id="{process_id}" isExecutable="true"><bpmn:startEvent id="qs"/>'
        f'<bpmn:callActivity id="{call}" calledElement="{called}"/>' + user("R") + '<bpmn:endEvent id="qe"/>'
        + flow(f"qs>{call}") + flow(f"{call}>R") + flow("R>qe") + "</bpmn:process>"
    )  # fmt: skip


def test_a_called_process_answers_the_migrated_caller(database: Database, clock: VirtualClock) -> None:
    move = Move(database, clock, calling("Q", "P"), calling("Q", "P", "c2"), key="Q")
    move.publish(line("A"))
    instance = move.start("Q")
    move.migrate(instance, {"c": "c2"})
    move.complete("A")
    assert move.elements() == ["R"]


def test_a_call_of_another_process_needs_a_decision(database: Database, clock: VirtualClock) -> None:
    move = Move(database, clock, calling("Q", "P"), calling("Q", "O"), key="Q")
    move.publish(line("A"))
    move.publish(process(START + user("X") + END, "s>X", "X>e", process_id="O"), "O")
    instance = move.start("Q")
    with pytest.raises(NotMigratable, match="calls another process"):
        move.migrate(instance)
    move.migrate(instance, {"c": "c"})
    assert move.elements() == ["X"]


def test_a_called_process_is_migrated_by_itself(database: Database, clock: VirtualClock) -> None:
    move = Move(database, clock, line("A"), line("A", "B"))
    move.publish(calling("Q", "P"), "Q")
    caller = move.start("Q")
    i = tables.instance.c
    child = move.rows(sa.select(i.id).where(i.parent_id == caller))[0][0]
    move.migrate(child)
    move.complete("A")
    move.complete("B")
    assert move.elements() == ["R"]
