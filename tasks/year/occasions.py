"""What comes to an office without a case: complaints, warnings, lists of others, courses of employers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import Any

from engine.clock import local_date
from engine.errors import AidError
from tasks import commands, list_import, org
from tasks.forms.command_forms import COMMAND_FORMS
from tasks.forms.prefill import with_examples
from tasks.forms.values import FormContext
from tasks.imports import ImportRefused
from tasks.matter_commands import FileComplaint, RaiseWarning
from tasks.org import Unit
from tasks.person_commands import StartCourse
from tasks.store import ledger
from tasks.year.data import data
from tasks.year.office import Office, Refused, said
from tasks.year.residents import HIDDEN, NOTHING, Resident

#: Working days of a year.
DAYS = 250
#: Day of the month from which the lists of contributions come, and the share of people without work on them.
CONTRIBUTIONS, PAYS = 25, 0.03
#: Persons of a list that the office knows.
LISTED = 8


@dataclass(frozen=True, slots=True)
class Visit:
    """An occasion at an office: where, when, and the chances of it."""

    office: Office
    unit: Unit
    now: datetime
    chance: Random
    communities: frozenset[int]  #: which of the district's lie here, from 0

    @property
    def today(self) -> date:
        """Return the day."""
        return local_date(self.now)

    def do(self, command: commands.Command, role: str) -> None:
        """Let somebody of the office do something; a refusal is kept."""
        try:
            self.office.app.do(command, self.office.staff(role, self.unit.path)[0])
        except AidError as refusal:
            self.office.refused.append(Refused(self.now, type(command).__name__, said(refusal)))

    def people(self) -> list[Resident]:
        """Return who is on file here."""
        return [one for one in self.office.people.values() if one.community in self.communities]


def take_in(office: Office, communities: list[Unit], now: datetime) -> None:
    """Take in what chance brings to the communities and their streets today, and what the calendar does."""
    today = local_date(now)
    with office.app.read() as conn:
        streets = list(dict.fromkeys(org.ancestor_at(conn, one.path, "street") for one in communities))

    def visit(name: str, unit: Unit) -> Visit:
        inside = frozenset(n for n, one in enumerate(communities) if one.path.startswith(unit.path))
        return Visit(office, unit, now, office.plan.chance(name, unit.name, today), inside)

    for name, (a_year, level, make) in OCCASIONS.items():
        for unit in streets if level == "street" else communities:
            here = visit(name, unit)
            if here.chance.random() < a_year / DAYS:
                make(here)
    if office.is_first_from(today, CONTRIBUTIONS):
        for unit in streets:
            _contributions(visit("contributions", unit))


def _complaint(visit: Visit) -> None:
    form = COMMAND_FORMS["file_complaint"]
    values = with_examples(form, {}, FormContext(visit.today, visit.now), {}, lambda _rule, _field: None)
    values |= {"content": visit.chance.choice(data()["occasions"]["complaints"])}
    values |= {"unit": str(visit.unit.id), "received_on": visit.today}
    visit.do(FileComplaint(values), "street_staff")


def _warning(visit: Visit) -> None:
    noticed = visit.chance.choice(data()["occasions"]["warnings"])
    visit.do(RaiseWarning({"unit": str(visit.unit.id), "said": noticed}), "supervisor")


def _course(visit: Visit) -> None:
    """An employer asks for a course, where somebody has asked to be trained."""
    with visit.office.app.read() as conn:
        needs = [row["person_id"] for row in ledger.needs_under(conn, visit.unit.path)]
    if needs:
        course = visit.chance.choice(data()["occasions"]["courses"])
        employer = visit.chance.choice(list(data()["vacancies"].values()))
        named = f"{course}（{visit.today:%m%d}期）"
        visit.do(StartCourse(visit.unit.id, employer, named, tuple(needs[:12])), "street_staff")


def _list(visit: Visit) -> None:
    """Another office sends a list; most of whom it names come by themselves, or work."""
    kind = visit.chance.choice(("UNEMPLOYED", "LOW_INCOME", "DISABLED", "DIBAO"))
    known = visit.people()
    hidden = [person for person in known if person.comes_for == HIDDEN]
    some = visit.chance.sample(known, min(LISTED, len(known)))
    named = {person.id_no: person.name for person in (*some, *hidden[:LISTED])}
    _send(visit, ["身份证号,姓名", *(f"{number},{name}" for number, name in named.items())], kind)


def _contributions(visit: Visit) -> None:
    """The month's contributions: of who works, and of some of whom the office does not know that they do."""
    month = f"{visit.today:%Y-%m}"
    rows = [f"{person.id_no},{month},{_employer(visit, person)}" for person in _payers(visit)]
    if rows:
        _send(visit, ["身份证号,缴费月份,单位名称", *rows], "")


def _payers(visit: Visit) -> Iterator[Resident]:
    quarter = (visit.today.month - 1) // 3
    for person in visit.people():
        chance = visit.office.plan.chance("pays", person.number, quarter)
        if person.comes_for == NOTHING or chance.random() < PAYS:
            yield person


def _employer(visit: Visit, person: Resident) -> str:
    chance = visit.office.plan.chance("employer", person.number)
    return str(chance.choice(list(data()["vacancies"].values())))


def _send(visit: Visit, lines: list[str], kind: str) -> None:
    raw = "\n".join([*lines, ""]).encode()
    app, actor = visit.office.app, visit.office.staff("street_staff", visit.unit.path)[0]
    name = f"{visit.unit.name}{visit.today:%Y%m%d}.csv"
    try:
        if kind:
            list_import.take_persons(app, raw, kind, name, actor)
        else:
            list_import.take_contributions(app, raw, name, actor)
    except ImportRefused as refusal:
        visit.office.refused.append(Refused(visit.now, name, "；".join(refusal.problems)))


#: How often a year, at each community or street, and what then happens.
OCCASIONS: dict[str, tuple[float, str, Callable[[Visit], Any]]] = {
    "complaint": (2.0, "community", _complaint),
    "warning": (2.0, "street", _warning),
    "course": (8.0, "street", _course),
    "list": (4.0, "street", _list),
}
