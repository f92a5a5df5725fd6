"""What a supervisor does with a process: stop it, let it go on, move it, end it, try again what failed."""

from __future__ import annotations

import re

import pytest

from tests.web.office import Office


def _process(office: Office, case: int) -> int:
    """Return the process of the case that its page offers to the supervisor first."""
    page = office.browser("sup.rh").get(f"/cases/{case}").text
    found = re.findall(r'href="/instances/(\d+)"', page)
    assert found
    return int(found[-1])


def test_a_suspended_process_stands_still_until_it_is_resumed(office: Office) -> None:
    case = office.new_case("钱玉兰")
    task, process = office.open_tasks(case)["P03_Check"], _process(office, case)
    supervisor, street = office.browser("sup.rh"), office.browser("staff.rh")
    answer = supervisor.post(f"/instances/{process}/suspend", {"reason": "等待上级答复"})
    assert answer.status_code == 303
    page = supervisor.get(answer.location).text
    assert "流程已挂起" in page
    assert "恢复办理" in page
    assert street.post(f"/tasks/{task.id}/claim").status_code == 409
    assert "挂起" in street.get(f"/tasks/{task.id}").text
    assert "等待上级答复" in street.get(f"/cases/{case}").text
    assert supervisor.post(f"/instances/{process}/resume").status_code == 303
    assert street.post(f"/tasks/{task.id}/claim").status_code == 303


def test_a_reason_is_needed_and_what_was_typed_stays(office: Office) -> None:
    case = office.new_case("钱玉兰")
    process, supervisor = _process(office, case), office.browser("sup.rh")
    for action in ("suspend", "cancel"):
        answer = supervisor.post(f"/instances/{process}/{action}", {"reason": "  "})
        assert answer.status_code == 422
        assert "请填写理由" in answer.text
    form = {"from": "P03_Check", "to": "", "reason": "走错了"}
    answer = supervisor.post(f"/instances/{process}/move", form)
    assert answer.status_code == 422
    assert "请选择移到哪个环节" in answer.text
    assert 'value="走错了"' in answer.text
    assert "P03_Check" in office.open_tasks(case)


def test_a_step_is_moved_by_hand_and_the_history_says_so(office: Office) -> None:
    case = office.new_case("钱玉兰")
    process, supervisor = _process(office, case), office.browser("sup.rh")
    page = supervisor.get(f"/instances/{process}").text
    offered = re.findall(r'<option value="(P03_\w+)"', page)
    assert "P03_Form" in offered
    assert "P03_Objection" not in offered, "it lies in another branch"
    form = {"from": "P03_Check", "to": "P03_Form", "reason": "材料已在窗口核验"}
    assert supervisor.post(f"/instances/{process}/move", form).status_code == 303
    assert list(office.open_tasks(case)) == ["P03_Form"]
    told = office.browser("staff.rh").get(f"/cases/{case}").text
    assert "人工调整环节" in told
    assert "材料已在窗口核验" in told


def test_a_process_is_ended_and_the_case_goes_on(office: Office) -> None:
    case = office.new_case("钱玉兰")
    process, supervisor = _process(office, case), office.browser("sup.rh")
    assert supervisor.post(f"/instances/{process}/cancel", {"reason": "重复受理"}).status_code == 303
    page = supervisor.get(f"/instances/{process}").text
    assert "已取消" in page
    assert "流程已经结束" in page
    marks = supervisor.get(f"/instances/{process}/marks").json
    assert "P03_Start" in marks["done"]
    assert "P03_Check" not in [*marks["done"], *marks["active"]], "nobody did what was taken away"
    assert "办理中" in supervisor.get(f"/cases/{case}").text
    answer = supervisor.post(f"/instances/{process}/cancel", {"reason": "再来一次"})
    assert answer.status_code == 409


@pytest.mark.parametrize(
    ("username", "status"), [("staff.rh", 403), ("aide.hnc", 403), ("auditor.sy", 403), ("sup.nfx", 404)]
)
def test_only_the_areas_supervisor_touches_a_process(office: Office, username: str, status: int) -> None:
    case = office.new_case("钱玉兰")
    process, browser = _process(office, case), office.browser(username)
    assert browser.get(f"/instances/{process}").status_code == status
    for action in ("suspend", "resume", "move", "cancel"):
        form = {"reason": "看看", "from": "P03_Check", "to": "P03_Form"}
        assert browser.post(f"/instances/{process}/{action}", form).status_code == status
    assert "P03_Check" in office.open_tasks(case)
    if username == "staff.rh":
        assert f"/instances/{process}\"" not in browser.get(f"/cases/{case}").text
