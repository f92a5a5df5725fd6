"""The page of one task: the form, its refusals, drafts, and everything else one may do with it."""

from __future__ import annotations

import re
from datetime import timedelta

from engine.clock import from_us, local_date
from tasks import commands
from tasks.actor import SYSTEM
from tasks.imports import import_vacancies
from tasks.queries import case_page, task_page
from tasks.store import rows, tables
from tests.web.office import Browser, Office

CHECK = {
    "channel": "COUNTER", "materials_complete": "true", "urban": "true", "unemployed": "true",
    "materials__0__name": "居民身份证", "materials__0__copies": "1", "materials__0__present": "true",
}  # fmt: skip


def _fresh(office: Office, element: str = "P03_Check") -> tuple[int, int]:
    case = office.new_case()
    office.reach(case, element)
    return case, office.open_tasks(case)[element].id


def test_the_page_shows_form_person_clause_diagram_and_history(office: Office, street: Browser) -> None:
    case, task = _fresh(office)
    page = street.get(f"/tasks/{task}").text
    assert "核查申请材料" in page
    assert "王秀英" in page
    assert re.search(r"110113\*{8}\d{3}[\dX]", page)
    assert "《顺义区“595”就业援助方法》" in page
    assert f'data-marks-url="/instances/{office.open_tasks(case)["P03_Check"].instance_id}/marks' in page
    assert "立案" in page


def test_an_office_may_set_a_target_of_its_own_for_what_has_no_deadline(office: Office) -> None:
    community = office.browser("staff.hnc")
    _case, free = _fresh(office, "P03_Verify")
    assert "没有规定期限；这是本单位" not in community.get(f"/tasks/{free}").text
    office.app.do(commands.ChangeSetting("office_targets", {"DL-014": 3}), SYSTEM)
    case, task = _fresh(office, "P03_Verify")
    office.app.do(commands.ChangeSetting("office_targets", {}), SYSTEM)
    assert "没有规定期限；这是本单位" in community.get(f"/tasks/{task}").text
    due = local_date(from_us(office.open_tasks(case)["P03_Verify"].due_at - 1))
    assert due == office.app.library.calendar.wd(local_date(office.clock.now()), 3)


def test_who_decides_on_a_step_reads_what_was_recorded_there(office: Office) -> None:
    _case, task = _fresh(office, "P03_Approve")
    page = office.browser("sup.rh").get(f"/tasks/{task}").text
    before = _before(page)
    assert "认定意见" in before
    assert "予以认定" in before
    assert office.actor("staff.rh").name in before
    _case, task = _fresh(office, "P03_Check")
    assert _before(office.browser("staff.rh").get(f"/tasks/{task}").text) == ""


def test_who_writes_the_letter_reads_which_post_was_chosen_the_step_before(office: Office) -> None:
    case = office.new_case()
    office.reach(case, "P04_Match")
    office.complete(case, "P04_Match", employer="顺义某物业公司", post="夜班门卫")
    task = office.open_tasks(case)["P04_Letter"].id
    before = _before(office.browser("aide.hnc").get(f"/tasks/{task}").text)
    assert "搜索匹配岗位" in before
    assert "夜班门卫" in before


def test_a_choice_is_read_by_its_name_also_when_it_can_no_longer_be_made(office: Office) -> None:
    case = office.new_case()
    office.reach(case, "P04_Match")
    import_vacancies(office.app, "employer,name,area,number\n顺义某商场,夜班门卫,顺义区,1\n".encode())
    with office.app.read() as conn:
        vacancy = rows.rows(conn, tables.vacancy, employer="顺义某商场")[0]["id"]
    done = office.open_tasks(case)["P04_Match"].id
    office.complete(case, "P04_Match", vacancy=str(vacancy))
    with office.app.write() as conn:
        rows.change(conn, tables.vacancy, vacancy, closed_at=1)
    aide, chosen = office.browser("aide.hnc"), "<dt>选定岗位</dt><dd>夜班门卫</dd>"
    letter = office.open_tasks(case)["P04_Letter"].id
    assert chosen in _before(aide.get(f"/tasks/{letter}").text)
    page = aide.get(f"/tasks/{done}").text
    assert chosen in page
    assert "流程当前在" not in page


def test_who_chooses_a_vacancy_need_not_type_its_employer_and_post(office: Office) -> None:
    case = office.new_case()
    office.reach(case, "P04_Match")
    import_vacancies(office.app, "employer,name,area,number\n顺义某商场,夜班门卫,顺义区,1\n".encode())
    with office.app.read() as conn:
        vacancy = rows.rows(conn, tables.vacancy, employer="顺义某商场")[0]["id"]
    task, aide = office.open_tasks(case)["P04_Match"].id, office.browser("aide.hnc")
    left_empty = {"systems": "X04", "employer": "", "post": ""}
    refused = aide.post(f"/tasks/{task}", left_empty)
    assert "请填写“用人单位”" in refused.text
    assert aide.post(f"/tasks/{task}", left_empty | {"vacancy": str(vacancy)}).status_code == 303
    page = aide.get(f"/tasks/{task}").text
    assert "<dt>用人单位</dt><dd>顺义某商场</dd>" in page
    assert "<dt>岗位</dt><dd>夜班门卫</dd>" in page


