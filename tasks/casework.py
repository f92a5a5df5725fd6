"""Commands on a case or person that are not a task's form: waiver, exit, work found or lost, hand-overs …"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from engine.errors import FormInvalid, GuardUnmet, IllegalState
from engine.messages import deliver, send
from tasks import (
    access,
    cases,
    commands,
    deadlines,
    discovery,
    duties,
    employments,
    handovers,
    helpers,
    leaving,
    ledger,
    org,
    papers,
    people,
    survey_round,
)
from tasks.access import Subject
from tasks.benefits import grant
from tasks.commands import Done
from tasks.desk import Context, Desk
from tasks.forms.command_forms import COMMAND_FORMS, accept_values
from tasks.forms.validate import check_prefill
from tasks.forms.values import FormContext
from tasks.person_commands import ExplainMissed
from tasks.store import casework, tables

#: Messages a worker may give from the case page -> the task whose form they prefill (J.7.16).
OUTSIDE = {
    "MSG-16": "P03_Objection", "MSG-17": "P03_Check", "MSG-23": "P06_Outcome", "MSG-26": "P09_Close",
}  # fmt: skip

#: Those of the recognition, which a case has once: its notice goes on beside every later run (J.7.2).
OF_RECOGNITION = frozenset({"MSG-16", "MSG-17"})


def _case_or_person(
    desk: Desk, case_id: int | None, person_id: int | None, action: str,
    state: Callable[[Desk, int], object] | None = None,
) -> Context:  # fmt: skip
    """Return the context of a case, or of a person: the active case where there is one."""
    if case_id is not None:
        return cases.active_for(desk, case_id, action, state)
    assert person_id is not None
    person = desk.person(person_id)
    active = casework.active_case(desk.conn, person_id)
    if active is not None and state is not None:
        state(desk, active["id"])
    access.authorize(desk.actor, action, Subject(person["area"]))
    if active is not None:
        return cases.context_of(desk, active["id"])
    return Context(None, person_id, person["area"], "community")


def waive(desk: Desk, command: commands.Waive) -> Done:
    """File a written waiver: it stops every body of the case and closes it (AMB-26)."""
    context = cases.active_for(desk, command.case_id, "waive")
    values = accept_values(desk, "waive", command.values)
    if not values["signed"]:
        raise GuardUnmet(missing="书面声明须由本人签字")
    desk.emit(command.case_id, "WaiverFiled", on=str(values["statement_on"]))
    _command_paper(desk, context, "E13", "waive", values)
    _stop(desk, command.case_id, "MSG-14", "END-WAIVED", values["statement_reason"])
    return Done(case_id=command.case_id)


def _command_paper(desk: Desk, context: Context, kind: str, form: str, values: Mapping[str, Any]) -> None:
    assert context.case_id is not None
    assert context.person_id is not None
    issued = papers.issue(
        desk.conn, desk.actor, desk.now,
        papers.PaperSource(
            kind=kind, area=context.area, spec=COMMAND_FORMS[form], values=values,
            person=desk.person(context.person_id), case_id=context.case_id,
            case_no=desk.case(context.case_id)["case_no"],
        ),
    )  # fmt: skip
    desk.emit(context.case_id, "PaperIssued", paper=kind, number=issued.number, id=str(issued.id),
              hash=issued.hash)  # fmt: skip


def _stop(desk: Desk, case_id: int, message: str, code: str, reason: str) -> None:
    deliver(desk.unit, message, f"case:{case_id}", {}, starts=False, only=None, trail_id=None)
    desk.unit.settle()
    cases.close(desk, case_id, code, reason)


def exit_case(desk: Desk, command: commands.Exit) -> Done:
    """Record an exit fact with its evidence; an open case ends with it."""
    context = _case_or_person(desk, command.case_id, command.person_id, "exit")
    values = accept_values(desk, "exit", command.values)
    trail, on = desk.trail(context), str(values["effective_on"])
    desk.emit(trail, "ExitRecorded", end_code=values["end_code"], on=on)
    leaving.leave(desk, context.person_id, values["end_code"], on)
    if context.case_id is not None:
        _stop(desk, context.case_id, "MSG-15", values["end_code"], values["evidence"])
    return Done(case_id=context.case_id, person_id=context.person_id)


def found_work(desk: Desk, command: commands.FoundWork) -> Done:
    """Record work found by own effort; the process that holds the tier says so to registration (J.7.7)."""
    context = _case_or_person(desk, command.case_id, command.person_id, "found_work", employments.may_find)
    values = accept_values(desk, "found_work", command.values)
    context = case_for_work(desk, context)
    found_work_in(desk, context, values)
    return Done(case_id=context.case_id, person_id=context.person_id)


def case_for_work(desk: Desk, context: Context) -> Context:
    """Return the case in which work that was found is registered: the person's active one, else a new one."""
    if context.case_id is not None:
        return context
    assert context.person_id is not None
    active = casework.active_case(desk.conn, context.person_id)
    if active is not None:
        return cases.context_of(desk, active["id"])
    return cases.open_case(desk, context.person_id, "street")


