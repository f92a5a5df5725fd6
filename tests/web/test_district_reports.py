"""A district's report and its appraisal come by themselves, hold the numbers, and follow their setting."""

from __future__ import annotations

import re
from datetime import datetime

import sqlalchemy as sa

from engine.clock import SHANGHAI
from engine.store.tables import user_task
from tasks import commands, worker
from tasks.store.tables import duty
from tests.web.office import Office

EFFECT = {"satisfaction": "5", "interview_success_rate": 100, "evaluation": "已就业"}


def _task(office: Office, element: str) -> int:
    with office.app.read() as conn:
        t = user_task.c
        query = sa.select(t.id).where(t.element == element, t.state == "created").order_by(t.id.desc())
        return int(conn.execute(query).scalars().first() or 0)


def _duties(office: Office, kind: str) -> list[tuple[str, str]]:
    with office.app.read() as conn:
        query = sa.select(duty.c.frequency, duty.c.state).where(duty.c.kind == kind).order_by(duty.c.id)
        return [(row.frequency, row.state) for row in conn.execute(query)]


def _shown(page: str, field: str) -> str:
    found = re.search(rf'<textarea id="f-{field}"[^>]*>([^<]*)', page)
    assert found is not None
    return found[1]


def test_the_report_holds_the_numbers_since_the_window_before_and_is_kept(office: Office) -> None:
    office.clock.set(datetime(2026, 4, 1, 9, tzinfo=SHANGHAI))
    case = office.new_case()
    office.reach(case, "P04_AssignAide")
    worker.tick(office.app)
    task = _task(office, "P22_Report")
    district = office.browser("staff.sy")
    page = district.get(f"/tasks/{task}").text
    assert re.search(r"在援\d+人。2026年3月1日以来：认定1人，推荐次数0次", _shown(page, "progress"))
    assert "定期通报援助进度、研讨疑难问题" in page


def test_the_appraisal_holds_how_content_the_streets_were_served(office: Office) -> None:
    case = office.new_case()
    office.reach(case, "P05_Effect", 200, P05_Revisit={"outcome": "HIRED", "employment_kind": "UNIT"})
    office.complete(case, "P05_Effect", **EFFECT)
    page = office.browser("staff.sy").get(f"/tasks/{_task(office, 'P23_Appraise')}").text
    assert "仁和镇：评价1份，平均5.0分（很满意1份）" in _shown(page, "satisfaction")
    register = office.browser("staff.rh").get("/registers/E24?from=2026-01-01").text
    assert "很满意（1）" in register
    assert "<span>服务满意度</span><select" in register
    assert "已就业" in register


def test_another_period_begins_the_duty_anew(office: Office) -> None:
    admin = office.actor("system.admin")
    office.app.do(commands.ChangeSetting("district_report_period", "quarter", "与联席会议同步"), admin)
    found = _duties(office, "P22_progress_report")
    assert found == [("MONTHLY", "ended"), ("QUARTER", "open")]
    assert _duties(office, "P23_service_appraisal") == [("YEAR", "open")]
