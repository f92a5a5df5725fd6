"""The steps of a scenario: one action each, its moment, its people, and fields the program knows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from tasks.actor import ROLES
from tasks.employments import REGISTRATION
from tasks.facts import FACTS
from tasks.forms.command_forms import COMMAND_FORMS
from tasks.forms.spec import Field
from tasks.intake import APPLIES
from tasks.library import Library
from tasks.scenarios import reading as read
from tasks.scenarios.catalogue import Catalogue
from tasks.scenarios.courses import COURSE, COURSE_FIELDS
from tasks.scenarios.faults import BadScenario, near
from tasks.scenarios.load_expect import check_expectation
from tasks.scenarios.model import Step
from tasks.scenarios.nodes import Rows, Table
from tasks.scenarios.offices import FAMILY, MATTERS

#: Actions whose target is a user task.
ON_TASK = ("complete", "reach", "claim", "unclaim", "reassign", "delegate", "send_back", "withdraw")
#: Commands on a case or person: the target is `true`, the fields are those of RULES J.5.
ON_CASE = (
    "accept", "return", "waive", "exit", "found_work", "job_lost", "propose_close", "record_benefit",
    "transfer_community", "extend", "ask_clock", "decide_clock", "suspend_clock", "resume_clock",
    "explain_missed", "add_paper", "void_paper", "set_facts",
)  # fmt: skip
#: What a supervisor does with an instance: the target is `true`, a process or an element.
ON_INSTANCE = ("suspend", "resume", "move", "retry", "cancel")
_OTHERS = ("start", "message", "duty", "load_calendar", "run_jobs", "expect")
ACTIONS = (*ON_TASK, *ON_CASE, *ON_INSTANCE, *_OTHERS)
_KEYS = (
    "at", "for", "with", "as", "case", "in_area", "household", "refused", "strict", "note", *ACTIONS,
)  # fmt: skip
_WITH = {
    "reassign": ("to", "reason"), "delegate": ("to", "reason"), "send_back": ("to", "reason"),
    "withdraw": ("reason",), "claim": (), "unclaim": (), "suspend": ("reason",), "resume": (),
    "cancel": ("reason",), "retry": (), "move": ("from", "to", "reason"), "accept": (), "run_jobs": (),
    "load_calendar": ("days_off", "working_weekends"), "add_paper": ("kind", "paper", "content"), "duty": (),
    "set_facts": tuple(FACTS),
}  # fmt: skip
#: Messages from outside and the form whose fields they may carry (RULES J.7.16).
MESSAGES = {
    "MSG-16": "P03_Objection", "MSG-17": "P03_Check", "MSG-22": "", "MSG-23": "P06_Outcome", "MSG-26": "",
}  # fmt: skip
ERRORS = frozenset(
    {
        "already_claimed", "not_assignee", "not_candidate", "out_of_area", "four_eyes", "stale_task",
        "illegal_state", "form_invalid", "guard_unmet", "calendar_unknown", "not_found", "duplicate_person",
        "case_active", "paused", "rate_limited", "possible_duplicate",
    }
)  # fmt: skip


class StepReader:
    """Reads the steps of one scenario in order."""

    def __init__(
        self, library: Library, known: Catalogue, people: set[str], staff: set[str], places: set[str]
    ) -> None:
        self.library = library
        self.known = known
        self.people = people
        self.staff = staff
        self.places = places
        self.now: datetime | None = None
        self.strict = False

    def read(self, head: Table) -> tuple[Step, ...]:
        """Return the steps; raise BadScenario where there is none."""
        self.strict = bool(read.truth(head, "strict", False))
        rows = read.as_rows(head.get("steps"), head.at("steps"), "steps")
        if not rows:
            raise BadScenario(head.line, "场景没有步骤。", "The scenario has no steps.")
        return tuple(self.step(value, line) for value, line in zip(rows, rows.lines, strict=True))

    def step(self, value: Any, line: int) -> Step:
        """Return one step."""
        row = read.as_table(value, line, "steps")
        read.only(row, _KEYS, "步骤 step")
        action = self.action(row)
        at = self.moment(row)
        fields = read.as_table(row.get("with"), row.at("with"), "with")
        target = row.get(action)
        self.target(action, target, row.at(action))
        self.fields(action, target, fields)
        expect = read.as_table(row["expect"], row.at("expect"), "expect") if "expect" in row else None
        if expect is not None:
            check_expectation(expect, self.known, self.people, self.staff)
        return Step(
            line=row.line, at=at, action=action, target=target, with_=fields, person=self.person(row),
            who=self.actor(row), case=self.case(row),
            area=self.place(row), household=self.handle(row, "household"),
            refused=self.refused(row), strict=bool(read.truth(row, "strict", self.strict)), expect=expect,
        )  # fmt: skip

    def action(self, row: Table) -> str:
        """Return the one action of a step; `expect` may stand beside it."""
        found = [key for key in row if key in ACTIONS]
        acts = [key for key in found if key != "expect"] or found
        if len(acts) != 1:
            zh = "每一步须有且只有一个动作。"
            raise BadScenario(row.line, zh, "A step has exactly one action.")
        return acts[0]

    def moment(self, row: Table) -> datetime:
        """Return when a step happens: at its own time or at the clock of the step before."""
        if row.get("at") is None:
            if self.now is None:
                raise BadScenario(row.line, "第一步须写“at”。", "The first step needs “at”.")
            return self.now
        at = read.moment(row["at"], row.at("at"))
        if self.now is not None and at < self.now:
            zh = f"时间不能倒退：{at:%Y-%m-%d %H:%M}早于上一步{self.now:%Y-%m-%d %H:%M}。"
            raise BadScenario(row.at("at"), zh, "Time never goes back.")
        self.now = at
        return at

    def case(self, row: Table) -> int | None:
        """Return which case of the person is meant; None: the latest."""
        number = row.get("case")
        return None if number in (None, "latest") else read.whole(number, row.at("case"), "case")

    def handle(self, row: Table, key: str) -> str | None:
        """Return a handle of a person."""
        named = read.text(row, key)
        if named and named not in self.people:
            raise BadScenario(row.at(key), f"没有“{named}”这个人。", f"There is nobody called “{named}”.")
        return named or None

    def person(self, row: Table) -> str | None:
        """Return whom a step is about: named, else the only person there is."""
        named = self.handle(row, "for")
        if named is None and len(self.people) == 1 and not {"in_area", "household"} & row.keys():
            return next(iter(self.people))
        return named

    def place(self, row: Table) -> str | None:
        """Return the name of a unit of the scenario's areas."""
        named = read.text(row, "in_area")
        if named and named not in self.places:
            raise BadScenario(row.at("in_area"), f"没有“{named}”这个辖区。", f"There is no area “{named}”.")
        return named or None

    def actor(self, row: Table) -> str | None:
        """Return a role or a handle of the staff."""
        named = read.text(row, "as")
        if named and named not in self.staff and named not in ROLES:
            zh = f"没有“{named}”这个岗位或工作人员。"
            raise BadScenario(row.at("as"), zh, f"There is no role or staff called “{named}”.")
        return named or None

    def refused(self, row: Table) -> str | None:
        """Return the error code a step must be refused with."""
        code = read.text(row, "refused")
        if code and code not in ERRORS:
            zh = f"没有“{code}”这个错误代码。"
            raise BadScenario(row.at("refused"), zh, f"There is no error code “{code}”.")
        return code or None

    def target(self, action: str, target: Any, line: int) -> None:
        """Refuse a target the action cannot have."""
        known, named = self.known, str(target)
        if action in ON_TASK:
            _named(action, named, known.tasks, line)
        elif action == "duty":
            _named(action, named, [task for task in known.tasks if task.startswith("P21_")], line)
        elif action == "start":
            _named(action, named, known.processes, line)
        elif action == "message":
            _named(action, named, MESSAGES, line)
        elif action in ON_CASE or action == "run_jobs":
            if target is not True:
                raise BadScenario(line, f"“{action}”须写true。", f"Write “{action}: true”.")
        elif action in ON_INSTANCE:
            if target is not True and known.process(named) is None:
                _named(action, named, known.elements, line)
        elif action == "load_calendar" and not _is_year(target):
            raise BadScenario(line, f"“{action}: {target}”不是年份。", f"“{target}” is no year.")

    def fields(self, action: str, target: Any, given: Table) -> None:
        """Refuse fields the form does not have."""
        if action == "complete":
            self.form(str(target), given)
        elif action == "reach":
            for task in given:
                if task not in self.known.tasks:
                    meant = near(task, self.known.tasks)
                    zh = f"没有“{task}”这项任务。{meant[0]}"
                    raise BadScenario(given.at(task), zh, f"There is no task “{task}”.{meant[1]}")
                self.form(task, read.as_table(given[task], given.at(task), task))
        elif action == "message" and MESSAGES[str(target)]:
            self.form(MESSAGES[str(target)], given)
        elif action in _WITH:
            _only_columns(given, _WITH[action], action)
        elif action == "start" and target in MATTERS:
            _only_columns(given, MATTERS[str(target)], action)
        elif action == "start":
            _only_columns(given, _starting(str(target)), action)
        elif action in COMMAND_FORMS or action == "message":
            if target == FAMILY:
                _only_columns(given, (), action)
                return
            form = COMMAND_FORMS["propose_close" if action == "message" else action]
            _only_fields(given, form.fields, action)

    def form(self, task: str, given: Table) -> None:
        """Refuse fields a task's form does not have, columns of its lists included."""
        _only_fields(given, self.library.forms[task].fields, task)


