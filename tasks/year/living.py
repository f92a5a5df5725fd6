"""Lets a district live: the worker does what falls due, people come, the staff work their inboxes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from engine.clock import SHANGHAI, VirtualClock, start_of_day, stopwatch
from engine.errors import IllegalState
from engine.store.db import Database
from tasks import accounts, commands, demo, org, selftest
from tasks.app import App
from tasks.crypto import Keys
from tasks.demo_clock import DemoClock
from tasks.due_work import run_until
from tasks.year import district, tally
from tasks.year.counter import Counter
from tasks.year.office import HOURS, Office, Refused
from tasks.year.plan import Plan

ONE_DAY = timedelta(days=1)
#: Month in which the working days of the next year are published.
PUBLISHED = 11
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Lived:
    """A year that is over: its figures and how long it took."""

    tally: tally.Tally
    took: timedelta
    refused: list[Refused]

    def lines(self) -> list[str]:
        """Return it in words."""
        return tally.lines(self.tally, self.took)


def load(db: Database, keys: Keys, passwords: accounts.Passwords, plan: Plan, say: Say) -> Lived:
    """Live a plan through in an empty database that has its tables; the demo's clock then stands at its end.

    Raises IllegalState when the database is not empty.
    """
    if demo.is_loaded(db):
        raise IllegalState(detail="数据库不是空的，一年的演示数据只能装入空库")
    clock = VirtualClock(start_of_day(plan.first))
    app = App(db, clock, keys, demo_settings=True)
    with db.hurried():
        selftest.keep_canary(app)
        demo.deploy_all(app)
        lived = live(app, clock, plan, passwords, say)
    DemoClock(db).shift_to(clock.now(), backwards=True)
    return lived


def live(
    app: App, clock: VirtualClock, plan: Plan, passwords: accounts.Passwords, say: Say = lambda _line: None
) -> Lived:
    """Live a plan through on an empty installation with the shipped diagrams, whose clock it moves."""
    begun = stopwatch()
    office = Office(app, plan)
    counter = Counter(office, district.build(app, plan, passwords, demo.PASSWORD))
    office.home = org.path_at(counter.communities[0].path, "district")
    day = plan.first
    office.begin_day(day)
    counter.expect([one for one in office.working_days() if one < plan.end])
    while day < plan.end:
        _day(app, clock, office, counter, day)
        day += ONE_DAY
        if day.day == 1:
            say(f"{day - ONE_DAY:%Y-%m}：办结{office.done}件，用时{stopwatch() - begun:.0f}秒")
    refused = [f"{one.what}：{one.said}" for one in office.refused]
    figures = tally.count(app, plan, counter.came, refused, office.waited)
    return Lived(figures, timedelta(seconds=stopwatch() - begun), office.refused)


def _day(app: App, clock: VirtualClock, office: Office, counter: Counter, day: date) -> None:
    office.begin_day(day)
    works = office.works_today(day)
    for hour in HOURS if works else HOURS[:1]:
        now = datetime.combine(day, hour, SHANGHAI)
        run_until(app, clock, now, office.do_due)
        if works and hour == HOURS[0]:
            office.do_the_rest()
            _next_calendar(app, office, day)
            counter.open(now)
        office.work(now, duty_only=not works)
    run_until(app, clock, start_of_day(day + ONE_DAY), office.do_due)


def _next_calendar(app: App, office: Office, day: date) -> None:
    """Let the system administrator load the next year, which is published in the autumn.

    Until it is, the shipped days of that year are a guess by which nothing is counted; the demo takes them.
    """
    with app.read() as conn:
        calendar = app.work_calendar(conn)
    coming = calendar.years.get(day.year + 1)
    if day.month < PUBLISHED or coming is None or coming.official:
        return
    values = {
        "days_off": {day.isoformat(): name for day, name in coming.holidays.items()},
        "working_weekends": sorted(day.isoformat() for day in coming.working_weekends),
        "source": "演示用：尚未公布，按推算",
    }
    app.do(commands.LoadCalendar(coming.year, values), office.staff("system_admin", office.home)[0])
