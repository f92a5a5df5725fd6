"""Login, session, password, language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from engine.store.db import Database
from tasks import accounts, demo
from tests.web.office import CHEAP, Browser, Office
from web.config import DemoAccount, WebConfig
from web.create_app import create_app


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office of its own: these tests move the clock and change passwords."""
    database = Database(f"sqlite:///{tmp_path}/office.db")
    yield Office(database)
    database.dispose()


def _login(browser: Browser, password: str = demo.PASSWORD, **more: str) -> object:
    return browser.post("/login", {"username": "staff.rh", "password": password} | more)


def test_a_login_opens_the_day_and_a_logout_ends_it(office: Office) -> None:
    browser = office.browser("staff.rh")
    assert browser.get("/", follow_redirects=True).request.path == "/inbox"
    cookie = browser.client.get_cookie("aid595")
    assert cookie is not None
    answer = browser.post("/logout")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    browser.client.set_cookie("aid595", cookie.value)
    assert browser.get("/inbox").status_code == 303


def test_the_session_changes_with_every_login(office: Office) -> None:
    browser = office.browser("staff.rh")
    before = browser.client.get_cookie("aid595")
    _login(browser)
    after = browser.client.get_cookie("aid595")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    browser.client.set_cookie("aid595", before.value)
    assert browser.get("/inbox").status_code == 303


def test_a_wrong_password_is_refused_without_saying_which_was_wrong(office: Office) -> None:
    browser = office.browser()
    wrong = browser.post("/login", {"username": "staff.rh", "password": "nothing at all"})
    nobody = browser.post("/login", {"username": "nobody", "password": "nothing at all"})
    assert (wrong.status_code, nobody.status_code) == (401, 401)
    assert "登录名或密码不对" in wrong.text
    assert "登录名或密码不对" in nobody.text
    assert 'value="staff.rh"' in wrong.text
    assert "nothing at all" not in wrong.text


def test_guessing_is_slowed_down(office: Office) -> None:
    browser = office.browser()
    for _ in range(5):
        browser.post("/login", {"username": "staff.rh", "password": "wrong"})
    answer = browser.post("/login", {"username": "staff.rh", "password": demo.PASSWORD})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    office.clock.advance(timedelta(minutes=2))
    assert browser.post("/login", {"username": "staff.rh", "password": demo.PASSWORD}).status_code == 303


def test_an_idle_session_ends_and_the_page_is_found_again(office: Office) -> None:
    browser = office.browser("staff.rh")
    office.clock.advance(timedelta(minutes=31))
    answer = browser.get("/people?q=王")
    assert answer.location == "/login?next=/people%3Fq%3D%E7%8E%8B"


def test_a_session_in_use_stays(office: Office) -> None:
    browser = office.browser("staff.rh")
    for _ in range(4):
        office.clock.advance(timedelta(minutes=20))
        assert browser.get("/inbox").status_code == 200


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/", "//evil.example", "/\\evil.example", "/%09/evil.example", "https:evil",
        "javascript:1",
        "/\tevil", "\\\\evil", "/nowhere", "http:/evil", " //evil", "/login\r\nX: 1", "///evil", "evil", "",
    ],
)  # fmt: skip
def test_a_login_never_leads_away(office: Office, target: str) -> None:
    answer = office.browser().post(
        "/login", {"username": "staff.rh", "password": demo.PASSWORD, "next": target}
    )
    assert answer.location == "/"


def test_a_login_leads_back_to_our_own_page(office: Office) -> None:
    answer = office.browser().post(
        "/login", {"username": "staff.rh", "password": demo.PASSWORD, "next": "/inbox?list=pool"}
    )
    assert answer.location == "/inbox?list=pool"