def found_work_in(desk: Desk, context: Context, values: Mapping[str, Any]) -> None:
    """Record work found by own effort in an active case, and say so to the process that holds the tier."""
    assert context.case_id is not None
    employments.record(desk, context, values, "OWN_EFFORT", desk.today)
    found_work_of(desk, context.case_id, "OWN_EFFORT")


def found_work_of(desk: Desk, case_id: int, source: str, confirmed: date | None = None) -> None:
    """Let MSG-24 have its one effect: the tier's process says Employed, the others are cancelled.

    The days to register run from the day it was confirmed (default: today).
    """
    context = cases.context_of(desk, case_id)
    desk.emit(case_id, "FoundWork", source=source)
    desk.change_case(case_id, {"found_source": source})
    policy = desk.library.policy["DL-037"]
    deadlines.open_row(desk, context, policy, confirmed or desk.today, "found_work")
    holder = cases.holder(desk, case_id)
    if holder is None:
        row = employments.latest(desk, context)
        values = {"source": source, "employment_kind": row["kind"] if row is not None else None}
        send(desk.unit, "MSG-24", f"case:{case_id}", values, trail_id=case_id)
        return
    cases.cancel_others(desk, case_id, holder.id, "found work")
    send(desk.unit, "MSG-24", f"case:{case_id}", {}, trail_id=case_id, only=holder.id, starts=False)


def lost_job(desk: Desk, command: commands.LostJob) -> Done:
    """Record a lost job (MSG-25): follow-up asks the supervisor for second assistance."""
    context = cases.active_for(desk, command.case_id, "job_lost", employments.require_job)
    values = accept_values(desk, "job_lost", command.values)
    employments.lose(desk, context, values["lost_on"], values["reason"])
    _outside(desk, "MSG-25", command.case_id, {})
    return Done(case_id=command.case_id)


def propose_close(desk: Desk, command: commands.ProposeClose) -> Done:
    """Propose to close a case in follow-up (MSG-26); a supervisor decides."""
    cases.active_for(desk, command.case_id, "propose_close")
    values = accept_values(desk, "propose_close", command.values)
    desk.change_case(command.case_id, {"close_proposal": {k: str(v) for k, v in values.items()}})
    _outside(desk, "MSG-26", command.case_id, {})
    return Done(case_id=command.case_id)


def send_message(desk: Desk, command: commands.SendMessage) -> Done:
    """Deliver a message from outside to a case (MSG-16, 17, 23, 26)."""
    if command.name not in OUTSIDE:
        raise IllegalState(detail=f"{command.name}不能由工作人员录入")
    cases.active_for(desk, command.case_id, "send_message")
    values = dict(command.values)
    if values:
        spec = desk.library.forms[OUTSIDE[command.name]]
        check_prefill(spec, values, FormContext(desk.today, desk.now))
        entry = "close_proposal" if command.name == "MSG-26" else f"prefill:{command.name}"
        desk.change_case(command.case_id, {entry: values})
    _outside(desk, command.name, command.case_id, {})
    return Done(case_id=command.case_id)


def _outside(desk: Desk, name: str, case_id: int, values: Mapping[str, Any]) -> None:
    run = None if name in OF_RECOGNITION else desk.case(case_id)["run_no"]
    send(desk.unit, name, f"case:{case_id}", values, run, case_id, starts=False)


def accept(desk: Desk, command: commands.AcceptHandOver) -> Done:
    """Accept a hand-over."""
    cases.active_for(desk, command.case_id, "accept", handovers.waiting)
    handovers.accept(desk, command.case_id)
    return Done(case_id=command.case_id)


def give_back(desk: Desk, command: commands.ReturnHandOver) -> Done:
    """Return a hand-over with a reason and what is missing."""
    cases.active_for(desk, command.case_id, "return", handovers.waiting)
    values = accept_values(desk, "return", command.values)
    handovers.give_back(desk, command.case_id, values["reason"], values.get("missing") or "")
    return Done(case_id=command.case_id)