def test_a_number_or_a_yes_in_a_list_is_told_with_its_name(office: Office) -> None:
    _case, task = _fresh(office, "P03_Form")
    before = _before(office.browser("staff.rh").get(f"/tasks/{task}").text)
    assert "居民身份证 · 份数：1 · 已提交：是" in before


def _before(page: str) -> str:
    return page.partition('id="before"')[2].partition("</details>")[0]


def test_a_task_names_the_post_of_which_nothing_is_heard_yet(office: Office) -> None:
    case, task = _fresh(office, "P04_Interview")
    page = office.browser("aide.hnc").get(f"/tasks/{task}").text
    with office.app.read() as conn:
        (one,) = case_page.referrals(conn, case)
    referred = page.partition('id="referred"')[2].partition("</section>")[0]
    assert one.employer in referred
    assert one.post in referred
    _case, task = _fresh(office, "P04_Wishes")
    assert 'id="referred"' not in office.browser("aide.hnc").get(f"/tasks/{task}").text


def test_no_identity_number_is_shown_whole(office: Office, street: Browser) -> None:
    _case, task = _fresh(office)
    assert not re.search(r"\d{17}[\dX]", re.sub(r'"[^"]*"', "", street.get(f"/tasks/{task}").text))


def test_a_form_completes_the_task_and_goes_on_with_the_case(office: Office, street: Browser) -> None:
    case, task = _fresh(office)
    answer = street.post(f"/tasks/{task}", CHECK | {"_then": "next"})
    assert answer.status_code == 303, answer.text
    following = office.open_tasks(case)["P03_Form"].id
    assert answer.location == f"/tasks/{following}?ok=completed"


def test_completing_may_lead_back_to_the_list(office: Office, street: Browser) -> None:
    _case, task = _fresh(office)
    assert street.post(f"/tasks/{task}", CHECK | {"_then": "list"}).location == "/inbox?ok=completed"


def test_a_wrong_form_is_shown_again_with_everything_typed(office: Office, street: Browser) -> None:
    case, task = _fresh(office)
    typed = CHECK | {"materials__0__copies": "很多", "note": "半页备注", "urban": ""}
    answer = street.post(f"/tasks/{task}", typed)
    assert answer.status_code == 422
    assert 'value="很多"' in answer.text
    assert ">半页备注</textarea>" in answer.text
    assert 'href="#f-materials__0__copies"' in answer.text
    assert "请填写整数" in answer.text
    assert "P03_Check" in office.open_tasks(case)


def test_a_field_the_form_does_not_have_is_refused(office: Office, street: Browser) -> None:
    _case, task = _fresh(office)
    answer = street.post(f"/tasks/{task}", CHECK | {"recognised": "true"})
    assert answer.status_code == 422
    assert "recognised" in answer.text


def test_the_same_page_sent_twice_has_one_effect(office: Office, street: Browser) -> None:
    case, task = _fresh(office)
    sent = CHECK | {"_key": "one-page"}
    first, second = street.post(f"/tasks/{task}", sent), street.post(f"/tasks/{task}", sent)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    with office.app.read() as conn:
        done = task_page.steps_done(conn, office.open_tasks(case)["P03_Form"].instance_id)
    assert [step.element for step in done] == ["P03_Check"]


def test_a_task_that_is_done_meanwhile_keeps_what_was_typed(office: Office, street: Browser) -> None:
    case, task = _fresh(office)
    office.complete(case, "P03_Check")
    answer = street.post(f"/tasks/{task}", CHECK | {"note": "来晚了"})
    assert answer.status_code == 409
    assert "已经不在办理状态" in answer.text
    assert "来晚了" in answer.text


def test_a_task_of_another_area_does_not_exist(office: Office) -> None:
    _case, task = _fresh(office)
    stranger = office.browser("staff.nfx")
    assert stranger.get(f"/tasks/{task}").status_code == 404
    assert stranger.post(f"/tasks/{task}", CHECK).status_code == 404


def test_a_task_of_another_role_may_be_read_and_not_done(office: Office) -> None:
    _case, task = _fresh(office)
    answer = office.browser("officer.rh").get(f"/tasks/{task}")
    assert answer.status_code == 200
    assert "不能办理" in answer.text
    assert 'name="_then"' not in answer.text
    assert office.browser("officer.rh").post(f"/tasks/{task}", CHECK).status_code == 403


def test_a_draft_is_kept_and_shown_again(office: Office, street: Browser) -> None:
    _case, task = _fresh(office)
    answer = street.post(f"/tasks/{task}/draft", {"note": "写到一半", "materials_complete": "false"})
    assert answer.status_code == 204
    page = street.get(f"/tasks/{task}").text
    assert "写到一半" in page
    assert "已恢复上次保存的草稿" in page


