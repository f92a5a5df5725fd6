"""The small forms of a case or person: what each asks, who is offered it, which command it gives.

Fields are those of RULES J.5; `tasks` validates them again and decides about the right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tasks import commands, labels
from tasks.forms.spec import Field, FormSpec, Group
from tasks.forms.spec import form as task_form

Make = Callable[[int, Mapping[str, Any]], commands.Command]
EMPLOYMENT_KINDS = ("UNIT", "FLEXIBLE", "SELF")
EXIT_CODES = ("END-AGE", "END-MOVED", "END-DIED", "END-ABILITY", "END-MILITARY", "END-STUDENT", "END-NOLONGER")
CLOSE_CODES = ("END-STABLE", "END-WELFARE", "END-NOLONGER")
WORKERS = frozenset(
    {"community_staff", "community_aide", "street_staff", "street_officer", "district_staff",
     "district_centre", "district_expert", "district_welfare", "supervisor"}
)  # fmt: skip
SUPERVISOR = frozenset({"supervisor"})


@dataclass(frozen=True)
class Action:
    """One thing that may be done on the page of a case."""

    name: str
    make: Make
    fields: tuple[Field, ...] = ()
    roles: frozenset[str] = WORKERS
    #: Cancels what is open: the page lists it first.
    closes: bool = False
    #: Offered only while a hand-over is open, or while the case is active.
    needs: str = "active"
    danger: bool = False
    #: Fields are those of a user task that receives the message, all optional.
    of_task: str = ""
    spec: FormSpec = field(init=False)

    def __post_init__(self) -> None:
        fields = {one.name: one for one in self.fields}
        if self.of_task:
            given = task_form(self.of_task)
            fields |= {one.name: _optional(one) for one in given if one.name != "note"}
        spec = FormSpec(self.name, "", self.name, self.name, (Group("", "", tuple(fields)),), fields)
        object.__setattr__(self, "spec", spec)


def _optional(one: Field) -> Field:
    from dataclasses import replace

    return replace(one, required=False)


def _case(command: Callable[..., commands.Command]) -> Make:
    return lambda case_id, values: command(case_id=case_id, values=values)


def _message(name: str) -> Make:
    return lambda case_id, values: commands.SendMessage(name, case_id, values)


def _f(name: str, zh: str, en: str, kind: str, required: bool = True, **more: Any) -> Field:
    return Field(name, zh, en, kind, required, **more)


ACTIONS: dict[str, Action] = {
    action.name: action
    for action in (
        Action("accept", lambda case_id, _values: commands.AcceptHandOver(case_id), needs="hand_over"),
        Action(
            "return", _case(commands.ReturnHandOver),
            (_f("reason", "退回理由", "Reason", "longtext"),
             _f("missing", "缺少的内容", "What is missing", "longtext")),
            needs="hand_over",
        ),
        Action(
            "found_work", _case(commands.FoundWork),
            (_f("employment_kind", "就业形式", "Kind of employment", "enum", options=EMPLOYMENT_KINDS),
             _f("employer", "就业单位", "Employer", "text", False),
             _f("employed_on", "就业日期", "Employed on", "date")),
            closes=True,
        ),
        Action(
            "job_lost", _case(commands.LostJob),
            (_f("lost_on", "失去岗位日期", "Lost on", "date"), _f("reason", "原因", "Reason", "longtext")),
        ),
        Action(
            "waive", _case(commands.Waive),
            (_f("statement_on", "声明日期", "Date of the statement", "date"),
             _f("statement_reason", "放弃原因", "Reason", "longtext"),
             _f("signed", "本人已签字", "Signed by the person", "bool"),
             _f("archived_at", "归档日期", "Filed on", "date")),
            closes=True, danger=True,
        ),
        Action(
            "exit", _case(commands.Exit),
            (_f("end_code", "退出情形", "Kind of exit", "enum", options=EXIT_CODES),
             _f("effective_on", "生效日期", "Effective on", "date", future=True),
             _f("evidence", "依据", "Evidence", "longtext")),
            closes=True, danger=True,
        ),
        Action(
            "propose_close", _case(commands.ProposeClose),
            (_f("end_code", "结案代码", "End code", "enum", options=CLOSE_CODES),
             _f("grounds", "依据", "Grounds", "longtext")),
        ),
        Action(
            "extend", _case(commands.ExtendDeadline),
            (_f("rule_id", "期限", "Deadline", "ref", of="deadline"),
             _f("new_due", "延长至", "New due date", "date", future=True),
             _f("reason", "理由", "Reason", "longtext"),
             _f("paper", "批准文书", "Paper", "text")),
            roles=SUPERVISOR, needs="deadline",
        ),
        Action("objection", _message("MSG-16"), of_task="P03_Objection"),
        Action("resubmitted", _message("MSG-17"), (_f("note", "说明", "Note", "longtext", False),)),
        Action("outcome", _message("MSG-23"), of_task="P06_Outcome"),
        Action(
            "transfer", _case(commands.TransferCommunity),
            (_f("to_community", "转往社区（村）", "To community", "ref", of="community"),
             _f("effective_on", "生效日期", "Effective on", "date", future=True)),
        ),
    )
}  # fmt: skip


def _person(command: Callable[..., commands.Command]) -> Make:
    return lambda person_id, values: command(person_id=person_id, values=values)


#: What may be recorded for a person without a case.
PERSON_ACTIONS: dict[str, Action] = {
    action.name: action
    for action in (
        Action("found_work", _person(commands.FoundWork), ACTIONS["found_work"].fields),
        Action("exit", _person(commands.Exit), ACTIONS["exit"].fields, danger=True),
        Action(
            "benefit", _person(commands.RecordBenefit),
            (_f("code", "待遇", "Benefit", "enum", options=tuple(labels.catalogue().codes("benefit"))),
             _f("starts_on", "开始日期", "From", "date", future=True),
             _f("ends_on", "结束日期", "To", "date", False, future=True)),
        ),
    )
}  # fmt: skip
