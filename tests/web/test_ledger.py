"""The person page shows the ledger and the visits; an interview and a course are started from pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.clock import local_date
from engine.codec import dumps, loads
from tasks import commands, courses, ledger, worker
from tasks.queries import ledger_page
from tasks.queries import registers as entries
from tasks.registers.period import month_of, of_month
from tasks.registers.spec import register_spec
from tasks.store import org, rows, surveys
from tasks.store.tables_survey import questionnaire
from tests.web.office import STAFF, Browser, Office


def complete(office: Office, person: int, element: str, **given: Any) -> None:
    """Complete an open task about a person outside any case, with examples."""
    with office.app.read() as conn:
        found = {task.element: task for task in ledger_page.own_tasks(conn, person)}
    task = found[element]
    values = office.example(task.id, **given)
    office.app.do(commands.CompleteTask(task.id, values), office.actor(STAFF[task.role]))


def street_id_of(office: Office) -> int:
    """Return the id of the street."""
    with office.app.read() as conn:
        return int(org.units_named(conn, "仁和镇", "street")[0]["id"])


@pytest.fixture
def village(office: Office) -> Browser:
    """A browser of the community's staff."""
    return office.browser("staff.hnc")


def _interview(office: Office, village: Browser, person: int) -> None:
    """Go through an interview at the door that finds a hardship person."""
    answer = village.post(f"/people/{person}/interview", {})
    assert answer.status_code == 303, answer.text
    for element in ("P01a_Form", "P01a_Verify", "P01a_Enter", "P01a_VisitRecord"):
        complete(office, person, element)


def test_an_interview_begins_at_the_door_and_only_once(office: Office, village: Browser) -> None:
    person = office.register(name="周桂兰", labour_ability=True)
    assert "入户调查" in village.get(f"/people/{person}").text
    answer = village.post(f"/people/{person}/interview", {})
    assert answer.status_code == 303
    assert "/tasks/" in answer.location
    assert f'action="/people/{person}/interview"' not in village.get(f"/people/{person}").text
    again = village.post(f"/people/{person}/interview", {})
    assert again.status_code == 409
    assert "已有未完成的入户调查" in again.text


def test_the_street_does_not_visit_at_the_door(office: Office, street: Browser) -> None:
    person = office.register(name="周桂芝")
    assert f'action="/people/{person}/interview"' not in street.get(f"/people/{person}").text
    assert street.post(f"/people/{person}/interview", {}).status_code == 403


def test_the_person_page_says_how_the_visit_class_came_about(office: Office, village: Browser) -> None:
    person = office.register(name="周桂珍", labour_ability=True, unemployed_since="2024-01-01")
    _interview(office, village, person)
    page = village.get(f"/people/{person}").text
    assert "待核实确认" in page
    complete(office, person, "P02_ConfirmRow", visit_class_override="4", override_reason="老人需照料")
    page = village.get(f"/people/{person}").text
    assert "第四类（每月两次）" in page
    assert "老人需照料" in page
    assert "按表应为第三类" in page
    assert "在册，已确认" in page


def test_visits_stand_with_their_windows_and_due_days(office: Office, village: Browser) -> None:
    person = office.register(name="周桂云", labour_ability=True, unemployed_since="2024-01-01")
    _interview(office, village, person)
    complete(office, person, "P02_ConfirmRow")
    worker.tick(office.app)
    page = village.get(f"/people/{person}").text
    assert "3月1日" in page
    assert "填写走访记录" in page


def test_a_missed_visit_of_somebody_without_a_case_is_explained_on_his_page(
    office: Office, village: Browser
) -> None:
    person = office.register(name="周桂荣", labour_ability=True, unemployed_since="2024-01-01")
    _interview(office, village, person)
    complete(office, person, "P02_ConfirmRow")
    assert f"/people/{person}/explain" not in village.get(f"/people/{person}").text
    office.pass_days(32)
    village = office.browser("staff.hnc")
    assert f"/people/{person}/explain" in village.get(f"/people/{person}").text
    assert 'value="P21_Visit"' in village.get(f"/people/{person}/explain").text
    answer = village.post(f"/people/{person}/explain", {"duty": "P21_Visit", "reason": "本人外出"})
    assert answer.status_code == 303, answer.text
    assert f"/people/{person}/explain" not in village.get(f"/people/{person}").text


