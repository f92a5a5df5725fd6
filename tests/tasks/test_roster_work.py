"""The roster of a large community is made in pieces: the first at once, the others by any worker."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from engine import jobs
from engine.clock import local_date
from engine.doctor import examine
from engine.errors import FormInvalid, GuardUnmet
from engine.store import tables
from tasks import commands, org, roster_work, supervision, survey_round
from tasks.actor import Actor, Grant
from tasks.app import App
from tasks.desk import Desk
from tasks.note_commands import BeginSurvey
from tasks.queries import matters, roster
from tests.tasks.test_survey_round import LIBRARY, app, begin, fix_start, found, register

__all__ = ["app"]

SUPERVISOR = Actor(5, "督导", (Grant("supervisor", ""),), "test")


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey_round, "PIECE", 2)


@pytest.fixture
def crowd(app: App) -> list[int]:
    return [register(app, f"1990-05-{day:02d}", "F") for day in range(1, 8)]


def numbers(app: App, round_id: int) -> roster.Roster:
    (row,) = (one for one in found(app, tables.instance) if one["id"] == round_id)
    with app.read() as conn:
        head = matters.head(conn, row["trail_id"])
        assert head is not None
        return roster.of_round(conn, head, LIBRARY.thresholds, local_date(app.clock.now()))


def listed(app: App) -> list[int]:
    return sorted(row["person_id"] for row in found(app, survey_round.survey_roster))


def claim(app: App) -> jobs.Job:
    (job,) = app.run(lambda desk: jobs.claim(desk.unit, survey_round.ROSTER, 1))
    assert isinstance(job, jobs.Job)
    return job


def reconcile(app: App) -> None:
    task = next(row for row in found(app, tables.user_task) if row["element"] == "P01_Coverage")
    staff = Actor(6, "工作人员", (Grant("community_staff", task["pool"]),), "test")
    app.do(commands.CompleteTask(task["id"], {"reconciled": True}), staff)


def test_the_first_piece_comes_at_once_and_the_worker_does_the_rest(app: App, crowd: list[int]) -> None:
    round_id = begin(app)
    there = numbers(app, round_id)
    assert (there.listed, there.wanted) == (2, len(crowd))
    assert roster_work.run_rosters(app, 1) == 1
    assert numbers(app, round_id).listed == 4
    assert roster_work.run_rosters(app) == 2
    there = numbers(app, round_id)
    assert (there.listed, there.left, there.wanted) == (7, 7, None)
    assert listed(app) == crowd
    assert roster_work.run_rosters(app) == 0
    with app.read() as conn:
        assert examine(conn, app.definitions, app.keys.trail, app.keys.state) == []


def test_a_special_survey_does_not_call_all_residents_its_own_while_its_roster_is_made(
    app: App, crowd: list[int]
) -> None:
    register(app, "1991-05-01", "M")
    with app.read() as conn:
        unit = org.find_units(conn, "河南村")[0].id
    asked = {"unit": unit, "purpose": "妇女就业专项调查", "until": "2027-03-31", "sex": "F"}
    gone = {"until": "2020-03-31", "age_from": 60, "age_to": 16}
    with pytest.raises(FormInvalid) as refused:
        app.do(BeginSurvey(asked | gone), SUPERVISOR)
    assert [name for name, _zh, _en in refused.value.problems] == ["until", "age_to"]
    app.do(BeginSurvey(asked), SUPERVISOR)
    round_id = fix_start(app, local_date(app.clock.now()).isoformat())
    there = numbers(app, round_id)
    assert (there.listed, there.making, there.wanted) == (2, True, None)
    while roster_work.run_rosters(app):
        pass
    there = numbers(app, round_id)
    assert (there.listed, there.making) == (len(crowd), False)


def test_nobody_is_called_visited_while_the_roster_is_being_made(app: App, crowd: list[int]) -> None:
    begin(app)
    with pytest.raises(GuardUnmet, match="还在生成"):
        reconcile(app)
    while roster_work.run_rosters(app):
        pass
    with pytest.raises(GuardUnmet, match="还有7人"):
        reconcile(app)


def test_a_worker_that_dies_in_the_middle_leaves_its_piece_to_another(app: App, crowd: list[int]) -> None:
    begin(app)
    job = claim(app)

    def dies(desk: Desk) -> None:
        survey_round.go_on(desk, job)
        raise SystemExit

    with pytest.raises(SystemExit):
        app.run(dies)
    assert len(listed(app)) == 2
    assert roster_work.run_rosters(app) == 0, "the piece is the other worker's until its lease ends"
    app.clock.set(app.clock.now() + jobs.LEASE)  # type: ignore[attr-defined]
    assert roster_work.run_rosters(app) == 3
    assert listed(app) == crowd
    app.run(lambda desk: survey_round.go_on(desk, job))
    assert listed(app) == crowd, "who lost the lease does nothing twice"


def test_a_round_that_was_cancelled_asks_for_no_further_interview(app: App, crowd: list[int]) -> None:
    round_id = begin(app)
    app.run(lambda desk: desk.unit.cancel(round_id, "重复"))
    assert roster_work.run_rosters(app) == 1
    assert roster_work.run_rosters(app) == 0
    assert len(listed(app)) == 2


def test_a_piece_that_cannot_be_made_becomes_an_incident_and_goes_on_when_it_is_tried_again(
    app: App, crowd: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    round_id = begin(app)
    with monkeypatch.context() as broken:
        broken.setattr(survey_round, "_begin", _broken)
        for wait in (*jobs.BACK_OFF, jobs.LEASE):
            assert roster_work.run_rosters(app) == 0
            app.clock.set(app.clock.now() + wait)  # type: ignore[attr-defined]
    (incident,) = found(app, tables.incident)
    assert "应访名单没有全部生成" in incident["detail"]
    assert roster_work.run_rosters(app) == 0
    assert numbers(app, round_id).wanted == 7, "the page goes on saying that people are missing"
    with pytest.raises(GuardUnmet):
        reconcile(app)
    app.run(lambda desk: supervision.retry(desk, commands.RetryIncident(incident["id"])), SUPERVISOR)
    assert roster_work.run_rosters(app) == 3
    assert listed(app) == crowd


def _broken(_desk: Desk, _person_id: int) -> None:
    raise RuntimeError


def test_who_was_begun_at_the_door_meanwhile_is_listed_once(app: App, crowd: list[int]) -> None:
    begin(app)
    app.run(lambda desk: survey_round.begin_at_door(desk, crowd[-1]))
    while roster_work.run_rosters(app):
        pass
    assert listed(app) == crowd
    with app.read() as conn:
        forms = sa.select(sa.func.count()).where(tables.user_task.c.element == "P01a_Form")
        assert conn.execute(forms).scalar() == len(crowd)