def _starting(process_id: str) -> tuple[str, ...]:
    """Return the fields a process's start has."""
    if process_id == REGISTRATION:
        return tuple(COMMAND_FORMS["found_work"].fields)
    return COURSE_FIELDS if process_id == COURSE else APPLIES


def _is_year(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1949 < value < 2100


def _named(action: str, named: str, known: Collection[str], line: int) -> None:
    if named not in known:
        meant = near(named, known)
        if not meant[0] and len(known) < 10:
            meant = f"可用：{'、'.join(known)}。", f" There are {', '.join(known)}."
        zh = f"“{action}: {named}”不存在。{meant[0]}"
        raise BadScenario(line, zh, f"Unknown “{action}: {named}”.{meant[1]}")


def _only_columns(given: Table, known: Collection[str], where: str) -> None:
    for name in given:
        if name not in known:
            meant = near(name, known)
            zh = f"“{where}”没有“{name}”这一项。{meant[0]}"
            raise BadScenario(given.at(name), zh, f"“{where}” has no field “{name}”.{meant[1]}")


def _only_fields(given: Table, fields: Mapping[str, Field], where: str) -> None:
    _only_columns(given, fields, where)
    for name, value in given.items():
        if fields[name].type == "list" and isinstance(value, Rows):
            columns = [column.name for column in fields[name].item]
            for row in value:
                if isinstance(row, Table):
                    _only_columns(row, columns, f"{where}.{name}")