def test_a_course_without_trainees_is_refused_and_keeps_what_was_typed(
    office: Office, street: Browser
) -> None:
    assert "没有登记培训需求" in street.get("/courses/new").text
    person = office.register(name="周桂香")
    office.app.run(lambda desk: courses.register_need(desk, ledger.context_of(desk, person)))
    page = street.get("/courses/new").text
    assert "周桂香" in page
    street_id = str(street_id_of(office))
    given = {"employer": "顺义某企业", "course": "", "street_id": street_id}
    answer = street.post("/courses", given)
    assert answer.status_code == 422
    assert "请填写培训课程" in answer.text
    assert 'value="顺义某企业"' in answer.text
    started = street.post("/courses", given | {"course": "叉车", "trainees": str(person)})
    assert started.status_code == 303, started.text
    page = street.get(started.location).text
    assert "顺义某企业" in page
    assert "已恢复上次保存的草稿" not in page
    assert f'name="visited_on" value="{local_date(office.clock.now())}"' in page


def test_a_course_begins_with_the_skill_its_trainee_told_at_the_door(
    office: Office, village: Browser, street: Browser
) -> None:
    person = office.register(name="周桂云")
    _interview(office, village, person)
    with office.app.write() as conn:
        (kept,) = surveys.of_person(conn, person)
        told = loads(kept["answers"]) | {"top_skill": "电工", "skill_level": "2"}
        rows.change(conn, questionnaire, kept["id"], answers=dumps(told))
    office.app.run(lambda desk: courses.register_need(desk, ledger.context_of(desk, person)))
    given = {"employer": "顺义某厂", "course": "叉车", "street_id": str(street_id_of(office))}
    started = street.post("/courses", given | {"trainees": str(person)})
    page = street.get(started.location).text
    assert 'value="电工（中级）"' in page
    assert 'value="叉车"' in page


def test_a_village_starts_no_course(village: Browser) -> None:
    assert village.get("/courses/new").status_code == 404


def test_the_case_page_shows_the_signs_of_an_unsteady_job_and_its_guidance(office: Office) -> None:
    case = office.new_case("周桂芳")
    office.reach(case, "P09_First", P04_Outcome={"outcome": "HIRED"})
    office.complete(case, "P09_First", stability="UNSTABLE", signal="UNSTABLE")
    page = office.browser("staff.rh").get(f"/cases/{case}").text
    assert "稳岗信号" in page
    assert "首次回访" in page[page.index('id="signals"') :]
    assert "及时介入指导" in page


def test_who_leaves_the_ledger_stands_in_it_no_more_but_in_the_months_before(
    office: Office, village: Browser
) -> None:
    person = office.register(name="周桂菊", labour_ability=True, unemployed_since="2024-01-01")
    _interview(office, village, person)
    complete(office, person, "P02_ConfirmRow")
    confirmed = month_of(local_date(office.clock.now()))
    office.clock.advance(timedelta(days=40))
    left = local_date(office.clock.now())
    moved = {"end_code": "END-MOVED", "effective_on": left, "evidence": "户籍迁出证明"}
    office.app.do(commands.Exit(moved, person_id=person), office.actor("staff.rh"))

    def standing(month: str) -> int:
        period = of_month(month)
        with office.app.read() as conn:
            wanted = entries.Wanted(("/",), period.since, period.until)
            found = entries.entries(conn, register_spec("E03"), wanted)
            return sum(entry.person_id == person for entry in found)

    assert (standing(confirmed), standing(month_of(left))) == (1, 0)
