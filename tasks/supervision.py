"""What a supervisor does with instances: suspend, resume, cancel, move, retry; further papers."""

from __future__ import annotations

from engine import incidents, instances, jobs, timers
from engine.errors import FormInvalid, IllegalState, NotFound
from engine.live import Live
from tasks import access, commands, retries
from tasks.access import Subject
from tasks.commands import Done
from tasks.desk import Desk
from tasks.store import rows, supervision
from tasks.text import need_reason

#: Kinds of incidents whose work the program itself takes up again.
_TRIED = frozenset({"timer", "job", "clock"})


def _instance(desk: Desk, instance_id: int, action: str) -> Live:
    live = desk.unit.instance(instance_id)
    access.authorize(desk.actor, action, Subject(desk.context(live).area))
    return live


def suspend(desk: Desk, command: commands.SuspendInstance) -> Done:
    """Stop an instance: its tasks are refused, its timers wait."""
    live = _instance(desk, command.instance_id, "suspend")
    instances.suspend(desk.unit, live, need_reason(command.reason))
    return Done(instance_id=live.id, case_id=desk.context(live).case_id)


def resume(desk: Desk, command: commands.ResumeInstance) -> Done:
    """Let a suspended instance go on; timers that are due fire at once."""
    live = _instance(desk, command.instance_id, "resume")
    instances.resume(desk.unit, live)
    return Done(instance_id=live.id, case_id=desk.context(live).case_id)


def cancel(desk: Desk, command: commands.CancelInstance) -> Done:
    """Cancel an instance with a reason."""
    live = _instance(desk, command.instance_id, "cancel")
    if live.status not in ("running", "suspended"):
        raise IllegalState(detail="该流程已经结束")
    desk.unit.cancel(live.id, need_reason(command.reason))
    return Done(instance_id=live.id, case_id=desk.context(live).case_id)


def move(desk: Desk, command: commands.MoveToken) -> Done:
    """Move an instance by hand from an open step to another of its diagram."""
    live = _instance(desk, command.instance_id, "move")
    reason = need_reason(command.reason)
    if not command.to_element:
        raise FormInvalid([("to", "请选择移到哪个环节。", "Choose the step to move to.")])
    token = next((t for t in live.state.tokens.values() if t.node == command.from_element), None)
    if token is None or command.to_element not in live.graph.nodes:
        raise IllegalState(detail="流程不在这一环节，或没有目标环节")
    data = {"from": command.from_element, "to": command.to_element, "reason": reason}
    cause = desk.unit.emit(live.trail_id, "TokenMoved", live=live, element=command.from_element, data=data)
    desk.unit.step(live, lambda machine: machine.move(token.id, command.to_element), cause)
    return Done(instance_id=live.id, case_id=desk.context(live).case_id)


def retry(desk: Desk, command: commands.RetryIncident) -> Done:
    """Try again what failed: a kept completion is sent, a timer or job released, else the incident closed.

    Raises NotRetried, or the fault when a completion fails again.
    """
    row = rows.first(desk.conn, supervision.incident, id=command.incident_id)
    if row is None or row["state"] != "open":
        raise NotFound()
    if row["instance_id"] is not None:
        _instance(desk, row["instance_id"], "retry")
    else:
        access.authorize(desk.actor, "retry_office", Subject(""))
        if row["trail_id"] is not None:
            desk.unit.lock(row["trail_id"])
    if row["kind"] == "task":
        return retries.complete_again(desk, row)
    if row["kind"] == "timer":
        supervision.release_timers(desk.conn, row["instance_id"], row["element"], desk.now_us, timers.release)
    if row["kind"] == "job" and row["trail_id"] is not None:
        jobs.release(desk.conn, row["trail_id"], row["element"], desk.now)
    tried = row["kind"] in _TRIED
    incidents.resolve(desk.unit, row["id"], "IncidentRetried" if tried else "IncidentResolved")
    return Done(instance_id=row["instance_id"], extra={"outcome": "released" if tried else "closed"})


def add_paper(desk: Desk, command: commands.AddPaper) -> Done:
    """Issue a further paper of a case from free content."""
    from tasks import cases, papers
    from tasks.forms.spec import NOTE, FormSpec, Group

    case = cases.require_active(desk, command.case_id)
    access.authorize(desk.actor, "add_paper", Subject(case["area"], tier=case["tier"]))
    kind = str(command.values.get("kind") or "")
    text = str(command.values.get("content") or "").strip()
    if not text:
        raise FormInvalid([("content", "请填写文书内容。", "Write the content.")])
    spec = FormSpec("add_paper", "commands", "文书", "Paper", (Group("", "", ("note",)),), {"note": NOTE})
    issued = papers.issue(
        desk.conn, desk.actor, desk.now,
        papers.PaperSource(kind=kind, area=case["area"], spec=spec, values={"note": text[:4000]},
                           person=desk.person(case["person_id"]), case_id=case["id"],
                           case_no=case["case_no"],
                           tier=papers.tier_of(desk.actor, case["area"], case["tier"])),
    )  # fmt: skip
    desk.emit(case["id"], "PaperIssued", paper=issued.kind, number=issued.number, id=str(issued.id),
              hash=issued.hash)  # fmt: skip
    return Done(case_id=case["id"], extra={"paper": str(issued.id)})


