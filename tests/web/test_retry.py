"""A completion that failed is tried again: for who sent it, with the rights he has now, or not at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from engine.codec import loads
from engine.errors import EngineFault
from engine.store import tables
from engine.store.db import Database
from tasks import commands
from tasks.actor import SYSTEM
from tasks.migration_commands import MigrateInstance
from tasks.queries import studio
from tasks.retries import NotRetried
from tasks.store.tables_org import role_grant, user_account
from tests.web.office import APPLICATION, LIBRARY, Office
from tests.web.test_api import Program

SHIPPED = next(path for path in LIBRARY.diagrams() if path.stem == APPLICATION).read_bytes()
#: The first examination of everybody stops at the gateway behind it.
BY_ZERO = (
    SHIPPED.replace(b">materials_complete<", b">materials_complete and 1 / 0 == 1<")
    .replace(b'id="P03_Complete_GW"', b'id="P03_Complete_GW" default="F_P03_Complete_GW_NO"')
    .replace(
        b'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">not materials_complete'
        b"</bpmn:conditionExpression>", b"",
    )
)  # fmt: skip


def publish(office: Office, xml: bytes) -> int:
    """Put a version of the application to work; return its id."""
    office.app.do(commands.Deploy(((f"{APPLICATION}.bpmn", xml),), "试验", heard=True), SYSTEM)
    with office.app.read() as conn:
        return max(one.id for one in studio.versions(conn, APPLICATION))


def failed(office: Office) -> tuple[int, Any, int]:
    """Let a completion fail at a division by zero: return the case, the task and the incident."""
    assert BY_ZERO != SHIPPED
    publish(office, BY_ZERO)
    case = office.new_case()
    task = office.open_tasks(case)["P03_Check"]
    with pytest.raises(EngineFault, match="材料是否齐全"):
        office.app.do(commands.CompleteTask(task.id, office.example(task.id)), office.actor("staff.rh"))
    (found,) = incidents(office)
    assert (found["kind"], found["element"]) == ("task", "P03_Complete_GW")
    return case, task, found["id"]


def mend(office: Office, task: Any) -> None:
    """Take the process of a task to a version without the fault."""
    better = publish(office, SHIPPED)
    office.app.do(MigrateInstance(task.instance_id, better, reason="改正条件"), office.actor("sup.rh"))


def incidents(office: Office, state: str = "open") -> list[dict[str, Any]]:
    query = sa.select(tables.incident).where(tables.incident.c.state == state)
    with office.app.read() as conn:
        return [dict(row) for row in conn.execute(query).mappings()]


def story(office: Office, case: int) -> list[tuple[str, int | None, str | None]]:
    """Return what happened about failures and completions: kind, who, from where."""
    e = tables.event.c
    kinds = ("IncidentOpened", "IncidentStays", "IncidentRetried", "IncidentResolved", "TaskCompleted")
    query = sa.select(e.kind, e.actor_id, e.origin).where(e.trail_id == case, e.kind.in_(kinds))
    with office.app.read() as conn:
        return [(row[0], row[1], row[2]) for row in conn.execute(query.order_by(e.seq))]


def change(office: Office, statement: sa.Executable) -> None:
    with office.app.write() as conn:
        conn.execute(statement)


def test_a_retry_on_the_page_completes_the_kept_form_for_its_sender(database: Database) -> None:
    office = Office(database)
    case, task, incident = failed(office)
    boss, clerk = office.browser("sup.rh"), office.actor("staff.rh").user_id
    answer = boss.post(f"/incidents/{incident}/retry")
    assert answer.status_code == 409
    assert "重试仍未成功" in answer.text
    assert "除数不能为零" in answer.text
    assert [one["id"] for one in incidents(office)] == [incident]
    assert list(office.open_tasks(case)) == ["P03_Check"]
    mend(office, task)
    answer = boss.post(f"/incidents/{incident}/retry")
    assert (answer.status_code, answer.location) == (303, "/incidents?ok=retry_completed")
    assert "以提交人的名义办结" in boss.get(answer.location).text
    assert incidents(office) == []
    assert list(office.open_tasks(case)) == ["P03_Form"]
    who = office.actor("sup.rh").user_id
    told = [(kind, by, origin) for kind, by, origin in story(office, case)]
    assert [one[:2] for one in told] == [
        ("IncidentOpened", clerk), ("IncidentStays", who), ("IncidentRetried", who), ("TaskCompleted", clerk),
    ]  # fmt: skip
    assert told[-1][2] == "retry"


def test_a_retry_through_the_interface_says_why_it_failed_and_then_goes_on(database: Database) -> None:
    office = Office(database)
    case, task, incident = failed(office)
    supervisor = Program(office, "sup.rh")
    answer = supervisor.post(f"/incidents/{incident}/retry")
    assert (answer.status_code, answer.json["code"]) == (409, "incident")
    (said,) = supervisor.get("/incidents").json["incidents"]
    assert (said["id"], said["state"]) == (str(incident), "open")
    assert "除数不能为零" in said["detail"]
    mend(office, task)
    answer = supervisor.post(f"/incidents/{incident}/retry")
    assert answer.status_code == 200, answer.text
    assert answer.json["task_id"] == str(task.id)
    assert supervisor.get("/incidents").json == {"incidents": []}
    assert list(office.open_tasks(case)) == ["P03_Form"]


def test_a_task_that_nobody_holds_any_more_is_shown_and_says_so(sqlite_database: Database) -> None:
    office = Office(sqlite_database)
    publish(office, BY_ZERO)
    case = office.new_case()
    task, staff = office.open_tasks(case)["P03_Check"], office.actor("staff.rh")
    office.app.do(commands.ClaimTask(task.id), staff)
    with pytest.raises(EngineFault):
        office.app.do(commands.CompleteTask(task.id, office.example(task.id)), staff)
    office.app.do(commands.UnclaimTask(task.id), staff)
    mend(office, task)
    (found,) = incidents(office)
    answer = office.browser("sup.rh").post(f"/incidents/{found['id']}/retry")
    assert answer.status_code == 409
    assert "现在没有人办理" in answer.text
    assert "核查申请材料" in answer.text
    refusal = Program(office, "sup.rh").post(f"/incidents/{found['id']}/retry").json
    assert (refusal["code"], refusal["data"]["task_id"]) == ("not_retried", str(task.id))
    assert list(office.open_tasks(case)) == ["P03_Check"]
    assert [one["id"] for one in incidents(office)] == [found["id"]]


@pytest.mark.parametrize("lost", ["role", "account", "form"])
def test_nothing_is_sent_for_who_may_no_longer_or_went_on_typing(
    sqlite_database: Database, lost: str
) -> None:
    office = Office(sqlite_database)
    case, task, incident = failed(office)
    mend(office, task)
    staff = office.actor("staff.rh")
    if lost == "role":
        change(office, sa.delete(role_grant).where(role_grant.c.user_id == staff.user_id))
    elif lost == "account":
        gone = sa.update(user_account).where(user_account.c.id == staff.user_id)
        change(office, gone.values(disabled_at=1))
    else:
        office.app.do(commands.SaveDraft(task.id, {"channel": ""}), staff)
    with pytest.raises(NotRetried) as refused:
        office.app.do(commands.RetryIncident(incident), office.actor("sup.rh"))
    said = {"role": "辖区内", "account": "账号已停用", "form": "又有改动"}[lost]
    assert said in refused.value.sentence("zh")
    assert list(office.open_tasks(case)) == ["P03_Check"]
    assert [one["id"] for one in incidents(office)] == [incident]
    assert [kind for kind, *_ in story(office, case)] == ["IncidentOpened"]


def test_an_incident_of_a_step_done_meanwhile_is_closed(sqlite_database: Database) -> None:
    office = Office(sqlite_database)
    case, task, incident = failed(office)
    mend(office, task)
    office.complete(case, "P03_Check", "staff.rh")
    answer = office.browser("sup.rh").post(f"/incidents/{incident}/retry")
    assert answer.location == "/incidents?ok=retry_over"
    assert [kind for kind, *_ in story(office, case)][-1] == "IncidentResolved"


def test_an_incident_holds_no_answer_of_the_form(sqlite_database: Database) -> None:
    office = Office(sqlite_database)
    failed(office)
    (found,) = incidents(office)
    assert set(loads(found["data"])) == {"task", "by", "held", "form"}


def test_a_table_that_gives_no_answer_is_an_incident_with_the_form_kept(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(sqlite_database)
    case = office.new_case()
    task, staff = office.open_tasks(case)["P03_Check"], office.actor("staff.rh")
    with monkeypatch.context() as spoilt:
        spoilt.setitem(LIBRARY.tables, "DT-12", replace(LIBRARY.tables["DT-12"], rules=()))
        with pytest.raises(EngineFault, match="登记类型"):
            office.app.do(commands.CompleteTask(task.id, office.example(task.id)), staff)
    (found,) = incidents(office)
    assert (found["kind"], found["element"]) == ("task", "P03_Type_Rule")
    office.app.do(commands.RetryIncident(found["id"]), office.actor("sup.rh"))
    assert incidents(office) == []
    assert list(office.open_tasks(case)) == ["P03_Form"]
