"""Telephones of an office's people: they read the page that sets them up, and show codes by its clock."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta

import pyotp
from werkzeug.test import TestResponse

from tasks import commands, demo
from tests.web.office import Browser, Office

STEP = timedelta(seconds=30)
WORDS = "验证码不对或已经用过"


@dataclass
class Phone:
    """What somebody holds after setting a telephone up."""

    office: Office
    secret: str
    recovery: list[str] = field(default_factory=list)

    def shows(self, steps: int = 0) -> str:
        """Return the code of now, or of some steps later or earlier."""
        return pyotp.TOTP(self.secret).at(self.office.clock.now(), counter_offset=steps)

    def wrong(self) -> str:
        """Return digits that no step near now has."""
        near = {self.shows(n) for n in range(-2, 3)}
        return next(f"{n:06d}" for n in range(10) if f"{n:06d}" not in near)


def ask(office: Office, value: str) -> None:
    """Decide of whom a second factor is asked."""
    change = commands.ChangeSetting("second_factor", value, "等保要求")
    office.app.do(change, office.actor("security.admin"))


def give_password(office: Office, name: str, **more: str) -> tuple[Browser, TestResponse]:
    """Give name and password in a new browser; return it and the answer."""
    browser = office.browser()
    values = {"username": name, "password": demo.PASSWORD, **more}
    return browser, browser.post("/login", values)


def give_code(browser: Browser, code: str, **more: str) -> TestResponse:
    """Answer the page that asks for a code."""
    return browser.post("/login/code", {"code": code, **more})


def secret_on(page: str) -> str:
    """Return the secret a page shows to be typed."""
    found = re.findall(r"<code>([A-Z2-7]{4})</code>", page)
    assert len(found) == 8, page
    return "".join(found)


def recovery_on(page: str) -> list[str]:
    """Return the recovery codes a page shows."""
    return re.findall(r"<li><code>([a-z2-9-]{19})</code></li>", page)


def enrol(office: Office, name: str) -> tuple[Browser, Phone]:
    """Log in where a telephone is asked for, set one up, and let two steps of time go by."""
    browser, answer = give_password(office, name)
    assert (answer.status_code, answer.location) == (303, "/login/enrol")
    phone = Phone(office, secret_on(browser.get("/login/enrol").text))
    done = browser.post("/login/enrol", {"code": phone.shows()})
    assert done.status_code == 200, done.text
    phone.recovery = recovery_on(done.text)
    office.clock.advance(2 * STEP)
    return browser, phone


def volunteer(office: Office, name: str, steps: int = 2) -> tuple[Browser, Phone]:
    """Set a telephone up on the own page, and let some steps of time go by."""
    browser = office.browser(name)
    assert browser.post("/second-factor/begin", {"password": demo.PASSWORD}).location == "/second-factor"
    phone = Phone(office, secret_on(browser.get("/second-factor").text))
    phone.recovery = recovery_on(browser.post("/second-factor", {"code": phone.shows()}).text)
    assert len(phone.recovery) == 10
    office.clock.advance(steps * STEP)
    return browser, phone
