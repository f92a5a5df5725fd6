"""The next day on which what somebody's age means for him changes: a birthday, or a day of a new rule."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from engine.clock import VirtualClock
from engine.store.db import Database
from tasks import ages, org, people
from tasks.actor import SYSTEM
from tasks.app import App
from tasks.crypto import Keys, new_keys
from tasks.library import FOLDER, Library

#: Women may work longer from this day on.
NEW_AGE = '\n[[row]]\nvalid_from = "2031-01-01"\nsex = "F"\nfrom_age = 16\nto_age = 57\n'
ROW = '<rule id="DT-01_r3"'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "bpmn"))


def boundary(database: Database, clock: VirtualClock, keys: Keys, folder: Path, day: date) -> date | None:
    app = App(database, clock, keys, Library(folder))
    with app.write() as conn:
        unit = org.ensure_unit(conn, "顺义区", "仁和镇", "河南村")
        woman = people.register_person(
            conn, keys, SYSTEM, clock.now(), name="王秀英", id_no="110113197604100024", community_id=unit.id
        )
        _unit, desk = app.desk(conn, SYSTEM)
        return ages.boundary_after(desk, woman, day)


def test_without_a_new_rule_it_is_a_birthday(
    sqlite_database: Database, clock: VirtualClock, folder: Path
) -> None:
    assert boundary(sqlite_database, clock, new_keys(), folder, date(2026, 4, 10)) == date(2031, 4, 10)


def test_a_new_labour_age_moves_the_end_of_it(
    sqlite_database: Database, clock: VirtualClock, folder: Path
) -> None:
    file = folder / "labour_age.toml"
    file.write_text(file.read_text("utf-8") + NEW_AGE, "utf-8")
    assert boundary(sqlite_database, clock, new_keys(), folder, date(2026, 4, 10)) == date(2034, 4, 10)


def test_a_row_that_ends_is_a_boundary_on_no_birthday(
    sqlite_database: Database, clock: VirtualClock, folder: Path
) -> None:
    file = folder / "decisions" / "DT-01_eligibility_shunyi.dmn"
    until = f'{ROW} xmlns:aid595="urn:aid595:dmn:1" aid595:valid_to="2025-12-31"'
    file.write_text(file.read_text("utf-8").replace(ROW, until), "utf-8")
    assert boundary(sqlite_database, clock, new_keys(), folder, date(2025, 6, 1)) == date(2026, 1, 1)
