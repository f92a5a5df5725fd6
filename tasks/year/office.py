"""The staff at work: who takes which task of the inbox, on which working day, and how the form is filled."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from engine.clock import NO_DUE, SHANGHAI, from_us, local_date
from engine.errors import AidError, CalendarUnknown, FormInvalid, FourEyes, GuardUnmet, StaleTask
from tasks import accounts, commands
from tasks.actor import Actor
from tasks.app import App
from tasks.due_work import Due, run_due
from tasks.forms.spec import FormSpec
from tasks.queries import prefilled, year
from tasks.queries.year import Work
from tasks.registers.closing import close_waiting
from tasks.reminders import remind
from tasks.roster_work import run_rosters
from tasks.year.chances import Turn, answers
from tasks.year.plan import Plan
from tasks.year.residents import Resident

#: When the staff look into their inboxes; whom they speak to before is written down then.
HOURS = tuple(time(hour, minute) for hour, minute in ((9, 30), (10, 30), (13, 30), (15, 0), (16, 30)))
#: Working days after which a task without any due day is done, at the latest.
PATIENCE = 3
#: What is said of a whole year is said in its last so many working days.
AT_THE_END = {"P21_Attendance": 15}
_LAST = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Refused:
    """Something the office could not do."""

    at: datetime
    what: str
    said: str


@dataclass
class Office:
    """Everybody who works in the district."""

    app: App
    plan: Plan
    people: dict[int, Resident] = field(default_factory=dict)  #: by the id of their file
    refused: list[Refused] = field(default_factory=list)
    #: what had to wait for something else, by step: how often it was put off to the next day
    waited: Counter[str] = field(default_factory=Counter)
    done: int = 0
    home: str = ""  #: path of the district
    _before: Counter[tuple[int, str]] = field(default_factory=Counter)
    _when: dict[int, tuple[int, datetime]] = field(default_factory=dict)
    _off: dict[int, date] = field(default_factory=dict)
    _placed: dict[int, date] = field(default_factory=dict)  #: since when in a post, by file
    _staff: dict[tuple[str, str], list[Actor]] = field(default_factory=dict)
    _actors: dict[int, Actor] = field(default_factory=dict)
    _days: list[date] = field(default_factory=list)

    def do_due(self) -> int:
        """Let the worker do what is due now; what fails is kept with what was refused."""
        return run_due(self.app, self._failed)

    def do_the_rest(self) -> None:
        """Let the worker do what is in no hurry: rosters, reminders, months of registers that are over."""
        while run_rosters(self.app):
            pass
        remind(self.app)
        close_waiting(self.app)

    def _failed(self, item: Due, error: Exception) -> None:
        self.refused.append(Refused(self.app.clock.now(), f"due {item.kind}", repr(error)))

    def begin_day(self, today: date) -> None:
        """Learn which days are working days, as far as the calendar is known."""
        calendar = self._calendar()
        days = (today + timedelta(days=n) for n in range(370))
        self._days = [day for day in days if calendar.knows(day.year) and _works(calendar, day)]

    def is_first_from(self, today: date, day: int) -> bool:
        """Tell whether today is the first working day of its month from a day of the month on."""
        from_day = today.replace(day=day)
        return today >= from_day and not any(from_day <= one < today for one in self._days_of(today))

    def _days_of(self, today: date) -> list[date]:
        calendar = self._calendar()
        days = (today.replace(day=1) + timedelta(days=n) for n in range(today.day))
        return [day for day in days if calendar.knows(day.year) and _works(calendar, day)]

    def _calendar(self) -> Any:
        with self.app.read() as conn:
            return self.app.work_calendar(conn)

    def working_days(self) -> list[date]:
        """Return the working days from today on."""
        return self._days

    def works_today(self, today: date) -> bool:
        """Tell whether today is a working day."""
        return bool(self._days) and self._days[0] == today

    def work(self, now: datetime, duty_only: bool = False) -> int:
        """Do whatever somebody now takes out of the inbox; return how much was done.

        `duty_only` is a day off, on which whoever is on duty does what ends before the next working day.
        """
        total = 0
        for _pass in range(20):
            self.do_due()
            with self.app.read() as conn:
                todo, ends = year.open_work(conn), year.pressing(conn)
            took = [task for task in todo if self._takes(task, ends, now, duty_only)]
            done = sum(self._do(task, now) for task in took)
            total += done
            if not done:
                break
        self.done += total
        return total

    def _takes(self, task: Work, ends: Mapping[int, int], now: datetime, duty_only: bool) -> bool:
        due = min(task.due_at, ends.get(task.trail_id, NO_DUE))
        if duty_only:
            return self._on_duty(task, local_date(now))
        known = self._when.get(task.id)
        if known is None or known[0] > due:
            known = self._when[task.id] = (due, self._choose(task, due, now))
        return known[1] <= now

    def _on_duty(self, task: Work, today: date) -> bool:
        """Tell whether who is on duty does a task today, of the days off on which it has to be done."""
        if task.due_at >= NO_DUE or self._left(today, task.due_at):
            return False
        day = self._off.get(task.id)
        if day is None:
            last = local_date(from_us(task.due_at) - _LAST)
            chance = self.plan.chance("on duty", self._about(task), task.element, today)
            most = max((last - today).days - 1, 0)
            day = self._off[task.id] = today + timedelta(days=chance.randint(0, most))
        return day <= today

    def _left(self, today: date, due_at: int) -> list[date]:
        """Return the working days from today on that end before a task is due."""
        last = local_date(from_us(due_at) - _LAST)
        return self._days[bisect_left(self._days, today) : bisect_right(self._days, last)]

    def _choose(self, task: Work, due: int, now: datetime) -> datetime:
        """Return when a task is taken: at leisure where nothing presses, soon where it does."""
        today = local_date(now)
        chance = self.plan.chance("when", self._about(task), task.element, self._before[self._visit(task)])
        if task.element in AT_THE_END and task.due_at < NO_DUE:
            days = self._left(today, task.due_at)[-AT_THE_END[task.element] : -1] or [today]
            return datetime.combine(chance.choice(days), chance.choice(HOURS), SHANGHAI)
        left = self._left(today, due) if due < NO_DUE else self._days[: PATIENCE + 1]
        if due < task.due_at:  # something else of this matter presses, and more may have to come before it
            left = left[: max(len(left) // 4, 1)]
        elif due < NO_DUE:
            left = left[: max(len(left) - 1, 1)]
        if not left:
            return now
        day = chance.choice(left)
        return datetime.combine(day, chance.choice(HOURS), SHANGHAI)

    def _about(self, task: Work) -> object:
        known = self.people.get(task.person_id or 0)
        return task.pool if known is None else known.number

    def _visit(self, task: Work) -> tuple[int, str]:
        return (task.trail_id, task.element)

    def _do(self, task: Work, now: datetime) -> bool:
        """Let somebody do a task; where it is refused, it is looked at again on the next working day."""
        refusal: Exception | None = None
        for actor in self._who(task):
            try:
                values = prefilled.example(self.app, actor, task.id, lambda s, v: self._answer(task, s, v))
                self.app.do(commands.CompleteTask(task.id, values), actor)
            except StaleTask:  # ended by another one that was done just now
                return False
            except GuardUnmet:  # something else has to come first: a whole roster, a free post
                self._when[task.id] = (0, now + timedelta(hours=20))
                self.waited[task.element] += 1
                return False
            except FourEyes as again:
                refusal = again
            except AidError as error:
                refusal = error
                break
            else:
                self._note(task)
                self._when.pop(task.id, None)
                return True
        self.refused.append(Refused(now, task.element, said(refusal)))
        self._when[task.id] = (0, now + timedelta(hours=20))
        return False

    def _note(self, task: Work) -> None:
        self._before[self._visit(task)] += 1
        if task.element == "P13_Place":
            self._placed[task.person_id or 0] = local_date(self.app.clock.now())

    def _worked(self, task: Work) -> int:
        """Return the working days from the day in a post to the end of the year."""
        today = local_date(self.app.clock.now())
        first = self._placed.get(task.person_id or 0, today.replace(month=1, day=1))
        last, calendar = date(today.year, 12, 31), self._calendar()
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return sum(_works(calendar, day) for day in days)

    def _answer(self, task: Work, spec: FormSpec, shown: Mapping[str, Any]) -> Mapping[str, Any]:
        before = self._before[self._visit(task)]
        chance = self.plan.chance("form", self._about(task), task.element, before)
        about = self.people.get(task.person_id or 0)
        own, now = self.plan.chance("own", self._about(task)), self.app.clock.now()
        worked = self._worked(task) if task.element == "P21_Attendance" else 0
        return answers(Turn(spec, chance, before, now, local_date(now), shown, about, own, worked))

    def _who(self, task: Work) -> list[Actor]:
        """Return who may do a task: its holder, or the staff of its pool, in turns."""
        if task.holder is not None:
            return [self.actor(task.holder)]
        able = self.staff(task.role, task.pool)
        if not able:
            return []
        first = self.plan.chance("who", self._about(task), task.element).randrange(len(able))
        return [*able[first:], *able[:first]]

    def staff(self, role: str, area: str) -> list[Actor]:
        """Return who works under a role for a unit."""
        found = self._staff.get((role, area))
        if found is None:
            with self.app.read() as conn:
                ids = [row["id"] for row in accounts.staff(conn, role, area)]
            found = self._staff[role, area] = [self.actor(one) for one in ids]
        return found

    def actor(self, user_id: int) -> Actor:
        """Return an account as who acts."""
        if user_id not in self._actors:
            with self.app.read() as conn:
                self._actors[user_id] = accounts.load_actor(conn, user_id, "district")
        return self._actors[user_id]


def _works(calendar: Any, day: date) -> bool:
    try:
        return bool(calendar.is_working(day))
    except CalendarUnknown:
        return False


def said(refusal: Exception | None) -> str:
    """Return a refusal in words, each problem of a form with it."""
    if refusal is None:
        return "没有人可以办理"
    if isinstance(refusal, FormInvalid):
        return f"{refusal.code} " + " ".join(f"[{name}] {zh}" for name, zh, _en in refusal.problems)
    return f"{refusal.code} {refusal.sentence('zh')}" if isinstance(refusal, AidError) else repr(refusal)
