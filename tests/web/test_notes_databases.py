"""What is noted, told, counted by source and given to civil affairs reads the same on both databases."""

from __future__ import annotations

from engine.store.db import Database
from tasks import commands, relief
from tasks.imports import take_items
from tasks.note_commands import NoteCredit, TellPolicy
from tasks.queries import market_page, notes
from tests.web.office import Office

CREDIT = {"nature": "BAD", "fact": "两次未到岗", "noted_on": "2026-03-05", "source": "单位反馈"}
WORK = {"employment_kind": "UNIT", "employer": "某公司", "employed_on": "2026-03-06"}


def test_notes_sources_and_recipients_are_found(database: Database) -> None:
    office = Office(database)
    staff, person = office.actor("staff.rh"), office.register(low_income=True)
    row = {"employer": "某公司", "name": "保洁", "area": "顺义区", "number": 3}
    take_items(office.app, "vacancies", [row], "HR_AGENCY")
    office.app.do(NoteCredit(CREDIT, person), staff)
    area = office.actor("staff.rh").grants[0].area
    office.app.do(NoteCredit({**CREDIT, "about": "EMPLOYER", "name": "某公司"}, area=area), staff)
    told = {"topic": "SUBSIDY", "channel": "OFFICE", "told_on": "2026-03-09", "said": "请来窗口申请。"}
    office.app.do(TellPolicy(person, told), staff)
    office.app.do(commands.FoundWork(WORK, person_id=person), staff)
    with office.app.read() as conn:
        assert [one.said for one in notes.notes_of(conn, person)] == ["两次未到岗"]
        assert notes.standing_of(conn, ["/"]) == {"某公司": (0, 1)}
        assert [one.topic for one in notes.told_of(conn, person)] == ["SUBSIDY"]
        assert market_page.places_by_source(conn, ["/"])["HR_AGENCY"] == 3
    assert relief.give(office.app, staff, area, "送区民政局").rows == 1
