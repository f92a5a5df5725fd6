"""User tasks and where tokens go: kept, renamed, moved, ended; refused where it cannot be."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from engine import instances, user_tasks
from engine.clock import VirtualClock
from engine.errors import IllegalState
from engine.migration import NotMigratable, PlanInvalid, migrate
from engine.store import tables
from engine.store.db import Database
from tests.engine.compile.diagrams import END, START, node, process, user
from tests.engine.desk import line
from tests.engine.migration.moving import Move

FORK = node("parallelGateway", "f") + node("parallelGateway", "j")
TWO = process(
    START + FORK + user("A") + user("B") + user("C") + END, "s>f", "f>A", "f>B", "A>j", "B>j", "j>C", "C>e"
)


def test_a_task_under_the_same_name_is_not_touched(database: Database, clock: VirtualClock) -> None:
    move = Move(database, clock, line("A", "B"), line("A", "N", "B"))
    instance = move.start()
    move.claim(move.task("A").id, 7)
    before = move.task("A")
    move.migrate(instance)
    assert move.task("A") == before
    move.complete("A", by=7)
    move.complete("N")
    move.complete("B")
    assert move.status(instance) == "completed"


def test_a_renamed_task_keeps_number_holder_and_moment(database: Database, clock: VirtualClock) -> None:
    move = Move(database, clock, line("A", "B"), line("A2", "B"))
    instance = move.start()
    move.claim(move.task("A").id, 7)
    before = move.task("A")
    outcome = move.migrate(instance, {"A": "A2"})
    after = move.task("A2")
    assert (after.id, after.assignee_id, after.state, after.created_at) == (
        before.id, 7, "claimed", before.created_at,
    )  # fmt: skip
    assert outcome.renamed == {"A": "A2"}
    move.complete("A2", by=7)
    assert move.elements() == ["B"]


def test_the_trail_tells_versions_mapping_and_reason(database: Database, clock: VirtualClock) -> None:
    move = Move(database, clock, line("A"), line("A2"))
    move.migrate(move.start(), {"A": "A2"})
    told = json.loads(move.said()[0])
    assert (told["process"], told["from"], told["version"]) == ("P", 1, 2)
    assert (told["mapping"], told["reason"]) == ({"A": "A2"}, "新版")
    assert told["from_definition"] == str(move.old.id)


def test_what_was_done_under_the_old_name_can_be_sent_back_to(
    database: Database, clock: VirtualClock
) -> None:
    move = Move(database, clock, line("A", "B"), line("A2", "B"))
    instance = move.start()
    move.complete("A")
    move.migrate(instance, {"A": "A2"})
    with move.unit() as unit:
        task = user_tasks.read(unit, move.tasks()["B"])
        assert user_tasks.returnable(unit.conn, task) == ["A2"]
        user_tasks.send_back(unit, task, "A2", "缺材料")
    assert move.elements() == ["A2"]


def test_who_did_a_renamed_step_is_found_under_its_new_name(database: Database, clock: VirtualClock) -> None:
    move = Move(database, clock, line("A", "B"), line("A2", "B"))
    instance = move.start()
    move.complete("A", by=7)
    move.migrate(instance, {"A": "A2"})
    t = tables.user_task.c
    done = move.rows(sa.select(t.element, t.ended_by).where(t.state == "completed"))
    assert done == [("A2", 7)]


def test_a_removed_step_without_a_place_is_refused_and_nothing_changes(
    database: Database, clock: VirtualClock
) -> None:
    move = Move(database, clock, line("A", "B"), line("B"))
    instance = move.start()
    before = move.kinds()
    with pytest.raises(NotMigratable) as refused:
        move.migrate(instance)
    assert "“A”" in refused.value.sentence("zh")
    assert move.kinds() == before
    assert move.elements() == ["A"]
    assert [node.id for node, _why in move.plan().unplaced()] == ["A"]


def test_work_of_a_removed_step_goes_on_at_its_place(database: Database, clock: VirtualClock) -> None:
    move = Move(database, clock, line("A", "B"), line("B", "C"))
    instance = move.start()
    before = move.task("A").id
    move.migrate(instance, {"A": "B"})
    assert move.task("B").id == before
    move.complete("B")
    move.complete("C")
    assert move.status(instance) == "completed"


def test_a_step_that_became_automatic_is_run_when_the_plan_says_so(
    database: Database, clock: VirtualClock
) -> None:
    service = process(
        START + node("serviceTask", "A", aid595_service="x") + user("B") + END, "s>A", "A>B", "B>e"
    )
    move = Move(database, clock, line("A", "B"), service)
    instance = move.start()
    with pytest.raises(NotMigratable, match="another kind"):
        move.migrate(instance)
    done: list[str] = []
    move.world.services["x"] = lambda: done.append("x")
    outcome = move.migrate(instance, {"A": "A"})
    assert done == ["x"]
    assert outcome.moved == [("A", "A")]
    assert move.elements() == ["B"]


def test_a_branch_may_end_and_the_last_step_may_not(database: Database, clock: VirtualClock) -> None:
    one = process(START + user("A") + user("C") + END, "s>A", "A>C", "C>e")
    move = Move(database, clock, TWO, one)
    instance = move.start()
    move.migrate(instance, {"B": "", "j": ""})
    assert move.elements() == ["A"]
    other = move.start()
    assert move.elements() == ["A", "A"]
    with pytest.raises(IllegalState, match="1"):
        move.migrate(other)


def test_the_only_step_does_not_end(database: Database, clock: VirtualClock) -> None:
    move = Move(database, clock, line("A", "B"), line("B"))
    with pytest.raises(NotMigratable, match="only step"):
        move.migrate(move.start(), {"A": ""})


def test_a_join_counts_who_came_by_a_lengthened_branch(database: Database, clock: VirtualClock) -> None:
    longer = process(
        START + FORK + user("A") + user("N") + user("B") + user("C") + END,
        "s>f", "f>A", "f>B", "A>N", "N>j", "B>j", "j>C", "C>e",
    )  # fmt: skip
    move = Move(database, clock, TWO, longer)
    instance = move.start()
    move.complete("A")
    move.migrate(instance)
    move.complete("B")
    assert move.elements() == ["C"]


def test_a_new_branch_of_a_fork_that_is_passed_refuses(database: Database, clock: VirtualClock) -> None:
    three = process(
        START + FORK + user("A") + user("B") + user("N") + user("C") + END,
        "s>f", "f>A", "f>B", "f>N", "A>j", "B>j", "N>j", "j>C", "C>e",
    )  # fmt: skip
    move = Move(database, clock, TWO, three)
    instance = move.start()
    with pytest.raises(NotMigratable) as refused:
        move.migrate(instance)
    (said,) = refused.value.said
    assert said.zh == (
        "案件已经过了分叉，没有走新版本多出来的那条分支（到“N”为止），迁过去会在“j”一直等它；"
        "请留在原版本办理，等案件过了“j”再迁移。"
    )
    assert "never began the branch" in said.en
    assert "once it is past “j”" in said.en
    move.complete("A")
    move.complete("B")
    move.migrate(instance)
    assert move.elements() == ["C"]


def test_a_join_whose_other_branch_is_gone_lets_go(database: Database, clock: VirtualClock) -> None:
    one = process(
        START + user("A") + node("parallelGateway", "j") + user("C") + END, "s>A", "A>j", "j>C", "C>e"
    )
    move = Move(database, clock, TWO, one)
    instance = move.start()
    move.complete("A")
    with pytest.raises(NotMigratable, match="run the rest again"):
        move.migrate(instance, {"B": "A"})
    move.migrate(instance, {"B": ""})
    assert move.elements() == ["C"]


def test_a_removed_step_before_a_join_counts_as_come(database: Database, clock: VirtualClock) -> None:
    old = process(
        START + FORK + user("A") + user("X") + user("B") + user("C") + END,
        "s>f", "f>A", "f>B", "A>X", "X>j", "B>j", "j>C", "C>e",
    )  # fmt: skip
    move = Move(database, clock, old, TWO)
    instance = move.start()
    move.complete("A")
    move.migrate(instance, {"X": "j"})
    assert move.elements() == ["B"]
    move.complete("B")
    assert move.elements() == ["C"]


def test_a_suspended_instance_is_migrated_where_it_only_waits(
    database: Database, clock: VirtualClock
) -> None:
    move = Move(database, clock, line("A", "B"), line("A2", "C"))
    instance = move.start()
    with move.unit() as unit:
        instances.suspend(unit, unit.instance(instance), "停电")
    move.migrate(instance, {"A": "A2"})
    with move.unit() as unit:
        instances.resume(unit, unit.instance(instance))
    move.complete("A2")
    assert move.elements() == ["C"]


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"X": "B"}, "X"),
        ({"A": "X"}, "X"),
        ({"A": "s"}, "s"),
        ({"s": "B"}, "s"),
        ({"F_s_A": "F_x"}, "F_x"),
    ],
)
def test_a_mapping_that_fits_nothing_is_refused(
    database: Database, clock: VirtualClock, mapping: dict[str, str], said: str
) -> None:
    move = Move(database, clock, line("A", "B"), line("B"))
    instance = move.start()
    with pytest.raises(PlanInvalid) as refused:
        move.migrate(instance, mapping)
    assert f"“{said}”" in refused.value.sentence("zh")
    assert f"“{said}”" in refused.value.sentence("en")


def test_routing_variables_the_new_version_does_not_know_are_dropped_with_a_note(
    database: Database, clock: VirtualClock
) -> None:
    def declaring(names: str) -> bytes:
        declared = "".join(
            f'<bpmn:dataObject id="V_{n}" name="{n}" aid595:type="{kind}"/>'
            for n, _, kind in (one.partition(":") for one in names.split())
        )
        return process(START + declared + user("A") + END, "s>A", "A>e")

    move = Move(
        database, clock, declaring("kept:int gone:int other:int"), declaring("kept:int other:bool new:int")
    )
    instance = move.start(kept=1, gone=2, other=3)
    outcome = move.migrate(instance)
    assert move.variables(instance) == {"kept": 1}
    assert {note.element for note in outcome.notes} == {"gone", "other"}
    with move.unit() as unit:
        assert unit.instance(instance).names() == {"kept": 1, "other": None, "new": None}


def test_an_instance_of_another_version_or_at_its_end_is_left_alone(
    database: Database, clock: VirtualClock
) -> None:
    move = Move(database, clock, line("A"), line("A", "B"))
    done = move.start()
    move.complete("A")
    plan = move.plan()
    newer = move.start()
    for instance in (done, newer):
        with pytest.raises(IllegalState), move.unit() as unit:
            migrate(unit, unit.instance(instance), plan)
