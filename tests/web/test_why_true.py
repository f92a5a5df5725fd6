"""The sentences that say why a case waits stay true after rounds, returns and dates that passed."""

from __future__ import annotations

import re

from tasks import commands
from tests.web.office import Office

FIRST_CONTACT = "首次联系，说明安排，征求意见"


def waits(office: Office, case: int, step: str) -> str:
    """Return the sentence that says for whom a step waits."""
    page = re.sub(r"<[^>]+>", " ", office.browser("auditor.sy").get(f"/audit/{case}").text)
    found = re.search(rf"正在等[^。]*“{step}”[^。]*。", page)
    assert found is not None, page[:3000]
    return found[0]


def test_who_did_a_step_before_does_not_hold_it_when_it_comes_back(office: Office) -> None:
    case = office.new_case("闻人杰")
    clerk = office.actor("staff.rh")
    office.app.do(commands.ClaimTask(office.open_tasks(case)["P03_Check"].id), clerk)
    assert clerk.name in waits(office, case, "核查申请材料")
    office.complete(case, "P03_Check", "staff.rh")
    later = next(iter(office.open_tasks(case).values()))
    returned = commands.SendBack(later.id, "P03_Check", "材料不清")
    office.app.do(returned, office.actor(office.worker_for(later)))
    again = office.open_tasks(case)["P03_Check"]
    assert again.assignee_id is None
    assert clerk.name not in waits(office, case, "核查申请材料")


def test_a_day_that_passed_is_not_held_against_a_step_done_late_that_comes_back(office: Office) -> None:
    case = office.new_case("澹台月")
    office.reach(case, "P04_FirstContact")
    office.pass_days(30)
    assert "已逾期" in waits(office, case, FIRST_CONTACT)
    office.complete(case, "P04_FirstContact")
    later = next(task for name, task in office.open_tasks(case).items() if name.startswith("P04"))
    returned = commands.SendBack(later.id, "P04_FirstContact", "再联系一次")
    office.app.do(returned, office.actor(office.worker_for(later)))
    assert "没有正在计算的期限" in waits(office, case, FIRST_CONTACT)
