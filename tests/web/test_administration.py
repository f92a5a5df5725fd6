"""The road of a real office through the pages: from three administrators to the first case (SECURITY 2.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from engine.clock import VirtualClock
from engine.store.db import Database
from engine.verify import verify
from tasks import demo
from tasks.app import App
from tasks.crypto import new_keys
from tasks.store import accounts as account_store
from tasks.store import all_tables
from tasks.store import org as org_store
from tests.web.office import CHEAP, MONDAY, Browser, id_number
from web import cli_data
from web.config import WebConfig
from web.create_app import create_app

assert all_tables
WHY = "按岗位设置方案"
SENTENCE = "first one-time sentence"
ADMINS = ("system_admin", "security_admin", "audit_admin")


@dataclass
class Empty:
    """An installation as `aid595 init` leaves it."""

    db: Database
    secret: str = ""  #: one-time password of the first account

    def __post_init__(self) -> None:
        self.db.create_schema()
        self.clock = VirtualClock(MONDAY)
        self.app = App(self.db, self.clock, new_keys())
        demo.deploy_all(self.app)
        cli_data.make_administrators(self.app, CHEAP, "顺义区", dict.fromkeys(ADMINS, SENTENCE))
        self.flask: Flask = create_app(self.app, WebConfig(), CHEAP)

    def enter(self, name: str, secret: str = SENTENCE) -> Browser:
        """Log in with a one-time password and change it."""
        browser = Browser(self.flask.test_client())
        answer = browser.post("/login", {"username": name, "password": secret})
        assert (answer.status_code, answer.location) == (303, "/password"), answer.text
        new = f"a new sentence for no. {len(name)}"
        form = {"old_password": secret, "password": new, "again": new, "_csrf": browser.token("/password")}
        assert browser.client.post("/password", data=form).status_code == 303
        return browser

    def unit(self, name: str) -> int:
        """Return the id of a unit by its name."""
        with self.app.read() as conn:
            return int(org_store.units_named(conn, name)[0]["id"])

    def account(self, username: str) -> int:
        """Return the id of an account."""
        with self.app.read() as conn:
            row = account_store.account_by_username(conn, username)
        assert row is not None
        return int(row["id"])


def secret_in(answer: TestResponse) -> str:
    """Return the one-time password a page shows."""
    found = re.search(r'class="code-large">([a-z2-9-]+)<', answer.text)
    assert found, answer.text
    return found[1]


def send(browser: Browser, path: str, ok: str = "", status: int = 303, **values: Any) -> TestResponse:
    """Send a form and hold how it was answered."""
    answer = browser.post(path, values)
    assert answer.status_code == status, answer.text
    if ok:
        assert f"ok={ok}" in answer.location
    return answer


@pytest.fixture
def empty(sqlite_database: Database) -> Empty:
    """An empty office on SQLite."""
    return Empty(sqlite_database)


def staffed(office: Empty) -> tuple[Browser, Browser, Browser]:
    """Bring an office to its first account with a role; return the browsers of the three."""
    system, security, audit = (office.enter(name.replace("_", ".")) for name in ADMINS)
    send(system, "/units", "unit_added", parent=office.unit("顺义区"), name="仁和镇")
    send(system, "/units", "unit_added", parent=office.unit("仁和镇"), name="河南村")
    made = send(system, "/accounts", status=200, username="wang.min", display_name="王敏",
                unit_id=office.unit("仁和镇"), phone="13800000001")  # fmt: skip
    office.secret = secret_in(made)
    send(security, f"/accounts/{office.account('wang.min')}/grant", "role_granted", role="street_staff",
         unit_id=office.unit("仁和镇"), reason=WHY)  # fmt: skip
    return system, security, audit


def test_an_office_goes_from_an_empty_database_to_its_first_case_by_its_pages(database: Database) -> None:
    office = Empty(database)
    _system, _security, audit = staffed(office)
    street = office.enter("wang.min", office.secret)
    filed = send(street, "/people", name="赵秀英", id_no=id_number(1), community_id=office.unit("河南村"),
                 phone="", address="")  # fmt: skip
    started = street.post(filed.location.partition("?")[0] + "/start")
    assert started.status_code == 303, started.text
    assert "ok=started" in started.location
    told = audit.get("/trail").text
    for act in ("建立三员账号", "新建机构", "新建账号", "授予岗位", "王敏", "街（镇）工作人员", WHY):
        assert act in told, act
    assert "赵秀英" not in told
    came = audit.get("/trail?of=access").text
    assert "登录" in came
    assert "本人修改密码" in came
    with office.app.read() as conn:
        assert verify(conn, office.app.keys.trail, office.app.keys.state).faults == []


def test_a_one_time_password_is_shown_once_and_never_stored(empty: Empty) -> None:
    system, *_rest = (empty.enter(name.replace("_", ".")) for name in ADMINS[:1])
    form = {"username": "li.si", "display_name": "李四", "unit_id": empty.unit("顺义区"), "_key": "one page"}
    first = secret_in(send(system, "/accounts", status=200, **form))
    again = send(system, "/accounts", status=200, **form)
    assert "已经显示过" in again.text
    assert "code-large" not in again.text
    with empty.app.read() as conn:
        kept = str(conn.exec_driver_sql("SELECT data FROM event").fetchall())
    assert first not in kept
    empty.enter("li.si", first)


def test_the_three_duties_shut_each_other_out_page_by_page(empty: Empty) -> None:
    system, security, audit = staffed(empty)
    account = empty.account("wang.min")
    grant = {"role": "supervisor", "unit_id": empty.unit("仁和镇"), "reason": WHY}
    assert system.post(f"/accounts/{account}/grant", grant).status_code == 403
    assert security.get("/accounts/new").status_code == 403
    assert security.post("/units", {"parent": 1, "name": "某镇"}).status_code == 403
    for path in ("/units", "/settings/four_eyes", "/access", "/accounts/new"):
        assert audit.get(path).status_code == 403, path
    assert audit.post(f"/accounts/{account}/disable", {"reason": WHY}).status_code == 403
    for browser in (system, security):
        assert browser.get("/trail").status_code == 403
    denied = audit.get("/trail?of=access").text
    assert denied.count("越权被拒绝") >= 9


def test_an_administrator_role_needs_its_own_person(empty: Empty) -> None:
    system, security, _audit = staffed(empty)
    district = empty.unit("顺义区")
    send(system, "/accounts", status=200, username="second", display_name="王敏敏", unit_id=district,
         phone="13800000001")  # fmt: skip
    second = f"/accounts/{empty.account('second')}"
    grant = {"role": "audit_admin", "unit_id": district, "reason": WHY}
    assert "身份证号" in send(security, f"{second}/grant", status=422, **grant).text
    change = {"display_name": "王敏敏", "unit_id": district, "id_no": id_number(3), "reason": WHY}
    send(system, f"{second}/change", "account_changed", phone="13800000001", **change)
    same_phone = send(security, f"{second}/grant", status=403, **grant)
    assert "三员分立" in same_phone.text
    assert WHY in same_phone.text
    send(system, f"{second}/change", "account_changed", phone="13800000002", **change)
    send(security, f"{second}/grant", "role_granted", **grant)
    send(security, f"{second}/grant", status=403, **{**grant, "role": "street_staff"})


def test_a_role_over_a_unit_below_its_work_is_refused(empty: Empty) -> None:
    _system, security, _audit = staffed(empty)
    grant = {"role": "street_staff", "unit_id": empty.unit("河南村"), "reason": WHY}
    answer = send(security, f"/accounts/{empty.account('wang.min')}/grant", status=422, **grant)
    assert "街（镇）" in answer.text


def test_nobody_acts_on_his_own_account_and_the_last_of_a_duty_stays(empty: Empty) -> None:
    system, security, _audit = staffed(empty)
    own = empty.account("security.admin")
    assert "另一位管理员" in send(security, f"/accounts/{own}/end", status=403, reason=WHY).text
    for path in ("disable", "revoke"):
        form = {"reason": WHY, "role": "audit_admin", "unit_id": empty.unit("顺义区")}
        answer = send(security, f"/accounts/{empty.account('audit.admin')}/{path}", status=409, **form)
        assert "唯一" in answer.text
    answer = send(system, f"/accounts/{empty.account('audit.admin')}/reset", status=409, reason=WHY)
    assert "aid595 password audit.admin" in answer.text


def test_a_disabled_account_is_out_at_once_and_comes_back_with_a_new_password(empty: Empty) -> None:
    system, security, _audit = staffed(empty)
    street = empty.enter("wang.min", empty.secret)
    account = f"/accounts/{empty.account('wang.min')}"
    send(security, f"{account}/disable", "account_disabled", reason="调离")
    assert street.get("/inbox").status_code == 303
    secret = secret_in(send(system, f"{account}/enable", status=200, reason="调回"))
    back = empty.enter("wang.min", secret)
    assert back.get("/inbox").status_code == 200
    send(security, f"{account}/revoke", "role_revoked", role="street_staff", unit_id=empty.unit("仁和镇"),
         reason="轮岗")  # fmt: skip
    assert back.get("/inbox").status_code == 303


def test_a_unit_closes_only_when_empty_and_what_was_typed_stays(empty: Empty) -> None:
    system, _security, _audit = staffed(empty)
    street, village = (f"/units/{empty.unit(name)}" for name in ("仁和镇", "河南村"))
    refused = send(system, f"{street}/close", status=409, reason="撤并")
    assert "还有下级机构、还有在用的账号、还有以它为辖区的岗位" in refused.text
    assert "撤并" in refused.text
    assert "请填写理由" in send(system, f"{village}/close", status=422, reason=" ").text
    send(system, f"{village}/close", "unit_closed", reason="撤并")
    there = send(system, "/units", status=422, parent=empty.unit("仁和镇"), name="河南村")
    assert "请恢复使用" in there.text
    assert "请选择上级机构" in send(system, "/units", status=422, parent="", name="新村").text
    send(system, f"{village}/reopen", "unit_reopened")
    send(system, f"{village}/rename", "unit_renamed", name="河南社区", reason="村改居")
    assert "河南社区" in system.get("/units").text


def test_failed_logins_are_seen_by_the_security_administrator_without_what_was_typed(empty: Empty) -> None:
    _system, security, _audit = staffed(empty)
    stranger = Browser(empty.flask.test_client())
    for _ in range(3):
        stranger.post("/login", {"username": "wang.min", "password": "wrong"})
    stranger.post("/login", {"username": "my secret typed here", "password": "x"})
    page = security.get("/access").text
    assert "连续失败3次" in page
    assert page.count("登录失败</b>") == 4
    assert "my secret typed here" not in page
