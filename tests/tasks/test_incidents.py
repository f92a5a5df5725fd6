"""A fault under a person's hand: the form is kept, an incident says where, and it can be tried again."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from engine.errors import EngineFault
from engine.store import tables
from engine.store.db import Database
from tasks import commands
from tasks.store import tables as office_tables
from tests.web.office import Office

WAIVER = {
    "statement_on": "2026-03-08", "statement_reason": "本人自愿放弃", "signed": True, "archived_at": "档案室",
}  # fmt: skip


@pytest.fixture
def office(sqlite_database: Database) -> Office:
    return Office(sqlite_database)


def incidents(office: Office) -> list[dict[str, Any]]:
    query = sa.select(tables.incident).where(tables.incident.c.state == "open")
    with office.app.read() as conn:
        return [dict(row) for row in conn.execute(query).mappings()]


def damage(office: Office, with_text: str) -> None:
    """Alter the state of every instance by hand, or put it right again."""
    state = tables.instance.c.state
    changed = state + " " if with_text else sa.func.rtrim(state)
    with office.app.write() as conn:
        conn.execute(sa.update(tables.instance).values(state=changed))


def test_an_altered_state_stops_its_case_keeps_the_form_and_goes_on_when_restored(office: Office) -> None:
    case = office.new_case()
    task = office.open_tasks(case)["P03_Check"]
    form = office.example(task.id)
    damage(office, " ")
    staff = office.actor("staff.rh")
    for _ in range(2):
        with pytest.raises(EngineFault):
            office.app.do(commands.CompleteTask(task.id, form), staff)
    found = incidents(office)
    assert [(one["kind"], one["trail_id"], one["element"]) for one in found] == [("task", case, "P03_Check")]
    assert "可能被改动" in found[0]["detail"]
    drafts = office_tables.form_data
    with office.app.read() as conn:
        kept = conn.execute(sa.select(drafts.c["values"]).where(drafts.c.task_id == task.id)).scalar_one()
    assert "channel" in kept
    damage(office, "")
    office.app.do(commands.CompleteTask(task.id, form), staff)
    office.app.do(commands.RetryIncident(found[0]["id"]), office.actor("sup.rh"))
    assert incidents(office) == []


def test_another_case_goes_on_beside_it(office: Office) -> None:
    office.new_case("王甲")
    damage(office, " ")
    other = office.new_case("王乙")
    office.complete(other, "P03_Check", "staff.rh")


def test_a_command_on_a_case_that_fails_is_on_record_once(office: Office) -> None:
    case = office.new_case()
    damage(office, " ")
    command = commands.Waive(case, WAIVER)
    for _ in range(2):
        with pytest.raises(EngineFault):
            office.app.do(command, office.actor("staff.rh"))
    assert [(one["kind"], one["trail_id"]) for one in incidents(office)] == [("command", case)]


def test_an_altered_diagram_does_not_run(office: Office) -> None:
    case = office.new_case()
    task = office.open_tasks(case)["P03_Check"]
    form = office.example(task.id)
    xml = tables.definition.c.xml
    other = sa.func.replace(xml, "supervisor", "street_staff")
    with office.app.write() as conn:
        conn.execute(sa.update(tables.definition).values(xml=other))
    office.app.definitions._known.clear()
    with pytest.raises(EngineFault) as refused:
        office.app.do(commands.CompleteTask(task.id, form), office.actor("staff.rh"))
    assert "流程图与发布时不符" in refused.value.sentence("zh")
