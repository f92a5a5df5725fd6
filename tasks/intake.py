"""People at the counter: a file is opened, facts are written, a process is started."""

from __future__ import annotations

from typing import Any

from engine.errors import DuplicatePerson, FormInvalid, IllegalState, PossibleDuplicate
from tasks import access, cases, commands, nonlocals, org, people, survey_round, zero_families
from tasks import casework as casework_of_case
from tasks.access import Subject
from tasks.commands import Done
from tasks.desk import Context, Desk
from tasks.employments import REGISTRATION
from tasks.forms.command_forms import accept_values
from tasks.forms.validate import check_prefill
from tasks.forms.values import FormContext
from tasks.store import casework
from tasks.survey_round import INTERVIEW
from tasks.text import clean_line

#: Processes a worker starts by hand for a person: both open a case, at the street (J.7.1).
APPLICATION = "P03_registration_recognition"
#: What may be said when an application is made: it stands in the form that checks it (RULES J.1).
APPLIES = ("channel",)
LONGEST_REASON = 200


def register_person(desk: Desk, command: commands.RegisterPerson) -> Done:
    """Open a person's file; raise FormInvalid, DuplicatePerson or PossibleDuplicate."""
    if not command.community_id:
        missing = ("community_id", "请选择所属社区（村）。", "Choose the community.")
        wrong = people.faults(command.name, command.id_no, command.phone, desk.now, command.paper)
        raise FormInvalid([*wrong, missing])
    unit = org.get_unit(desk.conn, command.community_id)
    access.authorize(desk.actor, "register_person", Subject(unit.path))
    alike = _alike(desk, command)
    try:
        person_id = people.register_person(
            desk.conn, desk.keys, desk.actor, desk.now, name=command.name, id_no=command.id_no,
            community_id=command.community_id, phone=command.phone, address=command.address,
            facts=command.facts, paper=command.paper,
        )  # fmt: skip
    except DuplicatePerson as known:
        if access.allowed(desk.actor, "view_person", Subject(known.data["area"])):
            raise
        # whose file it is, is not for another area to know
        raise DuplicatePerson(name="其他辖区人员，请联系区级工作人员") from None
    said: dict[str, Any] = {"reason": clean_line(command.distinct_reason), "alike": alike} if alike else {}
    desk.emit(desk.person_trail(person_id), "PersonRegistered", person=str(person_id), **said)
    return Done(person_id=person_id)


def _alike(desk: Desk, command: commands.RegisterPerson) -> list[str]:
    """Return whose files have the same name and birth date; raise PossibleDuplicate where no reason is given.

    One's own area is named by file; that there are others, is said by their number alone.
    """
    found = people.alike(desk.conn, desk.keys, desk.now, command.name, command.id_no, command.paper)
    reason = clean_line(command.distinct_reason)
    if len(reason) > LONGEST_REASON:
        zh, en = f"理由不超过{LONGEST_REASON}字。", f"No more than {LONGEST_REASON} characters."
        raise FormInvalid([("distinct_reason", zh, en)])
    if found and not reason:
        seen = [
            str(one["id"]) for one in found if access.allowed(desk.actor, "view_person", Subject(one["area"]))
        ]
        raise PossibleDuplicate(count=len(found), persons=",".join(seen))
    return [str(one["id"]) for one in found]


def set_facts(desk: Desk, command: commands.SetFacts) -> Done:
    """Write facts of a person; what changed goes to the trail of the active case, or the person's own."""
    person = desk.person(command.person_id)
    access.authorize(desk.actor, "set_facts", Subject(person["area"]))
    changes = people.write_facts(
        desk.conn, command.person_id, command.facts, desk.actor, desk.now, source="record"
    )
    if changes:
        trail = desk.trail_of_person(command.person_id)
        desk.unit.emit(trail, "FactChanged", data={"facts": [change.name for change in changes]},
                       payload={change.name: [change.old, change.new] for change in changes})  # fmt: skip
        zero_families.look(desk, command.person_id)
    return Done(person_id=command.person_id)


def start_process(desk: Desk, command: commands.StartProcess) -> Done:
    """Start a process for a person: an application opens the case (J.7.1)."""
    person = desk.person(command.person_id)
    if command.process_id == INTERVIEW:
        return _interview(desk, command, person["area"])
    if command.process_id not in (APPLICATION, REGISTRATION):
        raise IllegalState(detail="这一流程由系统按规定启动，不能手工启动")
    access.authorize_start(desk.actor, command.process_id, Subject(person["area"]))
    if command.process_id == APPLICATION:
        nonlocals.require_street(person)
    given = dict(command.values)
    work = accept_values(desk, "found_work", given) if command.process_id == REGISTRATION else None
    context = cases.open_case(desk, command.person_id, "street")
    if work is not None:
        casework_of_case.found_work_in(desk, context, work)
        desk.unit.settle()
        desk.unit.write_waits()
        assert context.case_id is not None
        live_id = casework.open_instances(desk.conn, context.case_id)[0]["id"]
    else:
        if given:
            _told(desk, context, given)
        live_id = desk.start(command.process_id, context, command.start, {}).id
        desk.unit.write_waits()
    tasks = casework.open_tasks_of(desk.conn, [live_id])
    return Done(
        case_id=context.case_id, person_id=command.person_id, instance_id=live_id,
        next_task_id=tasks[0]["id"] if tasks else None,
    )  # fmt: skip


def _interview(desk: Desk, command: commands.StartProcess, area: str) -> Done:
    """Begin an interview at the door; raise IllegalState where one is open."""
    access.authorize_start(desk.actor, INTERVIEW, Subject(area))
    live = survey_round.begin_at_door(desk, command.person_id)
    desk.unit.write_waits()
    tasks = casework.open_tasks_of(desk.conn, [live.id])
    return Done(person_id=command.person_id, instance_id=live.id,
                next_task_id=tasks[0]["id"] if tasks else None)  # fmt: skip


def _told(desk: Desk, context: Context, given: dict[str, object]) -> None:
    """Keep what an applicant said for the form that checks it; raise FormInvalid."""
    assert context.case_id is not None
    unknown = [name[:64] for name in given if name not in APPLIES]
    if unknown:
        zh, en = f"申请时没有“{unknown[0]}”这一项。", f"An application has no field “{unknown[0]}”."
        raise FormInvalid([(unknown[0], zh, en)])
    check_prefill(desk.library.forms["P03_Check"], given, FormContext(desk.today, desk.now))
    desk.change_case(context.case_id, {"prefill:MSG-17": given})
