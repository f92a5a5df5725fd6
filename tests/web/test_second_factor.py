"""The second factor at the login (SEC-A4, THR-18): what is asked, taken once, refused; what stays shut."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from engine.store.db import Database
from tasks import demo, sessions, worker
from tasks.store import factors as store
from tests.databases import Postgres
from tests.web.factors import (
    STEP,
    WORDS,
    ask,
    enrol,
    give_code,
    give_password,
    volunteer,
)
from tests.web.office import CHEAP, LIBRARY, Browser, Office
from web.config import WebConfig
from web.create_app import create_app

PRIVILEGED = ("sup.rh", "auditor.sy", "system.admin", "security.admin", "audit.admin")


@pytest.fixture
def office(database: Database) -> Office:
    """An office of its own: these tests move the clock and lock accounts."""
    return Office(database)


def test_nobody_is_asked_until_the_office_decides(office: Office) -> None:
    for name in ("sup.rh", "security.admin", "staff.rh"):
        assert give_password(office, name)[1].location == "/"


@pytest.mark.parametrize(("value", "asked"), [("PRIVILEGED", PRIVILEGED), ("ALL", (*PRIVILEGED, "aide.hnc"))])
def test_whom_the_office_asks_is_led_to_set_a_telephone_up(
    office: Office, value: str, asked: tuple[str, ...]
) -> None:
    ask(office, value)
    for name in asked:
        assert give_password(office, name)[1].location == "/login/enrol", name
    others = ("aide.hnc", "expert.sy") if value == "PRIVILEGED" else ()
    for name in others:
        assert give_password(office, name)[1].location == "/", name


def test_a_supervisor_without_a_telephone_sees_nothing_but_its_setting_up(office: Office) -> None:
    ask(office, "PRIVILEGED")
    browser, _answer = give_password(office, "sup.rh", next="/studio")
    step = browser.client.get_cookie("aid595-step")
    assert step is not None
    assert browser.client.get_cookie("aid595") is None
    for path in ("/", "/inbox", "/password", "/second-factor", "/notices", "/studio"):
        assert browser.get(path).location.startswith("/login"), path
    browser.client.set_cookie("aid595", step.value)
    assert browser.get("/inbox").location.startswith("/login")
    bearer = {"Authorization": f"Bearer {step.value}"}
    assert browser.get("/api/v1/me", headers=bearer).status_code == 401
    assert browser.get("/login/code").location == "/login"
    shown = browser.get("/login/enrol?next=/studio").text
    assert 'value="/studio"' in shown
    assert shown.count('class="factor-code"') == 1
    assert "验证码不对" in browser.post("/login/enrol", {"code": "000000", "next": "/studio"}).text
    assert browser.get("/inbox").location.startswith("/login")


def test_once_set_up_the_login_asks_for_a_code_and_goes_where_it_would_have_gone(office: Office) -> None:
    ask(office, "PRIVILEGED")
    inside, phone = enrol(office, "sup.rh")
    assert inside.get("/inbox").status_code == 200
    assert len(set(phone.recovery)) == 10
    browser, answer = give_password(office, "sup.rh", next="/studio")
    assert answer.location == "/login/code?next=%2Fstudio"
    assert browser.get("/inbox").status_code == 303
    assert give_code(browser, phone.shows(), next="/studio").location == "/studio"
    assert browser.get("/studio").status_code == 200
    assert browser.client.get_cookie("aid595-step") is None


def test_who_set_one_up_freely_is_asked_as_well(office: Office) -> None:
    _inside, phone = volunteer(office, "staff.rh")
    browser, answer = give_password(office, "staff.rh")
    assert answer.location == "/login/code"
    assert give_code(browser, f" {phone.shows()[:3]} {phone.shows()[3:]}").location == "/"


@pytest.mark.parametrize(("off", "status"), [(-2, 401), (-1, 303), (0, 303), (1, 303), (2, 401)])
def test_a_telephone_may_be_one_step_off(office: Office, off: int, status: int) -> None:
    _inside, phone = volunteer(office, "staff.rh")
    office.clock.advance(2 * STEP)
    browser, _answer = give_password(office, "staff.rh")
    assert give_code(browser, phone.shows(off)).status_code == status


def test_a_used_code_is_refused_with_the_words_of_a_wrong_one(office: Office) -> None:
    _inside, phone = volunteer(office, "staff.rh")
    taken = phone.shows()
    assert give_code(give_password(office, "staff.rh")[0], taken).status_code == 303
    again, _answer = give_password(office, "staff.rh")
    answers = [give_code(again, one) for one in (taken, phone.shows(-1), phone.wrong(), "nonsense", "")]
    assert [one.status_code for one in answers] == [401] * 5
    assert all(WORDS in one.text for one in answers)
    office.clock.advance(timedelta(minutes=2))
    assert give_code(again, phone.shows()).status_code == 303


def test_the_code_that_set_the_telephone_up_does_not_open_a_login(office: Office) -> None:
    _inside, phone = volunteer(office, "staff.rh", steps=1)
    browser, _answer = give_password(office, "staff.rh")
    assert WORDS in give_code(browser, phone.shows(-1)).text
    assert give_code(browser, phone.shows()).status_code == 303


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def two_webs(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Office, list[Browser]]]:
    """Two web processes, as the database sees them: each with connections of its own. By day on both."""
    url = f"sqlite:///{tmp_path}/office.db"
    if request.param == "postgres":
        server: Postgres = request.getfixturevalue("postgres")
        url = server.create()
    databases = [Database(url), Database(url)]
    office = Office(databases[0])
    other = type(office.app)(databases[1], office.clock, office.keys, LIBRARY, demo_settings=True)
    flasks = [create_app(app, WebConfig(), CHEAP) for app in (office.app, other)]
    yield office, [Browser(flask.test_client()) for flask in flasks]
    for database in databases:
        database.dispose()
    if request.param == "postgres":
        server.drop(url)


@pytest.mark.parametrize("kind", ["code", "recovery"])
def test_of_two_processes_given_one_code_at_once_one_lets_in(
    two_webs: tuple[Office, list[Browser]], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, browsers = two_webs
    _inside, phone = volunteer(office, "staff.rh")
    code = phone.shows() if kind == "code" else phone.recovery[0]
    for browser in browsers:
        browser.post("/login", {"username": "staff.rh", "password": demo.PASSWORD})
    both = threading.Barrier(2)
    for name in ("take_step", "take_recovery"):
        real = getattr(store, name)

        def together(*given: object, real: object = real) -> object:
            with suppress(threading.BrokenBarrierError):  # one at a time on SQLite
                both.wait(0.5)
            return real(*given)  # type: ignore[operator]

        monkeypatch.setattr(store, name, together)
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda one=one: answers.append(give_code(one, code).status_code))
        for one in browsers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 401]


def test_wrong_codes_wait_as_wrong_passwords_do_and_the_right_password_washes_none_away(
    office: Office
) -> None:
    _inside, phone = volunteer(office, "staff.rh")
    for n in range(5):
        browser, answer = give_password(office, "staff.rh")
        assert answer.location == "/login/code", n
        answer = give_code(browser, phone.wrong())
        assert answer.status_code == 401
    assert answer.headers["Retry-After"] == "3"
    held = give_code(browser, phone.shows())
    assert held.status_code == 429
    assert give_password(office, "staff.rh")[1].status_code == 429
    assert browser.get("/inbox").status_code == 303
    office.clock.advance(timedelta(seconds=4))
    assert give_code(browser, phone.wrong()).headers["Retry-After"] == "6"
    office.clock.advance(timedelta(seconds=7))
    assert give_code(browser, phone.shows()).status_code == 303
    assert give_code(give_password(office, "staff.rh")[0], phone.wrong()).headers.get("Retry-After") is None


def test_a_half_done_login_is_over_after_five_minutes_and_keeps_what_was_typed(office: Office) -> None:
    _inside, phone = volunteer(office, "staff.rh")
    browser, answer = give_password(office, "staff.rh", kept_path="/people", **{"kept.name": "门口人"})
    assert (answer.status_code, answer.text.count('value="门口人"')) == (200, 1)
    office.clock.advance(timedelta(minutes=5))
    kept = {"next": "/people", "kept_path": "/people", "kept.name": "门口人"}
    over = give_code(browser, phone.shows(), **kept)
    assert over.status_code == 401
    assert "登录已过期" in over.text
    assert 'value="门口人"' in over.text
    assert browser.get("/login/code?next=/people").location == "/login?next=%2Fpeople"
    browser, _answer = give_password(office, "staff.rh", **kept)
    office.clock.advance(timedelta(minutes=4, seconds=59))
    gone_on = give_code(browser, phone.shows(), **kept)
    assert 'action="/people"' in gone_on.text
    assert 'value="门口人"' in gone_on.text


def test_a_half_done_login_belongs_to_its_browser_and_is_used_once(office: Office) -> None:
    _inside, phone = volunteer(office, "staff.rh")
    browser, _answer = give_password(office, "staff.rh")
    other = office.browser()
    assert other.get("/login/code").location == "/login"
    assert give_code(other, phone.shows()).status_code == 401
    assert other.get("/inbox").status_code == 303
    step = browser.client.get_cookie("aid595-step")
    assert step is not None
    assert give_code(browser, phone.shows()).status_code == 303
    session = browser.client.get_cookie("aid595")
    assert session is not None
    assert session.value != step.value
    office.clock.advance(STEP)
    other.client.set_cookie("aid595-step", step.value)
    assert give_code(other, phone.shows()).status_code == 401


@pytest.mark.parametrize("how", ["password", "sessions", "disabled"])
def test_what_ends_the_sessions_of_an_account_ends_its_half_done_login(office: Office, how: str) -> None:
    inside, phone = volunteer(office, "staff.rh")
    browser, _answer = give_password(office, "staff.rh")
    account = office.actor("staff.rh").user_id
    if how == "password":
        new = "一句好记又够长的话语吧啊"
        inside.post("/password", {"old_password": demo.PASSWORD, "password": new, "again": new})
    else:
        act = {"sessions": "end", "disabled": "disable"}[how]
        security = office.browser("security.admin")
        assert security.post(f"/accounts/{account}/{act}", {"reason": "调离"}).status_code == 303
    assert give_code(browser, phone.shows()).status_code == 401


def test_a_recovery_code_opens_one_login_and_is_told(office: Office) -> None:
    _inside, phone = volunteer(office, "staff.rh")
    first, second = phone.recovery[:2]
    assert give_code(give_password(office, "staff.rh")[0], first.upper()).status_code == 303
    again, _answer = give_password(office, "staff.rh")
    assert WORDS in give_code(again, first).text
    assert give_code(again, second.replace("-", " ")).status_code == 303
    assert "还有8个恢复码可用" in again.get("/second-factor").text
    told = office.browser("audit.admin").get("/trail?of=access").text
    assert told.count("使用恢复码") == 2
    assert "还剩8个恢复码" in told
    assert "验证码不对" in told
    assert first not in told


def test_a_program_gives_the_code_with_the_password(office: Office) -> None:
    _inside, phone = volunteer(office, "staff.rh")
    ask(office, "PRIVILEGED")
    client = office.flask.test_client()

    def login(name: str, password: str = demo.PASSWORD, **more: str) -> tuple[int, str]:
        answer = client.post("/api/v1/session", json={"username": name, "password": password, **more})
        assert "token" in answer.json or "code" in answer.json
        return answer.status_code, answer.json.get("code", "")

    assert login("staff.rh") == (401, "second_factor_required")
    assert login("staff.rh", "wrong", code=phone.shows()) == (401, "login_failed")
    assert login("staff.rh", code=phone.wrong()) == (401, "code_wrong")
    assert login("staff.rh", code=phone.shows()) == (201, "")
    assert login("staff.rh", code=phone.shows()) == (401, "code_wrong")
    assert login("staff.rh", code=phone.recovery[0]) == (201, "")
    assert login("sup.rh") == (403, "second_factor_due")
    assert login("aide.hnc") == (201, "")


def test_half_done_logins_that_are_over_are_swept_away(office: Office) -> None:
    volunteer(office, "staff.rh")
    give_password(office, "staff.rh")
    office.clock.advance(timedelta(hours=13))
    assert worker.sweep(office.app) > 1
    assert worker.sweep(office.app) == 0
    with office.app.read() as conn, pytest.raises(sessions.SessionEnded):
        sessions.find_session(conn, "", office.clock.now())