def transfer(desk: Desk, command: commands.TransferCommunity) -> Done:
    """Move a person and the open work to another community; the history stays."""
    context = _case_or_person(desk, command.case_id, command.person_id, "transfer_community")
    assert context.person_id is not None
    values = accept_values(desk, "transfer_community", command.values)
    unit = _community(desk, str(values["to_community"]), context.area)
    before, after = people.move_to_community(desk.conn, context.person_id, unit.id, desk.now)
    desk.emit(desk.trail(context), "CaseTransferred", before=before, after=after)
    levels = ("community", "street", "district")
    pools = {org.path_at(before, level): org.path_at(after, level) for level in levels}
    own = ledger.moved(desk, context.person_id, after)
    survey_round.moved(desk, context.person_id, after)
    casework.move_tasks(desk.conn, own, after, pools)
    theirs = [*casework.open_tasks_of(desk.conn, own), *discovery.follow(desk, context.person_id, pools)]
    helpers.free_held(desk, theirs, after)
    if context.case_id is None:
        return Done(person_id=context.person_id)
    desk.change_case(context.case_id, area=after)
    instances = [row["id"] for row in casework.open_instances(desk.conn, context.case_id)]
    casework.move_tasks(desk.conn, instances, after, pools)
    for table in (tables.process_context, tables.deadline, tables.duty):
        casework.update_where(desk.conn, table, {"case_id": context.case_id}, area=after)
    helpers.after_transfer(desk, context.case_id, instances, after)
    return Done(case_id=context.case_id, person_id=context.person_id)


def _community(desk: Desk, named: str, near: str) -> org.Unit:
    if named.isdecimal() and len(named) < 19:
        return org.get_unit(desk.conn, int(named))
    found = org.find_units(desk.conn, named, "community")
    if len(found) != 1:
        near_by = [unit for unit in found if unit.path.startswith(org.path_at(near, "street"))]
        found = near_by or found
    if len(found) != 1:
        raise FormInvalid([("to_community", f"没有唯一的社区（村）“{named}”。", "No such community.")])
    return found[0]


def record_benefit(desk: Desk, command: commands.RecordBenefit) -> Done:
    """Record a benefit period of a person."""
    context = _case_or_person(desk, command.case_id, command.person_id, "record_benefit")
    assert context.person_id is not None
    values = accept_values(desk, "record_benefit", command.values)
    if values.get("ends_on") is not None and values["ends_on"] < values["starts_on"]:
        raise FormInvalid([("ends_on", "结束日期不能早于开始日期。", "It must not end before it starts.")])
    grant(desk, context, [values], "code")
    desk.emit(desk.trail(context), "FactChanged", facts=["benefits"], code=values["code"])
    return Done(case_id=context.case_id, person_id=context.person_id)


def explain_missed(desk: Desk, command: ExplainMissed) -> Done:
    """Explain a missed window of a recurring duty; a visit may be missed before there is a case."""
    context = _case_or_person(desk, command.case_id, command.person_id, "explain_missed")
    values = accept_values(desk, "explain_missed", command.values)
    duties.explain(desk, context, values["duty"], values["reason"])
    return Done(case_id=context.case_id, person_id=context.person_id)


def start_duty(desk: Desk, command: commands.StartDuty) -> Done:
    """Open an ad hoc duty task of a case or person: a question answered, an employer visited."""
    context = _case_or_person(desk, command.case_id, command.person_id, "explain_missed")
    if command.kind not in duties.KINDS:
        raise FormInvalid([("kind", "请选择要登记的事项。", "Choose what is to be recorded.")])
    live = desk.start(duties.PROCESS, context, None, {"kind": duties.KINDS[command.kind]})
    return Done(case_id=context.case_id, person_id=context.person_id, instance_id=live.id)


def void_paper(desk: Desk, command: commands.VoidPaper) -> Done:
    """Void an issued paper with a reason; it stays on file."""
    cases.active_for(desk, command.case_id, "void_paper")
    values = accept_values(desk, "void_paper", command.values)
    wanted = str(values["paper"])
    issued = papers.papers_of(desk.conn, case_id=command.case_id)
    found = [row for row in issued if str(row["id"]) == wanted or row["kind"] == wanted]
    found = [row for row in found if row["voided_at"] is None]
    if not found:
        raise IllegalState(detail="没有可作废的这份文书")
    papers.void(desk.conn, desk.actor, desk.now, found[-1]["id"], values["reason"])
    desk.emit(command.case_id, "PaperVoided", paper=found[-1]["kind"], id=str(found[-1]["id"]))
    return Done(case_id=command.case_id)
