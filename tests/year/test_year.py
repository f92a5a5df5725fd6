"""A district lives through some months: nothing is missed, nothing fails, and what is kept twice agrees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine import seals
from engine.clock import SHANGHAI, SystemClock, from_us
from engine.codec import loads
from engine.store.db import Database
from engine.store.tables import event, user_task
from tasks import year
from tasks.accounts import Passwords
from tasks.app import App
from tasks.crypto import Keys, new_keys
from tasks.idno import parse
from tasks.queries.proof import prove
from tasks.store.tables import form_data, vacancy
from tasks.year import Lived, Plan
from tasks.year.office import HOURS
from tasks.year.residents import residents
from tests.databases import SqliteFiles

SMALL = Plan(months=3, streets=1, communities=2, persons=36)
CHEAP = Passwords.make(1, 8, 1)
#: Registers and papers that three months of thirty people must leave behind.
PAPERS = {"E04", "E05", "E08", "E09", "E10", "E11", "E12", "E16", "E17", "E39", "E41", "E51"}


@dataclass(frozen=True)
class District:
    """A small district after its months."""

    db: Database
    keys: Keys
    lived: Lived


@pytest.fixture(scope="module")
def district(sqlite_files: SqliteFiles) -> Iterator[District]:
    url = sqlite_files.create()
    db, keys = Database(url), new_keys()
    yield District(db, keys, year.load(db, keys, CHEAP, SMALL, lambda _line: None))
    db.dispose()
    sqlite_files.drop(url)


def test_no_duty_and_no_deadline_was_missed(district: District) -> None:
    tally = district.lived.tally
    assert tally.missed_duties == {}
    assert tally.missed_deadlines == {}
    assert tally.duties["done"] > 20
    assert tally.deadlines["met"] > 50


def test_nothing_was_refused_and_nothing_failed(district: District) -> None:
    assert district.lived.refused == []
    assert district.lived.tally.incidents == []


def test_the_doctor_finds_nothing(district: District) -> None:
    assert district.lived.tally.violations == []


def test_the_trail_is_proved(district: District, tmp_path: Path) -> None:
    checkpoints = tmp_path / "checkpoints"
    seals.seal(district.db, district.keys.trail, SystemClock().now(), checkpoints)
    with district.db.read() as conn:
        assert prove(conn, district.keys, checkpoints).as_dict()["faults"] == []


def test_everybody_came_and_the_tiers_had_work(district: District) -> None:
    tally = district.lived.tally
    assert tally.persons == SMALL.persons
    assert sum(tally.cases.values()) > SMALL.persons / 2
    assert {"community/HIRED", "community/NOT_HIRED", "street/NOT_HIRED"} <= tally.referrals.keys()
    assert all(done > 0 for done in tally.months)


def test_papers_of_each_part_of_the_road_were_issued(district: District) -> None:
    assert PAPERS - district.lived.tally.papers.keys() == set()


def test_the_staff_worked_on_working_days_only(district: District) -> None:
    done = sa.select(user_task.c.ended_at).where(user_task.c.state == "completed")
    with district.db.read() as conn:
        moments = [from_us(at).astimezone(SHANGHAI) for at in conn.execute(done).scalars()]
    calendar = App(district.db, SystemClock(), district.keys).library.calendar
    off = {moment.date() for moment in moments if not calendar.is_working(moment.date())}
    festival = [day for day in off if not any(calendar.is_working(one) for one in week_of(day))]
    assert off == set(festival), "only a week without any working day has its duties done on a day off"
    assert all(9 <= moment.hour < 18 for moment in moments)


def week_of(day: date) -> list[date]:
    monday = day - timedelta(days=day.weekday())
    return [monday + timedelta(days=n) for n in range(7)]


def _forms(district: District, *elements: str) -> list[dict[str, Any]]:
    query = sa.select(form_data.c["values"]).where(form_data.c.element.in_(elements), ~form_data.c.draft)
    with district.db.read() as conn:
        return [loads(text) for text in conn.execute(query).scalars()]


def test_whom_somebody_spoke_to_differs_and_so_does_when(district: District) -> None:
    contacts = _forms(district, "P21_WeeklyContact", "P21_KeepContact")
    moments = [datetime.fromisoformat(one["contacted_at"]).astimezone(SHANGHAI) for one in contacts]
    assert len({one["note"] for one in contacts}) > 4
    assert len({one["channel"] for one in contacts}) == 3
    assert len({moment.minute for moment in moments}) > 10
    assert all(9 <= moment.hour < 18 for moment in moments)
    assert sum(moment.time() in HOURS for moment in moments) < len(moments) / 5


def test_an_employer_asks_for_a_few_people_at_a_time(district: District) -> None:
    with district.db.read() as conn:
        asked = conn.execute(sa.select(vacancy.c.number)).scalars().all()
    assert len(asked) == 12
    assert {2 < number < 12 for number in asked} == {True}


def test_what_somebody_earns_is_his_own(district: District) -> None:
    told = [one["income"] for one in _forms(district, "P09_First", "P21_FollowUp") if "income" in one]
    assert len(set(told)) > 5


@pytest.mark.nightly
def test_the_same_plan_lives_the_same_days(sqlite_files: SqliteFiles) -> None:
    plan = Plan(months=2, streets=1, communities=1, persons=10)
    assert _told(sqlite_files, plan) == _told(sqlite_files, plan)


def _told(sqlite_files: SqliteFiles, plan: Plan) -> list[tuple[Any, ...]]:
    """Return what happened when, trail by trail as they began, and what was answered."""
    url = sqlite_files.create()
    db = Database(url)
    year.load(db, new_keys(), CHEAP, plan, lambda _line: None)
    happened = sa.select(event.c.kind, event.c.at, event.c.origin).order_by(event.c.trail_id, event.c.seq)
    said = sa.select(form_data.c.element).where(~form_data.c.draft).order_by(form_data.c.task_id)
    with db.read() as conn:
        found = [tuple(row) for query in (happened, said) for row in conn.execute(query)]
    db.dispose()
    sqlite_files.drop(url)
    return found


def test_people_are_the_same_for_the_same_seed_and_others_for_another() -> None:
    villages = ["河南村", "石门苑社区"]
    first, again = residents(SMALL, villages), residents(SMALL, villages)
    other = residents(Plan(months=3, streets=1, communities=2, persons=30, seed=1), villages)
    assert first == again
    assert first != other


def test_identity_numbers_are_valid_each_its_own_and_of_no_county() -> None:
    people = residents(Plan(), ["河南村", "石门苑社区", "太平社区"])
    numbers = {one.id_no for one in people}
    assert len(numbers) == len(people) == 600
    assert all(parse(number, Plan().first).value == number for number in numbers)
    assert {number[:6] for number in numbers} == {"119999"}


def test_people_are_believable() -> None:
    plan = Plan()
    people = residents(plan, ["河南村", "石门苑社区"])
    numbers = [parse(one.id_no, plan.first) for one in people]
    women = sum(number.sex == "F" for number in numbers) / len(people)
    ages = [plan.year - number.birth_date.year for number in numbers]
    assert 0.4 < women < 0.6
    assert min(ages) >= 18
    assert max(ages) < 60
    assert 0.2 < sum(one.facts["urban"] for one in people) / len(people) < 0.9
    assert max(sum(1 for other in people if other.family == one.family) for one in people) <= 4


@pytest.mark.nightly
def test_a_year_of_six_hundred_people_misses_nothing(sqlite_files: SqliteFiles) -> None:
    url = sqlite_files.create()
    db, keys = Database(url), new_keys()
    try:
        lived = year.load(db, keys, CHEAP, Plan(), lambda _line: None)
    finally:
        db.dispose()
        sqlite_files.drop(url)
    assert lived.refused == []
    assert lived.tally.incidents == []
    assert lived.tally.violations == []
    assert lived.tally.missed_duties == {}
    assert lived.tally.missed_deadlines == {}
    assert {tier.partition("/")[0] for tier in lived.tally.referrals} == {"community", "street", "district"}
