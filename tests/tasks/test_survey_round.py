"""The roster of a survey round holds everybody of labour age who lives there, and waits for each of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from engine.clock import SHANGHAI, VirtualClock
from engine.doctor import examine
from engine.store.db import Database
from engine.store.tables import user_task
from tasks import commands, idno, office_duties, org, survey_round
from tasks.actor import SYSTEM, Actor, Grant
from tasks.app import App
from tasks.crypto import new_keys
from tasks.due_work import run_due
from tasks.library import Library
from tasks.store.tables_ledger import survey_roster
from tasks.survey.doubts import rounds_of

LIBRARY = Library()
DRAWN = [path for path in LIBRARY.diagrams() if path.stem.startswith(("P01", "P02", "P21"))]


@pytest.fixture
def app(sqlite_database: Database) -> App:
    clock = VirtualClock(datetime(2026, 2, 28, 9, tzinfo=SHANGHAI))
    made = App(sqlite_database, clock, new_keys(), LIBRARY)
    with made.write() as conn:
        org.ensure_unit(conn, "顺义区", "仁和镇", "河南村")
        org.ensure_unit(conn, "顺义区", "仁和镇", "望泉村")
    files = tuple((path.name, path.read_bytes()) for path in DRAWN)
    made.do(commands.Deploy(files, "随产品发布", heard=True), SYSTEM)
    return made


def register(app: App, born: str, sex: str, village: str = "河南村") -> int:
    """Open the file of somebody born on a day."""
    with app.read() as conn:
        unit = org.find_units(conn, village)[0]
    order = 101 + 2 * app.__dict__.setdefault("registered", 0) + (sex == "F")
    app.__dict__["registered"] += 1
    first = f"110113{born.replace('-', '')}{order:03d}"
    done = app.do(
        commands.RegisterPerson("某人", first + idno.check_character(first), unit.id), SYSTEM
    )
    return int(done.person_id or 0)


def begin(app: App) -> int:
    """Let the round of this year begin and fix its start; return the instance."""
    app.run(office_duties.open_missing)
    app.clock.set(datetime(2027, 1, 4, 9, tzinfo=SHANGHAI))  # type: ignore[attr-defined]
    run_due(app)
    return fix_start(app, "2027-01-04")


def fix_start(app: App, day: str) -> int:
    """Say when the round that waits for it begins; return the instance."""
    task = next(row for row in found(app, user_task) if row["element"] == "P01_FixStart")
    supervisor = Actor(5, "督导", (Grant("supervisor", task["pool"]),), "test")
    app.do(commands.CompleteTask(task["id"], {"start_on": day}), supervisor)
    return int(task["instance_id"])


def test_the_round_of_a_community_is_known_to_its_questionnaires(app: App) -> None:
    begin(app)
    with app.read() as conn:
        unit = org.find_units(conn, "河南村")[0]
        assert rounds_of(conn, [unit.id], [2026, 2027]) == {unit.id: [(date(2027, 1, 4), None)]}


def found(app: App, table: sa.Table) -> list[dict[str, Any]]:
    with app.read() as conn:
        return [dict(row) for row in conn.execute(sa.select(table)).mappings()]


def test_the_roster_holds_the_labour_force_of_the_community_and_nobody_else(app: App) -> None:
    low, high = LIBRARY.thresholds.labour_bounds("F", date(2027, 1, 4))
    inside = [
        register(app, f"{2027 - low}-01-04", "F"),  # of age on the day itself
        register(app, f"{2027 - high - 1}-01-05", "F"),  # too old tomorrow
        register(app, "1990-05-05", "M"),
    ]
    register(app, f"{2027 - low}-01-05", "F")  # of age tomorrow
    register(app, f"{2027 - high - 1}-01-04", "F")  # too old since today
    register(app, "1990-05-06", "M", "望泉村")
    round_id = begin(app)
    mine = [row for row in found(app, survey_roster) if row["round_id"] == round_id]
    assert sorted(row["person_id"] for row in mine) == sorted(inside)
    assert {row["state"] for row in mine} == {"open"}
    forms = [row for row in found(app, user_task) if row["element"] == "P01a_Form"]
    assert sorted(row["instance_id"] for row in mine) == sorted(row["instance_id"] for row in forms)
    with app.read() as conn:
        assert examine(conn, app.definitions, app.keys.trail, app.keys.state) == []


@pytest.mark.parametrize(
    ("today", "years", "last"),
    [
        (date(2028, 2, 29), 16, date(2012, 2, 29)),
        (date(2028, 2, 29), 17, date(2011, 2, 28)),  # born on 1 March: not yet
        (date(2027, 2, 28), 15, date(2012, 2, 28)),  # born on 29 February: not yet
        (date(2027, 3, 1), 15, date(2012, 3, 1)),
    ],
)
def test_a_birthday_on_29_february_is_kept_on_1_march(today: date, years: int, last: date) -> None:
    assert survey_round._years_before(today, years) == last


def test_a_start_after_february_is_late() -> None:
    assert not survey_round.is_late(date(2028, 2, 29))
    assert survey_round.is_late(date(2027, 3, 1))
