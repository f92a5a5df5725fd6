"""What may go goes when it is asked for, told on the trail; nothing of a case, nothing young ever does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.clock import to_us
from engine.codec import loads
from engine.doctor import examine
from engine.ids import new_id
from engine.store import tables as kernel
from engine.store.db import Database
from engine.store.metadata import metadata
from tasks import commands, installation, retention
from tasks.app import App
from tasks.queries.proof import prove
from tasks.store import rows, tables
from tasks.store.tables_survey import survey_batch, survey_fault, survey_import
from tests.cli.conftest import Call
from tests.web.office import Office

GONE = {"notice": 1, "job": 1, "form_draft": 1, "survey_fault": 1, "survey_batch": 1}


@pytest.fixture
def app(office: Path) -> Iterator[App]:
    made = installation.open_app(installation.place(None))
    yield made
    made.db.dispose()


def fill(app: App) -> None:
    """Store an old and a young row of everything that may go, and old ones that may not."""
    now = app.clock.now()
    with app.write() as conn:
        for days in (400, 1):
            at = to_us(now - timedelta(days=days))
            for read_at in (at, None):
                add(conn, tables.notice, user_id=1, kind="DueSoon", data="{}", created_at=at, read_at=read_at)
            for state in ("done", "dead"):
                add(conn, kernel.job, kind="x", payload="{}", state=state, run_at=at, attempts=1,
                    created_at=at, ended_at=at)  # fmt: skip
            for state in ("done", "checked"):
                made = add(conn, survey_import, name="a.xlsx", path="-", own_file=False, state=state, rows=1,
                           good=1, faulty=0, warned=0, done=0, opened=0, same=0, beside=0, problem="",
                           started_at=at, beat_at=at, ended_at=at)  # fmt: skip
                rows.add(conn, survey_batch, import_id=made, no=1, sealed=b"x")
                rows.add(conn, survey_fault, import_id=made, row=1, warned=False, sealed=b"x")


def add(conn: Any, table: sa.Table, **values: Any) -> int:
    made = new_id()
    known = {name: value for name, value in values.items() if name in table.c}
    rows.add(conn, table, id=made, **known)
    return made


def counts(app: App) -> dict[str, int]:
    with app.read() as conn:
        return {
            table.name: int(conn.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())
            for table in metadata.sorted_tables
        }


def told(app: App) -> list[dict[str, Any]]:
    with app.read() as conn:
        query = sa.select(kernel.event.c.data).where(kernel.event.c.kind == "LeftoversRemoved")
        return [loads(data) for data in conn.execute(query).scalars()]


def test_without_the_word_it_only_counts(call: Call, app: App) -> None:
    fill(app)
    before = counts(app)
    answer = call("prune")
    assert answer.code == 0
    assert "已读的提醒（超过180天）：可删除1条" in answer.out
    assert "没有删除任何内容" in answer.out
    assert counts(app) == before


def test_what_is_old_and_no_record_goes_and_the_trail_says_so(call: Call, app: App) -> None:
    fill(app)
    before = counts(app)
    answer = call("prune", "--remove")
    assert "已完成的后台任务（超过90天）：已删除1条" in answer.out
    after = counts(app)
    gone = {name: before[name] - after[name] for name in before if after[name] < before[name]}
    assert gone == {name: number for name, number in GONE.items() if name != "form_draft"}
    events = told(app)
    assert [one["count"] for one in events] == [1, 1, 2]
    assert all(len(one["digest"]) == 64 for one in events)
    assert "已删除0条" in call("prune", "--remove").out
    assert len(told(app)) == len(events)


def test_a_draft_goes_with_a_task_that_is_over_and_what_was_submitted_stays(
    sqlite_database: Database,
) -> None:
    office_db = Office(sqlite_database)
    app, case = office_db.app, office_db.new_case()
    office_db.reach(case, "P03_Form")
    task = office_db.open_tasks(case)["P03_Form"]
    app.do(commands.SaveDraft(task.id, {"opinion": "先记一笔"}), office_db.actor("staff.rh"))
    office_db.clock.advance(timedelta(days=40))
    assert retention.prune(app, "form_draft") == 0, "the task is open: nothing typed is lost"
    with app.read() as conn:
        row = rows.first(conn, kernel.user_task, id=task.id)
    assert row is not None
    app.do(commands.CancelInstance(row["instance_id"], "重复登记"), office_db.actor("sup.rh"))
    before = counts(app)
    assert retention.prune(app, "form_draft") == 1
    after = counts(app)
    assert before["form_data"] - after["form_data"] == 1
    assert {name for name in before if after[name] < before[name]} == {"form_data"}
    with app.read() as conn:
        assert examine(conn, app.definitions, app.keys.trail, app.keys.state) == []
        assert prove(conn, app.keys, None).as_dict()["faults"] == []
