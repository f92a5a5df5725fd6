"""Sub-processes that have data objects of their own, under an instance that is migrated."""

from __future__ import annotations

from engine.clock import VirtualClock
from engine.store.db import Database
from tests.engine.compile.diagrams import event, flow, node, user
from tests.engine.desk import line
from tests.engine.migration.moving import Move
from tests.engine.migration.test_scopes import body

OWN = '<bpmn:dataObject id="d" name="own"/>'
HANDLER = node(
    "subProcess", "H",
    event("startEvent", "hs", "message", "M1") + user("B") + '<bpmn:endEvent id="he"/>'
    + flow("hs>B") + flow("B>he"),
    triggeredByEvent="true",
)  # fmt: skip
PLAIN, WITH_DATA = body(user("A"), "is>A", "A>ie"), body(user("A") + OWN, "is>A", "A>ie")
WITH_HANDLER = body(user("A") + OWN + HANDLER, "is>A", "A>ie")


def test_an_event_sub_process_drawn_beside_data_begins_to_wait(
    database: Database, clock: VirtualClock
) -> None:
    move = Move(database, clock, WITH_DATA, WITH_HANDLER)
    move.migrate(move.start())
    assert move.waits() == {("hs", "MSG-1")}


def test_an_event_sub_process_taken_away_beside_data_waits_no_more(
    database: Database, clock: VirtualClock
) -> None:
    move = Move(database, clock, WITH_HANDLER, WITH_DATA)
    move.migrate(move.start())
    assert move.waits() == set()


def test_a_step_beside_data_is_enclosed_once(database: Database, clock: VirtualClock) -> None:
    inner = '<bpmn:startEvent id="ts"/><bpmn:endEvent id="te"/>' + user("A") + flow("ts>A") + flow("A>te")
    move = Move(database, clock, WITH_DATA, body(node("subProcess", "T", inner) + OWN, "is>T", "T>ie"))
    move.migrate(move.start())
    move.complete("A")
    assert move.elements() == ["Z"]


def test_data_newly_drawn_in_a_running_sub_process_stays_inside_it(
    database: Database, clock: VirtualClock
) -> None:
    for old in (PLAIN, line("A", "Z")):
        move = Move(database, clock, old, WITH_DATA, key="P")
        instance = move.start()
        move.migrate(instance)
        move.complete("A", own=5)
        assert move.elements() == ["Z"]
        assert "own" not in move.variables(instance)
        move.complete("Z")


def test_what_a_dissolved_sub_process_knew_goes_to_the_process_that_draws_it(
    database: Database, clock: VirtualClock
) -> None:
    old = body(user("A") + user("B") + OWN, "is>A", "A>B", "B>ie")
    new = line("A", "B", "Z").replace(b'<bpmn:userTask id="A"', OWN.encode() + b'<bpmn:userTask id="A"')
    move = Move(database, clock, old, new)
    instance = move.start()
    move.complete("A", own=5)
    move.migrate(instance)
    assert move.variables(instance)["own"] == 5