def test_a_password_is_changed_and_other_sessions_end(office: Office) -> None:
    here, there = office.browser("staff.rh"), office.browser("staff.rh")
    new = "一句好记又够长的话语吧"
    mistyped = {"old_password": demo.PASSWORD, "password": new, "again": new + "!"}
    assert "不一致" in here.post("/password", mistyped).text
    short = {"old_password": demo.PASSWORD, "password": "short", "again": "short"}
    assert here.post("/password", short).status_code == 422
    right = {"old_password": demo.PASSWORD, "password": new + "啊", "again": new + "啊"}
    assert here.post("/password", right).status_code == 303
    assert here.get("/inbox").status_code == 200
    assert there.get("/inbox").status_code == 303


def test_a_one_time_password_must_be_changed_first(office: Office) -> None:
    with office.app.write() as conn:
        user = office.actor("staff.rh").user_id
        assert user is not None
        accounts.reset_password(conn, CHEAP, user, "only for once, please")
    browser = office.browser()
    answer = browser.post("/login", {"username": "staff.rh", "password": "only for once, please"})
    assert answer.location == "/password"
    assert "新密码至少12个字符" in browser.get("/password").text
    assert browser.get("/inbox").location == "/password"


def test_the_language_is_switched_and_kept(office: Office) -> None:
    browser = office.browser("staff.rh")
    assert 'lang="zh-Hans-CN"' in browser.get("/inbox").text
    answer = browser.post("/preferences", {"lang": "en", "back": "/inbox?list=pool"})
    assert answer.location == "/inbox?list=pool"
    page = browser.get("/inbox").text
    assert 'lang="en"' in page
    assert "To claim" in page


def test_the_demo_shows_its_accounts_and_nothing_else_does(office: Office) -> None:
    shown = DemoAccount("staff.rh", demo.PASSWORD, "street_staff", "顺义区/仁和镇")
    flask = create_app(office.app, WebConfig(demo=True, demo_accounts=(shown,)), CHEAP)
    assert demo.PASSWORD in Browser(flask.test_client()).get("/login").text
    assert demo.PASSWORD not in office.browser().get("/login").text


def test_without_a_demo_nobody_moves_the_clock(office: Office) -> None:
    assert office.browser("staff.rh").post("/demo/shift", {"days": "1"}).status_code == 404


def _hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))


def _sent_too_late(office: Office, path: str, typed: dict[str, str]) -> tuple[Browser, str]:
    """Send a form after its session ended; return the browser and the login page it got."""
    browser = office.browser("staff.rh")
    token = browser.token("/notices")
    office.clock.advance(timedelta(hours=1))
    answer = browser.client.post(path, data=typed | {"_csrf": token})
    assert answer.status_code == 401
    return browser, answer.text


def test_a_form_sent_after_its_session_ended_is_sent_again_after_the_login(office: Office) -> None:
    typed = {"name": "门口人", "id_no": "1", "address": "河南村1号"}
    browser, page = _sent_too_late(office, "/people", typed)
    assert "登录后可以继续提交" in page
    given = _hidden(page) | {"username": "staff.rh", "password": "不对"}
    given = _hidden(browser.client.post("/login", data=given).text) | given | {"password": demo.PASSWORD}
    kept = browser.client.post("/login", data=given)
    assert "刚才填写的内容还在" in kept.text
    assert 'action="/people"' in kept.text
    back = browser.client.post("/people", data=_hidden(kept.text))
    assert back.status_code == 422
    assert all(f'value="{text}"' in back.text for text in typed.values())


def test_a_password_is_not_carried_over_the_login(office: Office) -> None:
    typed = {"old_password": "geheim-alt", "password": "geheim-neu"}
    _browser, page = _sent_too_late(office, "/password", typed)
    assert "geheim" not in page


@pytest.mark.parametrize("path", ["/accounts", "/nowhere", "//other.example/people", "/password"])
def test_only_a_page_that_is_open_to_who_logs_in_is_gone_on_with(office: Office, path: str) -> None:
    browser, page = _sent_too_late(office, "/people", {"name": "门口人"})
    given = _hidden(page) | {"kept_path": path, "username": "staff.rh", "password": demo.PASSWORD}
    assert browser.client.post("/login", data=given).status_code == 303
