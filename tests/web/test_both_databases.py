"""Every page over both databases: what the queries say is the same on SQLite and PostgreSQL."""

from __future__ import annotations

import re

import pytest

from engine.store.db import Database
from tasks import commands
from tests.web.office import Office

PAGES = (
    "/inbox", "/inbox?list=pool", "/inbox?list=overdue", "/inbox?list=week", "/inbox?list=done",
    "/inbox?list=pool&process=P03&q=王", "/inbox?list=pool&after=1-1", "/people?q=王秀", "/people/new",
    "/processes", "/processes/P03_registration_recognition/1", "/notices", "/notices?all=1",
    "/clauses/R004-02.D1a", "/readyz", "/metrics", "/api/v1/me", "/api/v1/tasks?list=pool",
)  # fmt: skip


@pytest.mark.slow
def test_every_page_stands_on_both_databases(database: Database) -> None:
    office = Office(database)
    case = office.new_case()
    office.reach(case, "P04_FirstContact")
    office.pass_days(4)
    street, aide, boss = (office.browser(name) for name in ("staff.rh", "aide.hnc", "sup.rh"))
    for path in PAGES:
        assert street.get(path).status_code == 200, path
    task = office.open_tasks(case)["P04_FirstContact"]
    for path in (
        f"/tasks/{task.id}", f"/cases/{case}", f"/cases/{case}?detail=1", f"/cases/{case}/waive",
        f"/instances/{task.instance_id}/marks", f"/api/v1/tasks/{task.id}", f"/api/v1/cases/{case}",
    ):  # fmt: skip
        assert aide.get(path).status_code == 200, path
    for path in ("/incidents", "/incidents?state=resolved", "/settings", f"/cases/{case}/extend",
                 f"/instances/{task.instance_id}"):  # fmt: skip
        assert boss.get(path).status_code == 200, path
    person = re.search(r"/people/(\d+)", aide.get(f"/tasks/{task.id}").text)
    assert person is not None
    assert street.get(f"/people/{person[1]}").status_code == 200
    paper = re.search(r"/papers/\d+", street.get(f"/cases/{case}").text)
    assert paper is not None
    assert street.get(paper[0]).status_code == 200
    auditor = office.browser("auditor.sy")
    assert auditor.get(f"/audit/{case}").status_code == 200
    assert "验证通过" in auditor.post(f"/audit/{case}/verify").text
    for query in ("all=1", "clause=R004-02.D1a", "step=P03_Check&worker=staff.rh&from=2026-01-01",
                  "deadline=running", "deadline=met", "version=P03_registration_recognition:1"):  # fmt: skip
        answer = auditor.get(f"/audit?{query}")
        assert answer.status_code == 200, query
        assert (f"/audit/{case}" in answer.text) or query.startswith("deadline"), query
    assert auditor.post("/audit/person", {"person": "王秀英"}).status_code == 200
    assert auditor.post("/audit/export", {"status": "active"}).status_code == 200
    assert auditor.post(f"/audit/{case}/unmask", {"reason": "核查投诉件"}).status_code == 303
    assert auditor.post(f"/audit/{case}/bundle", {"reason": "核查投诉件"}).data.startswith(b"PK")
    assert "验证通过" in auditor.post("/audit/verify").text
    assert street.post("/notices/read").status_code == 303
    answer = aide.post(f"/tasks/{task.id}/draft", {"opinion": "同意"})
    assert answer.status_code == 204
    assert "同意" in aide.get(f"/tasks/{task.id}").text
    photo = b"\xff\xd8\xff\xe0" + bytes(range(256)) + b"\xff\xd9"
    office.app.do(commands.AddFile(task.id, "现场.jpg", photo), office.actor("aide.hnc"))
    kept = re.search(r"/files/\d+", aide.get(f"/tasks/{task.id}").text)
    assert kept is not None
    assert aide.get(kept[0]).data == photo
    assert boss.get(kept[0]).status_code == 404
    assert aide.post(f"{kept[0]}/remove").status_code == 303
    assert aide.post(f"/people/{person[1]}/id-number", {"reason": "核对"}).status_code == 200
