"""How a second factor is set up, kept, changed and taken away (SEC-A4); its secret is found nowhere after."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa

from engine.store.db import Database
from engine.store.metadata import metadata
from tasks import commands, demo
from tasks.access import NotCandidate
from tasks.paper_code import square
from tests.web.factors import (
    WORDS,
    Phone,
    ask,
    enrol,
    give_code,
    give_password,
    recovery_on,
    secret_on,
    volunteer,
)
from tests.web.office import Browser, Office

WHY = "手机丢失，已当面核实"


@pytest.fixture
def office(database: Database) -> Office:
    """An office of its own: these tests move the clock and lock accounts."""
    return Office(database)


def _account(office: Office, name: str) -> str:
    return f"/accounts/{office.actor(name).user_id}"


def _dump(office: Office) -> str:
    """Return everything the database holds, as text."""
    with office.app.read() as conn:
        return "\n".join(
            str(tuple(row)) for table in metadata.sorted_tables for row in conn.execute(sa.select(table))
        )


def test_a_secret_and_its_recovery_codes_are_shown_once_and_found_nowhere(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ask(office, "ALL")
    inside, phone = enrol(office, "staff.rh")
    browser, _answer = give_password(office, "staff.rh")
    give_code(browser, phone.wrong())
    give_code(browser, phone.recovery[0])
    pages = [inside.get(path) for path in ("/second-factor", "/password", "/login/enrol", "/login/code")]
    pages.append(browser.get("/notices"))
    told = "\n".join([_dump(office), caplog.text, *(page.text + str(page.headers) for page in pages)])
    for hidden in (phone.secret, *phone.recovery, *(one.replace("-", "") for one in phone.recovery)):
        assert hidden not in told
    assert phone.secret.lower() not in told.lower()


def test_the_square_says_what_the_groups_say_and_the_page_is_never_kept(office: Office) -> None:
    ask(office, "ALL")
    browser, _answer = give_password(office, "staff.rh")
    answer = browser.get("/login/enrol")
    shared = pyotp.TOTP(secret_on(answer.text))
    drawn = square(shared.provisioning_uri(name="staff.rh", issuer_name="aid595"))
    assert f'<svg class="factor-code" viewBox="{drawn.box}"' in answer.text
    assert f'<path d="{drawn.path}"/>' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "style-src 'self'; img-src" in answer.headers["Content-Security-Policy"]
    assert secret_on(answer.text) == secret_on(browser.get("/login/enrol").text)
    other, _answer = give_password(office, "staff.rh")
    assert secret_on(other.get("/login/enrol").text) != secret_on(answer.text)


def test_a_wrong_code_at_the_setting_up_leaves_secret_and_way_as_they_were(office: Office) -> None:
    ask(office, "ALL")
    browser, _answer = give_password(office, "staff.rh", kept_path="/people", **{"kept.name": "门口人"})
    kept = {"kept_path": "/people", "kept.name": "门口人"}
    secret = secret_on(browser.get("/login/enrol").text)
    wrong = browser.post("/login/enrol", {"code": "12", **kept})
    assert wrong.status_code == 422
    assert secret_on(wrong.text) == secret
    assert 'value="门口人"' in wrong.text
    office.clock.advance(timedelta(minutes=14))
    phone = Phone(office, secret)
    done = browser.post("/login/enrol", {"code": phone.shows(), **kept})
    assert len(recovery_on(done.text)) == 10
    assert 'action="/people"' in done.text
    assert 'value="门口人"' in done.text
    assert browser.get("/inbox").status_code == 200


def test_of_two_browsers_setting_an_account_up_only_the_first_does(office: Office) -> None:
    ask(office, "ALL")
    late, _answer = give_password(office, "staff.rh")
    other = Phone(office, secret_on(late.get("/login/enrol").text))
    _inside, phone = enrol(office, "staff.rh")
    assert late.post("/login/enrol", {"code": other.shows()}).status_code == 401
    assert late.get("/inbox").status_code == 303
    assert give_code(give_password(office, "staff.rh")[0], phone.shows()).status_code == 303


def test_a_one_time_password_is_changed_after_the_telephone_is_set_up(office: Office) -> None:
    ask(office, "ALL")
    system, _phone = enrol(office, "system.admin")
    page = system.post(f"{_account(office, 'staff.rh')}/reset", {"reason": "忘记密码"}).text
    secret = re.search(r'class="code-large">([a-z2-9-]+)<', page)
    assert secret
    browser = office.browser()
    answer = browser.post("/login", {"username": "staff.rh", "password": secret[1]})
    assert answer.location == "/login/enrol"
    phone = Phone(office, secret_on(browser.get("/login/enrol").text))
    assert 'href="/password"' in browser.post("/login/enrol", {"code": phone.shows()}).text
    assert browser.get("/inbox").location == "/password"


def test_setting_up_freely_needs_the_password_and_ends_other_sessions(office: Office) -> None:
    here, there = office.browser("staff.rh"), office.browser("staff.rh")
    wrong = here.post("/second-factor/begin", {"password": "wrong"})
    assert wrong.status_code == 422
    assert "密码不对" in wrong.text
    assert "factor-code" not in here.get("/second-factor").text
    assert here.post("/second-factor", {"code": "123456"}).status_code == 409
    here.post("/second-factor/begin", {"password": demo.PASSWORD})
    assert "factor-code" not in there.get("/second-factor").text
    assert "验证码不对" in here.post("/second-factor", {"code": "0"}).text
    phone = Phone(office, secret_on(here.get("/second-factor").text))
    assert len(recovery_on(here.post("/second-factor", {"code": phone.shows()}).text)) == 10
    assert here.get("/inbox").status_code == 200
    assert there.get("/inbox").status_code == 303


def test_a_begun_setting_up_is_over_after_a_quarter_of_an_hour(office: Office) -> None:
    browser = office.browser("staff.rh")
    browser.post("/second-factor/begin", {"password": demo.PASSWORD})
    office.clock.advance(timedelta(minutes=15))
    assert "factor-code" not in browser.get("/second-factor").text
    assert browser.post("/second-factor", {"code": "123456"}).status_code == 409


def test_another_telephone_needs_a_code_of_the_one_so_far_and_takes_its_place(office: Office) -> None:
    browser, phone = volunteer(office, "staff.rh")
    refused = browser.post("/second-factor/begin", {"password": demo.PASSWORD, "code": phone.wrong()})
    assert WORDS in refused.text
    browser.post("/second-factor/begin", {"password": demo.PASSWORD, "code": phone.recovery[1]})
    new = Phone(office, secret_on(browser.get("/second-factor").text))
    browser.post("/second-factor", {"code": new.shows()})
    office.clock.advance(timedelta(minutes=1))
    again, _answer = give_password(office, "staff.rh")
    assert WORDS in give_code(again, phone.shows()).text
    assert WORDS in give_code(again, phone.recovery[0]).text
    assert give_code(again, new.shows()).status_code == 303


def _security(office: Office) -> Browser:
    return office.browser("security.admin")


def test_the_security_administrator_resets_with_a_reason_and_the_holder_is_told(office: Office) -> None:
    inside, _phone = volunteer(office, "staff.rh")
    account, security = _account(office, "staff.rh"), _security(office)
    assert "重置登录验证码" in security.get(account).text
    unsaid = security.post(f"{account}/factor", {"reason": " "})
    assert (unsaid.status_code, "请填写理由" in unsaid.text) == (422, True)
    assert inside.get("/inbox").status_code == 200
    assert "ok=factor_reset" in security.post(f"{account}/factor", {"reason": WHY}).location
    assert inside.get("/inbox").status_code == 303
    browser, answer = give_password(office, "staff.rh")
    assert answer.location == "/"
    notice = browser.get("/notices").text
    assert "您的登录验证码已被重置" in notice
    assert WHY in notice
    told = office.browser("audit.admin").get("/trail").text
    assert "重置登录验证码" in told
    assert WHY in told
    assert "启用登录验证码" in office.browser("audit.admin").get("/trail?of=access").text
    assert security.post(f"{account}/factor", {"reason": WHY}).status_code == 409
    assert "重置登录验证码" not in security.get(account).text


def test_nobody_but_the_security_administrator_resets_and_he_not_his_own(office: Office) -> None:
    _inside, _phone = volunteer(office, "staff.rh")
    security, _phone = volunteer(office, "security.admin")
    own = security.post(f"{_account(office, 'security.admin')}/factor", {"reason": WHY})
    assert own.status_code == 403
    assert "另一位管理员" in own.text
    account = _account(office, "staff.rh")
    for name in ("system.admin", "audit.admin", "sup.rh"):
        assert office.browser(name).post(f"{account}/factor", {"reason": WHY}).status_code == 403, name


def test_a_telephone_asked_for_by_the_office_is_set_up_anew_after_a_reset(office: Office) -> None:
    ask(office, "PRIVILEGED")
    security, _phone = enrol(office, "security.admin")
    enrol(office, "sup.rh")
    security.post(f"{_account(office, 'sup.rh')}/factor", {"reason": WHY})
    assert enrol(office, "sup.rh")[0].get("/inbox").status_code == 200


def test_of_whom_a_code_is_asked_is_decided_by_the_security_administrator_alone(office: Office) -> None:
    security, system = _security(office), office.browser("system.admin")
    form = {"value": "PRIVILEGED", "reason": "等保要求"}
    assert system.get("/settings/second_factor").status_code == 403
    assert system.post("/settings/second_factor", form).status_code == 403
    assert security.get("/settings/four_eyes").status_code == 403
    assert security.post("/settings/four_eyes", {"value": [], "reason": "x"}).status_code == 403
    assert 'href="/settings/second_factor"' not in system.get("/settings").text
    assert 'href="/settings/four_eyes"' not in security.get("/settings").text
    assert 'href="/settings/second_factor"' in security.get("/settings").text
    change = commands.ChangeSetting("second_factor", "ALL", "x")
    with pytest.raises(NotCandidate):
        office.app.do(change, office.actor("system.admin"))
    assert "ok=setting_changed" in security.post("/settings/second_factor", form).location
    assert give_password(office, "sup.rh")[1].location == "/login/enrol"
