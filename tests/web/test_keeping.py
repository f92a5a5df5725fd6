"""A closed file tells until which year it is kept, where the office has set the years (DL-050, AMB-48)."""

from __future__ import annotations

from datetime import date, timedelta

from engine.clock import to_us
from engine.store.db import Database
from tasks import commands, retention
from tasks.app import App
from tests.web.office import MONDAY, Office

WAIVER = {
    "statement_on": date(2026, 3, 9), "statement_reason": "本人自愿放弃", "signed": True,
    "archived_at": "档案室",
}  # fmt: skip


def test_the_year_is_that_of_the_end_and_the_years_after_it() -> None:
    assert retention.falls_due(to_us(MONDAY), 10) == 2036
    assert retention.falls_due(to_us(MONDAY), None) is None
    assert retention.falls_due(None, 10) is None


def test_pages_and_report_say_it_once_the_case_is_closed_and_years_are_set(database: Database) -> None:
    office = Office(database)
    person = office.register()
    case = office.open_case(person)
    browser = office.browser("staff.rh")
    pages = (f"/people/{person}", f"/cases/{case}")
    office.app.do(commands.ChangeSetting("retention_years", 10, "本单位规定"), office.actor("system.admin"))
    assert not any("保存到" in browser.get(page).text for page in pages)
    office.app.do(commands.Waive(case, WAIVER), office.actor("staff.rh"))
    assert all("保存到2036年" in browser.get(page).text for page in pages)
    assert past_after(office.app, office, 0) == 0
    assert past_after(office.app, office, 365 * 10) == 0
    assert past_after(office.app, office, 365) == 1


def past_after(app: App, office: Office, days: int) -> int | None:
    """Return how many files are past their years after some more days."""
    office.clock.advance(timedelta(days=days))
    return retention.past_their_years(app)


def test_an_office_that_keeps_for_good_is_told_nothing(database: Database) -> None:
    office = Office(database)
    assert retention.past_their_years(office.app) is None
