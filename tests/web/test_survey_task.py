"""The task of the interview asks the questionnaire, keeps it, and shows what was answered this year."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa

from tasks import commands
from tasks.store.tables_survey import questionnaire
from tasks.survey import form
from tasks.survey.check import ON_FILE, check
from tasks.survey.commands import KeepSurvey
from tests.survey.papers import TODAY, filled
from tests.web.office import Office


def _answers(**given: Any) -> dict[str, Any]:
    return check(filled(id_no=None, name="王秀英", **given), TODAY, without=ON_FILE).answers


def _interview(office: Office, person: int) -> int:
    done = office.app.do(commands.StartProcess("P01a_interview", person), office.actor("staff.hnc"))
    assert done.next_task_id is not None
    return done.next_task_id


def _kept(office: Office, person: int) -> list[Any]:
    with office.app.read() as conn:
        query = sa.select(questionnaire).where(questionnaire.c.person_id == person)
        return list(conn.execute(query.order_by(questionnaire.c.id)).mappings())


def test_the_task_asks_the_questionnaire_and_keeps_it(office: Office) -> None:
    person, worker = office.register(), office.browser("staff.hnc")
    task = _interview(office, person)
    page = worker.get(f"/tasks/{task}").text
    assert 'name="survey__q01"' in page
    assert 'name="survey__id_no"' not in page
    posted = {f"survey__{name}": answer for name, answer in _answers().items()} | {"in_scope": "true"}
    wrong = worker.post(f"/tasks/{task}", posted | {"survey__q14": ["A"]})
    assert wrong.status_code == 422
    assert 'id="f-survey__q14-error"' in wrong.text
    assert worker.post(f"/tasks/{task}", posted).status_code == 303
    assert [(row["source"], row["standing"]) for row in _kept(office, person)] == [("P01a_Form", "held")]


def test_a_person_on_file_is_not_asked_for_the_name_again(office: Office) -> None:
    worker = office.browser("staff.hnc")
    page = worker.get(f"/tasks/{_interview(office, office.register('卓文君'))}").text
    typed = dict(re.findall(r'name="survey__(\w+)" value="([^"]*)"', page))
    assert typed["name"] == "卓文君"
    assert typed["interviewer"]
    assert typed["interviewer_village"] == "河南村"
    assert typed["survey_date"] == TODAY.isoformat()


def test_what_was_answered_this_year_stands_in_the_form(office: Office) -> None:
    person, worker = office.register(), office.browser("staff.hnc")
    office.app.do(KeepSurvey(_answers(), person), office.actor("staff.hnc"))
    page = worker.get(f"/tasks/{_interview(office, person)}").text
    assert 'value="孩子小"' in page or ">孩子小<" in page


def test_the_step_that_verifies_shows_what_to_look_at_again(office: Office) -> None:
    person, worker = office.register(family_income="3000"), office.browser("staff.hnc")
    task = _interview(office, person)
    posted = {f"survey__{name}": answer for name, answer in _answers().items()} | {"in_scope": "true"}
    following = worker.post(f"/tasks/{task}", posted).location
    page = worker.get(following).text
    assert 'id="doubts"' in page
    assert "低于城镇低收入线8772元" in page
    assert "请当面确认联系电话" in page
    kept = worker.get(f"/surveys/{_kept(office, person)[0]['id']}").text
    assert "低于城镇低收入线8772元" in kept


def test_the_day_of_an_interview_is_told_as_it_is_written() -> None:
    assert ("调查日期", "2026年1月20日") in form.told(_answers(), "zh")
    assert "2026-01-20" in dict(form.told(_answers(), "en")).values()
