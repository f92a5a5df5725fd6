"""An office's recurring duty: one instance a window, done, missed, on a trail of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from engine.clock import SHANGHAI, VirtualClock
from engine.doctor import examine
from engine.store.db import Database
from engine.store.tables import user_task
from engine.verify import verify
from tasks import admin_commands as admin
from tasks import commands, org
from tasks.actor import SYSTEM, Actor, Grant
from tasks.app import App
from tasks.crypto import new_keys
from tasks.due_work import run_due
from tasks.library import Library
from tasks.store.tables import duty, duty_window, trail_owner

LIBRARY = Library()
MEETING = next(path for path in LIBRARY.diagrams() if path.stem == "P15_joint_meeting")
ADMIN = Actor(9, "管理员", (Grant("system_admin", "/"),), "test")


@pytest.fixture
def app(database: Database, clock: VirtualClock) -> App:
    made = App(database, clock, new_keys(), LIBRARY)
    with made.write() as conn:
        org.ensure_unit(conn, "顺义区", "仁和镇", "河南村")
    files = ((MEETING.name, MEETING.read_bytes()),)
    made.do(commands.Deploy(files, "随产品发布", heard=True), SYSTEM)
    return made


def found(app: App, table: sa.Table) -> list[dict[str, Any]]:
    with app.read() as conn:
        return [dict(row) for row in conn.execute(sa.select(table).order_by(table.c[0])).mappings()]


def at(clock: VirtualClock, *when: int) -> None:
    year, month, day = when
    clock.set(datetime(year, month, day, 8, tzinfo=SHANGHAI))


def meeting(app: App) -> dict[str, Any]:
    return next(task for task in found(app, user_task) if task["state"] in ("created", "claimed"))


def hold(app: App, task: dict[str, Any], on: str) -> None:
    expert = Actor(5, "区级", (Grant("district_staff", task["area"]),), "test")
    values = {"held_at": f"{on}T10:00", "participants": [{"name": "企业代表"}], "minutes": "落实岗位"}
    app.do(commands.CompleteTask(task["id"], values), expert)


def test_a_duty_opens_with_the_process_and_not_twice(app: App) -> None:
    (row,) = found(app, duty)
    assert (row["kind"], row["tier"], row["person_id"]) == ("P15_joint_meeting", "district", None)
    app.do(commands.Deploy(((MEETING.name, MEETING.read_bytes()),), "再次", heard=True), SYSTEM)
    assert len(found(app, duty)) == 1


def test_the_first_window_counts_where_half_of_it_remains(app: App, clock: VirtualClock) -> None:
    """9 March: 23 of 90 days remain, so the second quarter is the first (AMB-14)."""
    run_due(app)
    assert not found(app, duty_window)
    at(clock, 2026, 4, 1)
    run_due(app)
    (window,) = found(app, duty_window)
    assert (window["starts_on"], window["ends_on"], window["state"]) == ("2026-04-01", "2026-06-30", "open")
    assert meeting(app)["due_at"] == window["due_at"]
    matters = sorted(row["matter"] for row in found(app, trail_owner) if row["kind"] == "matter")
    assert [one.partition(":")[0] for one in matters] == ["P15", "unit"]


def test_a_meeting_held_is_a_window_done_and_the_next_comes_with_the_quarter(
    app: App, clock: VirtualClock
) -> None:
    at(clock, 2026, 4, 1)
    run_due(app)
    at(clock, 2026, 5, 6)
    hold(app, meeting(app), "2026-05-05")
    done = [(row["state"], row["done_on"]) for row in found(app, duty_window)]
    assert done == [("done", "2026-05-05")], "the day it was held, not the day it was written down (J.8)"
    at(clock, 2026, 7, 1)
    run_due(app)
    assert [row["state"] for row in found(app, duty_window)] == ["done", "open"]


def test_a_quarter_without_a_meeting_is_missed_and_may_be_held_late(app: App, clock: VirtualClock) -> None:
    at(clock, 2026, 4, 1)
    run_due(app)
    late = meeting(app)
    at(clock, 2026, 7, 2)
    run_due(app)
    assert [row["state"] for row in found(app, duty_window)] == ["missed", "open"]
    hold(app, late, "2026-07-01")
    assert [row["state"] for row in found(app, duty_window)] == ["done", "open"]


def test_a_year_without_a_worker_opens_the_present_window_alone(app: App, clock: VirtualClock) -> None:
    at(clock, 2027, 2, 1)
    run_due(app)
    states = [(row["starts_on"], row["state"]) for row in found(app, duty_window)]
    assert states == [
        ("2026-04-01", "missed"), ("2026-07-01", "missed"), ("2026-10-01", "missed"), ("2027-01-01", "open"),
    ]  # fmt: skip


def test_a_new_office_gets_its_duties_and_a_closed_one_loses_them(app: App, database: Database) -> None:
    with app.read() as conn:
        city = org.find_units(conn, "顺义区", "district")[0].parent_id
    made = app.do(admin.AddUnit(city, "延庆区"), ADMIN).extra["unit_id"]
    assert [row["state"] for row in found(app, duty) if row["unit_id"] == made] == ["open"]
    app.do(admin.CloseUnit(made, "并入"), ADMIN)
    assert [row["state"] for row in found(app, duty) if row["unit_id"] == made] == ["ended"]
    with app.read() as conn:
        assert verify(conn, app.keys.trail, app.keys.state).faults == []
        assert examine(conn, app.definitions, app.keys.trail, app.keys.state) == []
