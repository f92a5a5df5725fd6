"""P07: notice, check, registration of employment."""

from __future__ import annotations

from engine.errors import FormInvalid, GuardUnmet
from tasks import employments, people, reports
from tasks.handlers import Completion, on
from tasks.store import casework

FOLLOW_UP = "P09_follow_up"


@on("P07_Check")
def check(done: Completion) -> None:
    """Guard the materials (16.D3a)."""
    if not done.values["materials_complete"]:
        raise GuardUnmet(missing="登记材料不齐，请补齐后再办结")


@on("P07_Register")
def register(done: Completion) -> None:
    """Register the employment as the form says; a case follows up the present one only."""
    if done.values["registered_on"] < done.values["employed_on"]:
        zh = f"登记日期不能早于就业日期{done.values['employed_on']}。"
        raise FormInvalid([("registered_on", zh, "It must not lie before the first day of work.")])
    for row in casework.open_instances(done.desk.conn, done.case_id):
        if row["process_id"] == FOLLOW_UP:
            done.desk.unit.cancel(row["id"], "new employment")
    employments.register(done.desk, done.context, done.values)
    reports.over(done.desk, done.context, "employed")
    if done.values.get("stability") is None:
        done.routing["stability"] = None
        if employments.lost_before(done.desk, done.context):  # judged of another job (D.7, row 4)
            people.write_facts(done.desk.conn, done.person_id, {"stability": "UNJUDGED"}, done.desk.actor,
                               done.desk.now, source="P07_Register")  # fmt: skip


@on("P07_PolicyEmployer", "P07_PolicySelf")
def benefits(done: Completion) -> None:
    """Keep the benefit periods the form names."""
    from tasks.benefits import grant

    grant(done.desk, done.context, done.values.get("benefits") or [], "benefits", done.task.node.id)
