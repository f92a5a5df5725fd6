"""What may be done on the page of a case or person beside its tasks: which command, form and right.

The forms are those of the commands (`bpmn/forms/commands`); where a field names an object, the page offers a
list. `tasks` validates and decides about the right again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from tasks import clock_commands, commands
from tasks.forms.command_forms import COMMAND_FORMS
from tasks.forms.spec import NOTE, Field, FormSpec, Group
from tasks.forms.spec import form as task_form
from tasks.note_commands import NoteCredit, NoteOrigin, RegisterNonLocal
from tasks.person_commands import ExplainMissed, JoinHousehold, LeaveHousehold


def without_note(spec: FormSpec, *others: str) -> FormSpec:
    """Return a command's form as pages ask it, without the remarks that tasks have, and some other fields."""
    fields = {one.name: one for one in spec if one.name not in (NOTE.name, *others)}
    return FormSpec(spec.id, "", spec.title_zh, spec.title_en, (Group("", "", tuple(fields)),), fields)


Make = Callable[[int, Mapping[str, Any]], commands.Command]
#: Text fields of the commands' forms that name something there is a list of.
#: What a list of deadlines holds is narrowed by what the action needs.
_LISTED = {"rule_id": "deadline", "to_community": "community", "duty": "duty", "kind": "ad_hoc",
           "paper": "paper"}  # fmt: skip


@dataclass(frozen=True)
class Action:
    """One thing that may be done."""

    name: str
    make: Make
    #: Name of the right in `bpmn/permissions.yaml`.
    right: str
    #: Name of the command's form; empty where nothing is asked.
    form: str = ""
    #: User task that receives the message: its fields are asked, all optional (J.7.16).
    of_task: str = ""
    #: Cancels what is open: the page lists it first.
    closes: bool = False
    danger: bool = False
    #: Process that has to be under way, message a process has to wait for, or `hand_over`, `deadline`,
    #: `missed`, `paper`, `asked`, `standstill`.
    needs: str = ""

    @cached_property
    def spec(self) -> FormSpec:
        """Return what the page asks."""
        fields: dict[str, Field] = {}
        if self.form:
            fields = {one.name: self._listed(one) for one in without_note(COMMAND_FORMS[self.form])}
        elif self.of_task:
            given = (one for one in task_form(self.of_task) if one.type not in ("list", "survey", "multi"))
            fields = {one.name: replace(one, required=False) for one in given}
        return FormSpec(self.name, "", self.name, self.name, (Group("", "", tuple(fields)),), fields)

    def _listed(self, one: Field) -> Field:
        """Return a field that names something as a list to choose from."""
        of = _LISTED.get(one.name)
        if of is None or (of == "paper" and self.needs != "paper"):
            return one
        return replace(one, type="ref", of=self.needs if of == "deadline" else of)


def _case(command: Callable[..., commands.Command]) -> Make:
    return lambda case_id, values: command(case_id=case_id, values=values)


def _person(command: Callable[..., commands.Command]) -> Make:
    return lambda person_id, values: command(person_id=person_id, values=values)


def _start(whose: str) -> Make:
    return lambda of, values: commands.StartDuty(str(values.get("kind") or ""), **{whose: of})


def _message(name: str) -> Make:
    return lambda case_id, values: commands.SendMessage(
        name, case_id, {key: value for key, value in values.items() if value}
    )


def _accept(case_id: int, _values: Mapping[str, Any]) -> commands.Command:
    return commands.AcceptHandOver(case_id)


ACTIONS: dict[str, Action] = {
    one.name: one
    for one in (
        Action("accept", _accept, "accept", needs="hand_over"),
        Action("return", _case(commands.ReturnHandOver), "return", "return", needs="hand_over"),
        Action("found_work", _case(commands.FoundWork), "found_work", "found_work", closes=True),
        Action("job_lost", _case(commands.LostJob), "job_lost", "job_lost", needs="P09"),
        Action("outcome", _message("MSG-23"), "send_message", of_task="P06_Outcome", needs="MSG-23"),
        Action("objection", _message("MSG-16"), "send_message", of_task="P03_Objection", needs="MSG-16"),
        Action("resubmitted", _message("MSG-17"), "send_message", needs="MSG-17"),
        Action("explain", _case(ExplainMissed), "explain_missed", "explain_missed", needs="missed"),
        Action("start_duty", _start("case_id"), "explain_missed", "start_duty"),
        Action("benefit", _case(commands.RecordBenefit), "record_benefit", "record_benefit"),
        Action("transfer", _case(commands.TransferCommunity), "transfer_community", "transfer_community"),
        Action("extend", _case(commands.ExtendDeadline), "extend", "extend", needs="deadline"),
        Action("ask_clock", _case(clock_commands.AskClockChange), "ask_clock", "ask_clock",
               needs="deadline"),
        Action("decide_clock", _case(clock_commands.DecideClockChange), "decide_clock", "decide_clock",
               needs="asked"),
        Action("suspend_clock", _case(clock_commands.SuspendClock), "suspend_clock", "suspend_clock",
               needs="deadline"),
        Action("resume_clock", _case(clock_commands.ResumeClock), "resume_clock", "resume_clock",
               needs="standstill"),
        Action("void_paper", _case(commands.VoidPaper), "void_paper", "void_paper", needs="paper"),
        Action("propose_close", _case(commands.ProposeClose), "propose_close", "propose_close", needs="P09"),
        Action("waive", _case(commands.Waive), "waive", "waive", closes=True, danger=True),
        Action("exit", _case(commands.Exit), "exit", "exit", closes=True, danger=True),
    )
}

#: What may be recorded for a person without a case.
PERSON_ACTIONS: dict[str, Action] = {
    one.name: one
    for one in (
        Action("found_work", _person(commands.FoundWork), "found_work", "found_work"),
        Action("benefit", _person(commands.RecordBenefit), "record_benefit", "record_benefit"),
        Action("start_duty", _start("person_id"), "explain_missed", "start_duty"),
        Action("explain", _person(ExplainMissed), "explain_missed", "explain_missed",
               needs="missed"),
        Action("join_household", _person(JoinHousehold), "set_facts", "join_household"),
        Action("leave_household", _person(LeaveHousehold), "set_facts", "leave_household"),
        Action("note_origin", _person(NoteOrigin), "set_facts", "note_origin"),
        Action("register_nonlocal", _person(RegisterNonLocal), "register_nonlocal", "register_nonlocal"),
        Action("note_credit", _person(NoteCredit), "note_credit", "note_credit"),
        Action("exit", _person(commands.Exit), "exit", "exit", danger=True),
    )
}