def test_a_draft_saved_without_scripts_returns_to_the_page(office: Office, street: Browser) -> None:
    _case, task = _fresh(office)
    answer = street.post(f"/tasks/{task}/draft", {"note": "x"}, headers={"Sec-Fetch-Mode": "navigate"})
    assert answer.location == f"/tasks/{task}?ok=draft_saved"


def test_a_row_is_added_without_scripts(office: Office, street: Browser) -> None:
    _case, task = _fresh(office)
    answer = street.post(f"/tasks/{task}", CHECK | {"_add": "materials"})
    assert answer.status_code == 200
    assert 'name="materials__1__name"' in answer.text
    assert 'value="居民身份证"' in answer.text


def test_claim_and_give_back(office: Office, street: Browser) -> None:
    case, task = _fresh(office)
    assert street.post(f"/tasks/{task}/claim").status_code == 303
    assert office.open_tasks(case)["P03_Check"].assignee == "周杰"
    assert street.post(f"/tasks/{task}/unclaim").status_code == 303
    assert office.open_tasks(case)["P03_Check"].assignee is None


def test_work_goes_back_to_an_earlier_step_with_a_reason(office: Office, street: Browser) -> None:
    case, task = _fresh(office, "P03_Form")
    street.post(f"/tasks/{task}/claim")
    refused = street.post(f"/tasks/{task}/send-back", {"to": "P03_Check", "reason": ""})
    assert refused.status_code == 422
    assert "请填写理由" in refused.text
    answer = street.post(f"/tasks/{task}/send-back", {"to": "P03_Check", "reason": "材料有误"})
    assert answer.status_code == 303
    assert set(office.open_tasks(case)) == {"P03_Check"}


def test_an_own_step_is_taken_back_while_nothing_followed(office: Office, street: Browser) -> None:
    case, task = _fresh(office, "P03_Enter")
    office.complete(case, "P03_Enter")
    page = street.get(f"/tasks/{task}").text
    assert "办理内容" in page
    assert f'action="/tasks/{task}/withdraw"' in page
    assert street.post(f"/tasks/{task}/withdraw", {"reason": "填错了"}).status_code == 303
    assert set(office.open_tasks(case)) == {"P03_Enter"}


def test_a_step_is_not_taken_back_once_the_next_is_claimed_and_the_page_says_why(
    office: Office, street: Browser
) -> None:
    case, task = _fresh(office)
    street.post(f"/tasks/{task}", CHECK)
    street.post(f"/tasks/{office.open_tasks(case)['P03_Form'].id}/claim")
    answer = street.post(f"/tasks/{task}/withdraw", {"reason": "填错了"})
    assert answer.status_code == 409
    assert "请使用退回" in answer.text


def test_a_supervisor_hands_a_task_to_somebody_else(office: Office) -> None:
    case, task = _fresh(office)
    boss = office.browser("sup.rh")
    to = office.actor("staff.rh").user_id
    answer = boss.post(f"/tasks/{task}/reassign", {"to": str(to), "reason": "请接手"})
    assert answer.status_code == 303, answer.text
    assert office.open_tasks(case)["P03_Check"].assignee_id == to
    assert "请接手" in office.browser("staff.rh").get("/notices").text


def test_the_diagram_marks_where_the_case_stands(office: Office, street: Browser) -> None:
    case, _task = _fresh(office, "P03_Form")
    instance = office.open_tasks(case)["P03_Form"].instance_id
    marks = street.get(f"/instances/{instance}/marks").json
    assert marks["active"] == ["P03_Form"]
    assert "P03_Check" in marks["done"]
    assert "F_P03_Complete_GW_YES" in marks["taken"]
    assert marks["counts"] == {"P03_Check": 1}
    assert office.browser("staff.nfx").get(f"/instances/{instance}/marks").status_code == 404


def test_a_due_date_says_how_it_was_counted(office: Office) -> None:
    case, task = _fresh(office, "P04_FirstContact")
    assert task
    aide = office.browser("aide.hnc")
    page = aide.get(f"/tasks/{task}").text
    assert "2个工作日" in page
    assert "当日不计，自次日起算2个工作日" in page
    assert re.search(r"剩\d个工作日|今天24:00到期", page)
    assert case


def test_a_session_that_ended_keeps_what_was_typed(office: Office) -> None:
    case, task = _fresh(office)
    street = office.browser("staff.rh")
    token = street.token("/notices")
    office.app.do(commands.ClaimTask(task), office.actor("staff.rh"))
    office.clock.advance(timedelta(hours=1))
    answer = street.client.post(f"/tasks/{task}", data=CHECK | {"note": "写了很久", "_csrf": token})
    assert answer.status_code == 401
    assert "写了很久" in answer.text
    hidden = dict(re.findall(r'name="(kept[^"]*)" value="([^"]*)"', answer.text))
    csrf = re.search(r'name="_csrf" value="([^"]+)"', answer.text)
    assert csrf is not None
    login = {"username": "staff.rh", "password": "aid595-demo", "_csrf": csrf[1]} | hidden
    back = street.client.post("/login", data=login)
    assert back.location == f"/tasks/{task}?ok=draft_restored"
    assert "写了很久" in street.get(back.location).text
    assert "P03_Check" in office.open_tasks(case)
