"""Timers, messages and gateways of an instance that is migrated."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from engine import instances, messages
from engine.clock import VirtualClock, from_us
from engine.incidents import open_incident
from engine.migration import PlanInvalid
from engine.store import tables
from engine.store.db import Database
from tests.engine.compile.diagrams import END, START, event, node, process, user
from tests.engine.desk import line
from tests.engine.migration.moving import FIVE_DAYS, MESSAGES, THREE_DAYS, Move, timer, told


def with_boundary(*boundaries: str, host: str = "A") -> bytes:
    names = [one.split('id="')[1].split('"')[0] for one in boundaries]
    return process(
        START + user(host) + "".join(boundaries) + user("B") + END, f"s>{host}", f"{host}>B", "B>e",
        *(f"{name}>B" for name in names), outside=MESSAGES,
    )  # fmt: skip


def days(due_us: int, clock: VirtualClock) -> timedelta:
    return from_us(due_us) - clock.now()


def test_a_timer_goes_on_under_its_new_name_and_fires_once(database: Database, clock: VirtualClock) -> None:
    move = Move(database, clock, with_boundary(timer("t")), with_boundary(timer("t2", host="A2"), host="A2"))
    instance = move.start()
    before = move.timers()["t"]
    clock.advance(timedelta(days=1))
    move.migrate(instance, {"A": "A2", "t": "t2"})
    after = move.timers()["t2"]
    assert (after.id, after.due_at) == (before.id, before.due_at)
    assert move.pass_time(days=2) == 1
    assert move.elements() == ["A2", "B"]
    assert move.pass_time(days=9) == 0


def test_a_timer_that_has_fired_does_not_begin_again(database: Database, clock: VirtualClock) -> None:
    move = Move(database, clock, with_boundary(timer("t")), with_boundary(timer("t", FIVE_DAYS)))
    instance = move.start()
    move.pass_time(days=4)
    move.migrate(instance, recompute=True)
    assert move.timers() == {}


def test_a_changed_timer_keeps_its_moment_unless_it_is_counted_again(
    database: Database, clock: VirtualClock
) -> None:
    move = Move(database, clock, with_boundary(timer("t")), with_boundary(timer("t", FIVE_DAYS)))
    kept, counted = move.start(), move.start()
    clock.advance(timedelta(days=1))
    outcome = move.migrate(kept)
    assert "“t”" in outcome.notes[0].zh
    t = tables.timer.c
    assert days(move.rows(sa.select(t.due_at).where(t.instance_id == kept))[0][0], clock).days == 2
    move.old = move.version(1)
    move.migrate(counted, recompute=True)
    assert days(move.rows(sa.select(t.due_at).where(t.instance_id == counted))[0][0], clock).days == 4


def test_new_boundaries_begin_to_wait_and_gone_ones_cease(database: Database, clock: VirtualClock) -> None:
    move = Move(
        database,
        clock,
        with_boundary(timer("t"), told("m", "M1")),
        with_boundary(timer("u"), told("n", "M2")),
    )
    instance = move.start()
    outcome = move.migrate(instance)
    assert set(move.timers()) == {"u"}
    assert set(move.timers("cancelled")) == {"t"}
    assert move.waits() == {("n", "MSG-2")}
    assert {note.element for note in outcome.notes} == {"t", "m", "u", "n"}


def test_a_message_goes_by_its_new_element_and_name(database: Database, clock: VirtualClock) -> None:
    old = with_boundary(told("m", "M1"), told("k", "M2"))
    move = Move(database, clock, old, with_boundary(told("m2", "M1"), told("k", "M3")))
    instance = move.start()
    move.migrate(instance, {"m": "m2"})
    assert move.waits() == {("m2", "MSG-1"), ("k", "MSG-3")}
    with move.unit() as unit:
        assert messages.deliver(unit, "MSG-2", "k", {}, starts=False) == 0
        assert messages.deliver(unit, "MSG-1", "k", {}) == 1
    assert move.elements() == ["A", "B"]


def test_two_waits_that_change_names_with_each_other_are_both_kept(
    database: Database, clock: VirtualClock
) -> None:
    old = with_boundary(told("m", "M1"), told("k", "M2"))
    move = Move(database, clock, old, with_boundary(told("k", "M1"), told("m", "M2")))
    move.migrate(move.start(), {"m": "k", "k": "m"})
    assert move.waits() == {("k", "MSG-1"), ("m", "MSG-2")}


def test_a_message_kept_for_nobody_reaches_the_catch_that_opens(
    database: Database, clock: VirtualClock
) -> None:
    catch = process(
        START + event("intermediateCatchEvent", "c", "message", "M1") + user("B") + END,
        "s>c", "c>B", "B>e", outside=MESSAGES,
    )  # fmt: skip
    move = Move(database, clock, line("A", "B"), catch)
    instance = move.start()
    with move.unit() as unit:
        trail = unit.instance(instance).trail_id
        messages.deliver(unit, "MSG-1", "k", {}, trail_id=trail)
    move.migrate(instance, {"A": "c"})
    assert move.elements() == ["B"]


def test_two_boundaries_cannot_stand_for_one(database: Database, clock: VirtualClock) -> None:
    move = Move(database, clock, with_boundary(timer("t"), timer("u")), with_boundary(timer("t")))
    with pytest.raises(PlanInvalid, match="keep one"):
        move.migrate(move.start(), {"u": "t"})


GATE = node("eventBasedGateway", "g")
WAITS = {
    "m": event("intermediateCatchEvent", "m", "message", "M1"),
    "k": event("intermediateCatchEvent", "k", "message", "M2"),
    "t": event("intermediateCatchEvent", "t", "timer", THREE_DAYS),
}


def gate(*names: str) -> bytes:
    flows = [f for name in names for f in (f"g>{name}", f"{name}>B")]
    body = START + GATE + "".join(WAITS[name] for name in names) + user("B") + END
    return process(body, "s>g", *flows, "B>e", outside=MESSAGES)


def test_an_event_gateway_waits_for_what_the_new_version_draws(
    database: Database, clock: VirtualClock
) -> None:
    move = Move(database, clock, gate("m", "t"), gate("m", "k"))
    instance = move.start()
    move.migrate(instance)
    assert move.waits() == {("m", "MSG-1"), ("k", "MSG-2")}
    assert move.timers() == {}
    with move.unit() as unit:
        messages.deliver(unit, "MSG-2", "k", {})
    assert move.elements() == ["B"]
    assert move.waits() == set()


def test_what_failed_is_to_be_mended_under_the_new_name(database: Database, clock: VirtualClock) -> None:
    move = Move(database, clock, with_boundary(timer("t")), with_boundary(timer("t2")))
    instance = move.start()
    with move.unit() as unit:
        trail = unit.instance(instance).trail_id
        open_incident(unit, "timer", "坏了", trail_id=trail, instance_id=instance, element="t")
    move.migrate(instance, {"t": "t2"})
    assert move.rows(sa.select(tables.incident.c.element)) == [("t2",)]


def test_a_timer_held_back_stays_held(database: Database, clock: VirtualClock) -> None:
    move = Move(database, clock, with_boundary(timer("t")), with_boundary(timer("t"), timer("u")))
    instance = move.start()
    with move.unit() as unit:
        instances.suspend(unit, unit.instance(instance), "停电")
    move.migrate(instance)
    assert set(move.timers("held")) == {"t", "u"}
    assert move.pass_time(days=9) == 0


def test_a_task_of_another_role_is_free_for_that_role(database: Database, clock: VirtualClock) -> None:
    new = process(START + user("A", aid595_role="supervisor") + END, "s>A", "A>e")
    move = Move(database, clock, line("A"), new)
    instance = move.start()
    before = move.task("A").id
    move.claim(before, 7)
    outcome = move.migrate(instance)
    after = move.task("A")
    assert (after.id, after.role, after.state, after.assignee_id) == (before, "supervisor", "created", None)
    assert [note.element for note in outcome.notes] == ["A"]
