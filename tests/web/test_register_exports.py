"""More lines than one person may take along: asked for, granted by another, taken once (THR-14)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from engine.codec import loads
from engine.errors import FourEyes, IllegalState
from tasks import commands
from tasks.commands_register import AskExport, DecideExport, ExportRegister
from tasks.registers.approval import MOST, NeedsApproval
from tasks.registers.workbook import TYPE
from tasks.store.tables_registers import register_export
from tests.web.office import Office

PERIOD = {"from": "2026-03-01", "to": "2026-03-31"}


@pytest.fixture(scope="module")
def street(office: Office) -> str:
    """The path of the street, of an office where three lines are many."""
    case_id = office.new_case("王秀英")
    office.reach(case_id, "P04_Interview")
    change = commands.ChangeSetting("export_rows_alone", 3, "试用三行")
    office.app.do(change, office.actor("system.admin"))
    return next(grant.area for grant in office.actor("staff.rh").grants)


def _requests(office: Office) -> list[sa.RowMapping]:
    with office.app.read() as conn:
        return list(conn.execute(sa.select(register_export).order_by(register_export.c.id)).mappings())


def _told(office: Office, kind: str) -> list[dict[str, object]]:
    with office.app.read() as conn:
        rows = conn.execute(sa.text("SELECT data FROM event WHERE kind = :kind ORDER BY seq"), {"kind": kind})
        return [loads(row[0]) for row in rows]


def test_a_large_export_is_refused_asked_for_granted_and_taken_once(office: Office, street: str) -> None:
    staff, chief = office.browser("staff.rh"), office.browser("sup.rh")
    given = {"unit": street, **PERIOD}
    page = staff.get(f"/registers/E50?unit={street}&from=2026-03-01&to=2026-03-31").text
    assert "超过3行的导出须由另一人批准" in page
    refused = staff.post("/registers/E50/export", given)
    assert refused.status_code == 403
    assert "须由另一人批准" in refused.text
    assert staff.post("/registers/exports", {"register": "E50", **given}).status_code == 422
    asked = staff.post("/registers/exports", {"register": "E50", "reason": "月度例会核对", **given})
    assert asked.status_code == 303
    assert staff.post("/registers/E50/export", given).status_code == 403, "asked is not granted"
    (row,) = _requests(office)
    assert "月度例会核对" in chief.get("/registers/exports").text
    assert "/registers/exports" in chief.get("/notices").text
    assert "月度例会核对" not in office.browser("sup.nfx").get("/registers/exports").text
    assert chief.post(f"/registers/exports/{row['id']}/grant", {"note": "同意"}).status_code == 303
    assert f"/registers/{row['register']}/export" in staff.get("/registers/exports").text
    taken = staff.post("/registers/E50/export", given)
    assert (taken.status_code, taken.content_type) == (200, TYPE)
    last = _told(office, "RecordExported")[-1]
    assert (last["export"], last["granted_by"]) == (str(row["id"]), str(office.actor("sup.rh").user_id))
    assert staff.post("/registers/E50/export", given).status_code == 403, "one file was granted"


def test_nobody_grants_his_own_request_and_a_refusal_takes_a_reason(office: Office, street: str) -> None:
    chief = office.actor("sup.rh")
    asked = AskExport("E50", street, 40, "核对本月数据", False, "2026-03-01", "2026-03-15")
    made = int(office.app.do(asked, chief).extra["export_id"])
    with pytest.raises(FourEyes):
        office.app.do(DecideExport(made, True), chief)
    with pytest.raises(IllegalState):
        office.app.do(asked, chief)
    browser = office.browser("sup.rh")
    assert browser.post(f"/registers/exports/{made}/grant").status_code == 403
    other = office.browser("sup.nfx")
    assert other.post(f"/registers/exports/{made}/refuse", {"note": "不"}).status_code in (403, 404)


def test_what_was_granted_is_this_file_and_no_other_for_three_days(office: Office, street: str) -> None:
    staff, chief = office.actor("staff.rh"), office.actor("sup.rh")
    asked = AskExport("E50", street, 40, "核对本月数据", False, "2026-03-01", "2026-03-20")
    made = int(office.app.do(asked, staff).extra["export_id"])
    office.app.do(DecideExport(made, True), chief)
    take = ("E50", street, 40, "hash", (), False, "")
    for other in (
        ExportRegister(*take, "2026-03-01", "2026-03-21"),
        ExportRegister("E15", *take[1:], "2026-03-01", "2026-03-20"),
        ExportRegister(*take[:2], 44, *take[3:], "2026-03-01", "2026-03-20"),
        ExportRegister(*take[:5], True, "核对身份信息", "2026-03-01", "2026-03-20"),
    ):
        with pytest.raises(NeedsApproval):
            office.app.do(other, staff)
    with pytest.raises(NeedsApproval):
        office.app.do(ExportRegister(*take, "2026-03-01", "2026-03-20"), chief)
    office.clock.advance(timedelta(days=3, minutes=1))
    with pytest.raises(NeedsApproval):
        office.app.do(ExportRegister(*take, "2026-03-01", "2026-03-20"), staff)
    office.app.do(asked, staff)


def test_few_lines_go_alone_and_the_most_stays_the_most(office: Office, street: str) -> None:
    from engine.errors import FormInvalid

    staff = office.actor("staff.rh")
    office.app.do(ExportRegister("E15", street, 3, "hash"), staff)
    with pytest.raises(FormInvalid):
        office.app.do(ExportRegister("E15", street, MOST + 1, "hash"), staff)
    with pytest.raises(FormInvalid):
        office.app.do(AskExport("E15", street, MOST + 1, "核对本月数据"), staff)
    with pytest.raises(IllegalState):
        office.app.do(AskExport("E15", street, 3, "核对本月数据"), staff)


def test_the_setting_says_how_many_and_why(office: Office, street: str) -> None:
    page = office.browser("system.admin").get("/settings/export_rows_alone").text
    assert "台账一次导出超过几行须由另一人批准" in page
    assert "防止批量带走个人信息" in page
    assert "<code" in office.browser("system.admin").get("/settings").text
