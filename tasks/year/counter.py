"""The counter: who comes in on a day, and what the office hears of its cases from outside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from engine.clock import local_date
from engine.errors import AidError
from tasks import access, commands, people
from tasks.access import Subject
from tasks.actor import Actor
from tasks.forms.command_forms import COMMAND_FORMS
from tasks.forms.prefill import with_examples
from tasks.forms.values import FormContext
from tasks.org import Unit
from tasks.queries import year
from tasks.queries.year import Waiting
from tasks.store import casework
from tasks.year.data import data
from tasks.year.occasions import take_in
from tasks.year.office import Office, Refused, said
from tasks.year.residents import HELP, NOTHING, REGISTRATION, Resident, residents

#: Share of the people who have a benefit when their file is opened.
HAS_BENEFIT = 0.06
#: Share of the files that the office had before the year began.
KNOWN = 0.4
#: Working days of a year: what happens to a share of cases in a year happens so much less on a day.
DAYS = 250
_WORKERS = ("community_staff", "street_staff", "district_staff", "supervisor")


@dataclass(frozen=True, slots=True)
class News:
    """What may be heard of a case: while it waits for a message, for a share of cases in a year."""

    while_waiting: str
    a_year: float
    action: str
    make: Callable[[Waiting, Mapping[str, Any]], commands.Command]
    form: str = ""


def _message(name: str) -> Callable[[Waiting, Mapping[str, Any]], commands.Command]:
    return lambda case, _values: commands.SendMessage(name, case.case_id)


NEWS = (
    News("MSG-14", 0.04, "waive", lambda case, values: commands.Waive(case.case_id, values), "waive"),
    News("MSG-15", 0.03, "exit", lambda case, values: commands.Exit(values, case.case_id), "exit"),
    News("MSG-24", 0.10, "found_work",
         lambda case, values: commands.FoundWork(values, case.case_id), "found_work"),
    News("MSG-25", 0.08, "job_lost", lambda case, values: commands.LostJob(case.case_id, values), "job_lost"),
    News("MSG-26", 0.25, "propose_close",
         lambda case, values: commands.ProposeClose(case.case_id, values), "propose_close"),
    News("MSG-26", 0.35, "record_benefit",
         lambda case, values: commands.RecordBenefit(values, case.case_id), "record_benefit"),
    News("MSG-16", 0.6, "send_message", _message("MSG-16")),
    News("MSG-17", 75.0, "send_message", _message("MSG-17")),
    News("MSG-23", 75.0, "send_message", _message("MSG-23")),
)  # fmt: skip


@dataclass
class Counter:
    """Everybody who has not come yet, and the hand of chance."""

    office: Office
    communities: list[Unit]
    coming: dict[date, list[Resident]] = field(default_factory=dict)
    families: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    #: who will ask for something: from which day, person, area, whether for recognition
    applying: list[tuple[date, int, str, bool]] = field(default_factory=list)
    came: int = 0

    def expect(self, days: list[date]) -> None:
        """Say on which working day each person comes; those on file before come on the first."""
        plan = self.office.plan
        coming = defaultdict(list)
        for one in residents(plan, [unit.name for unit in self.communities]):
            chance = plan.chance("comes", one.number)
            coming[days[0] if chance.random() < KNOWN else chance.choice(days)].append(one)
        self.coming = dict(coming)

    def open(self, now: datetime) -> None:
        """Receive whoever comes today, and hear the day's news."""
        today = local_date(now)
        for one in self.coming.pop(today, []):
            self._receive(one, now)
        self._applications(now)
        self._hear(now)
        take_in(self.office, self.communities, now)

    def _receive(self, one: Resident, now: datetime) -> None:
        unit = self.communities[one.community]
        actor = self.office.staff("community_staff", unit.path)[0]
        command = commands.RegisterPerson(one.name, one.id_no, unit.id, one.phone, one.address, one.facts,
                                          distinct_reason="证件号码不同，已核对户口簿")  # fmt: skip
        done = self._try(command, actor, now)
        if done is None or done.person_id is None:
            return
        self.office.people[done.person_id] = one
        self.came += 1
        self._family(one, done.person_id, now)
        self._benefit(one, done.person_id, unit, now)
        chance = self.office.plan.chance("wants", one.number)
        wait = timedelta(days=chance.randint(0, 70 if _taken_over(self.office, now) else 3))
        if one.comes_for in (HELP, REGISTRATION):
            self.applying.append((local_date(now) + wait, done.person_id, unit.path, one.comes_for == HELP))

    def _benefit(self, one: Resident, person_id: int, unit: Unit, now: datetime) -> None:
        """Some have a benefit already, which ends one of these months."""
        chance, today = self.office.plan.chance("has", one.number), local_date(now)
        if one.comes_for != NOTHING and chance.random() < HAS_BENEFIT:
            ends = today + timedelta(days=chance.randint(30, 330))
            values = {"code": "BEN-SI-FLEX", "starts_on": ends - timedelta(days=730), "ends_on": ends}
            actor = self.office.staff("street_staff", unit.path)[0]
            self._try(commands.RecordBenefit(values, person_id=person_id), actor, now)

    def _family(self, one: Resident, person_id: int, now: datetime) -> None:
        members = self.families[one.family]
        members.append(person_id)
        if len(members) < 2:
            return
        with self.office.app.write() as conn:
            if len(members) == 2:
                people.make_household(conn, members, now, bool(one.facts["urban"]), one.address)
            else:
                first = people.get_person(conn, members[0])
                people.join_household(conn, person_id, first["household_id"], now)

    def _applications(self, now: datetime) -> None:
        today = local_date(now)
        due = [row for row in self.applying if row[0] <= today]
        self.applying = [row for row in self.applying if row[0] > today]
        for _day, person_id, area, applies in due:
            with self.office.app.read() as conn:
                if casework.active_case(conn, person_id) is not None:  # brought in by the community meanwhile
                    continue
            actor = self.office.staff("street_staff", area)[0]
            process = "P03_registration_recognition" if applies else "P07_employment_registration"
            values = {} if applies else self._form("found_work", person_id, now)
            self._try(commands.StartProcess(process, person_id, values), actor, now)

    def _hear(self, now: datetime) -> None:
        with self.office.app.read() as conn:
            found = year.waiting(conn)
        for case in found:
            number = self.office.people[case.person_id].number
            for news in NEWS:
                if news.while_waiting != case.message:
                    continue
                chance = self.office.plan.chance(news.action, case.message, number, local_date(now))
                if chance.random() < news.a_year / DAYS and self._tell(case, news, now):
                    break

    def _tell(self, case: Waiting, news: News, now: datetime) -> bool:
        actor = self._who(case, news.action)
        values = self._form(news.form, case.person_id, now) if news.form else {}
        return actor is not None and self._try(news.make(case, values), actor, now) is not None

    def _who(self, case: Waiting, action: str) -> Actor | None:
        subject = Subject(case.area, tier=case.tier)
        able = (
            actor
            for role in _WORKERS
            for actor in self.office.staff(role, case.area)
            if access.allowed(actor, action, subject)
        )
        return next(able, None)

    def _form(self, name: str, person_id: int, now: datetime) -> dict[str, Any]:
        spec, today = COMMAND_FORMS[name], local_date(now)
        number = self.office.people[person_id].number
        chance = self.office.plan.chance(name, number, today)
        given: dict[str, Any] = {}
        if name == "record_benefit":
            days = chance.randint(60, 400)
            given = {"code": chance.choice(("BEN-SI-FLEX", "BEN-SI-EMP", "BEN-TRAIN")),
                     "starts_on": today, "ends_on": today + timedelta(days=days)}  # fmt: skip
        if name == "exit":
            codes = ("END-MOVED", "END-DIED", "END-ABILITY", "END-AGE")
            given = {"end_code": chance.choices(codes, (60, 8, 20, 12))[0]}
        if name == "found_work":
            given = {"employment_kind": chance.choices(("UNIT", "FLEXIBLE", "SELF"), (70, 20, 10))[0],
                     "employer": chance.choice(list(data()["vacancies"].values()))}  # fmt: skip
        return with_examples(spec, given, FormContext(today, now), {}, lambda _rule, _field: None)

    def _try(self, command: commands.Command, actor: Actor, now: datetime) -> commands.Done | None:
        try:
            return self.office.app.do(command, actor)
        except AidError as refusal:
            self.office.refused.append(Refused(now, type(command).__name__, said(refusal)))
            return None


def _taken_over(office: Office, now: datetime) -> bool:
    """Tell whether this is the week in which the files the office had before are taken over."""
    return local_date(now) < office.plan.first + timedelta(days=7)
