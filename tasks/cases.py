"""Cases: opened by an application, moved through the tiers, closed with an end code (RULES J.7.1–3)."""

from __future__ import annotations

from typing import Any

from engine.codec import dumps
from engine.errors import CaseActive, IllegalState
from engine.ids import new_id
from engine.live import Live
from tasks import deadlines, duties, helpers, ledger, placements, referrals
from tasks.desk import Context, Desk
from tasks.numbers import case_number
from tasks.store import casework, rows, tables

#: Tier a process holds; P13 takes its level. Others do not change the tier.
TIER_OF = {
    "P03_registration_recognition": "street",
    "P04_community_assistance": "community",
    "P05_street_assistance": "street",
    "P06_district_assistance": "district",
    "P07_employment_registration": "street",
    "P09_follow_up": "community",
}
#: Processes that help a person into work, one of which holds the tier (MSG-24).
ASSISTANCE = (
    "P04_community_assistance",
    "P05_street_assistance",
    "P06_district_assistance",
    "P13_public_welfare_post",
)
ENDS = frozenset(
    {
        "END-STABLE", "END-WELFARE", "END-WAIVED", "END-INELIGIBLE", "END-OBJECTION", "END-AGE", "END-MOVED",
        "END-DIED", "END-ABILITY", "END-MILITARY", "END-STUDENT", "END-NOLONGER", "END-UNREACHABLE",
    }
)  # fmt: skip


#: A case closed with one of these leaves the person in work.
STAYS_IN_POST = frozenset({"END-STABLE", "END-WELFARE"})


def open_case(desk: Desk, person_id: int, tier: str) -> Context:
    """Open a case for a person; raise CaseActive when one is being worked on."""
    person = desk.person(person_id)
    active = casework.active_case(desk.conn, person_id)
    if active is not None:
        raise CaseActive(name=person["name"], case_no=active["case_no"], case_id=str(active["id"]))
    case_id = desk.unit.new_trail(new_id())
    row: dict[str, Any] = {
        "id": case_id, "case_no": case_number(desk, person["area"]), "person_id": person_id,
        "area": person["area"], "status": "active", "tier": tier, "run_no": 1, "opened_at": desk.now_us,
        "closed_at": None, "closed_by": None, "close_reason": None,
    }  # fmt: skip
    rows.add(desk.conn, tables.case, **row, data=dumps({}))
    rows.add(desk.conn, tables.trail_owner, trail_id=case_id, kind="case", person_id=person_id)
    desk.remember_case({**row, "data": {}})
    desk.emit(case_id, "CaseOpened", case_no=row["case_no"], person=str(person_id))
    _visits_follow(desk, person_id)
    return Context(case_id, person_id, person["area"], tier)


def require_active(desk: Desk, case_id: int) -> dict[str, Any]:
    """Return an active case; raise NotFound or IllegalState."""
    found = desk.case(case_id)
    if found["status"] != "active":
        raise IllegalState(detail=f"案件已结束（{found['status']}）")
    return found


def context_of(desk: Desk, case_id: int) -> Context:
    """Return the context of a case as a whole."""
    found = desk.case(case_id)
    return Context(case_id, found["person_id"], found["area"], found["tier"], found["run_no"])


def take_tier(desk: Desk, live: Live) -> None:
    """Give the case the tier of a process that has just started."""
    context = desk.context(live)
    tier = context.tier if live.process_id == "P13_public_welfare_post" else TIER_OF.get(live.process_id)
    if context.case_id is not None and tier is not None:
        desk.change_case(context.case_id, tier=tier)


def give_back_tier(desk: Desk, case_id: int, tier: str) -> None:
    """Give the tier back after a returned hand-over."""
    desk.change_case(case_id, tier=tier)


def holder(desk: Desk, case_id: int) -> Live | None:
    """Return the open assistance process that holds the tier: the one started last."""
    desk.unit.write_waits()
    for row in casework.open_instances(desk.conn, case_id):
        if row["process_id"] in ASSISTANCE and not _only_effect(desk, row["id"]):
            return desk.unit.instance(row["id"])
    return None


def _only_effect(desk: Desk, instance_id: int) -> bool:
    live = desk.unit.instance(instance_id)
    tasks = [t.node for t in live.state.tokens.values() if live.graph.nodes[t.node].kind.value == "userTask"]
    return live.process_id == "P05_street_assistance" and tasks == ["P05_Effect"]


def cancel_others(desk: Desk, case_id: int, keep: int, reason: str) -> None:
    """Cancel the case's other assistance processes, P05_Effect excepted (MSG-24)."""
    for row in casework.open_instances(desk.conn, case_id):
        if row["process_id"] in ASSISTANCE and row["id"] != keep and not _only_effect(desk, row["id"]):
            desk.unit.cancel(row["id"], reason)


def close(desk: Desk, case_id: int, code: str, reason: str = "") -> None:
    """Close a case: everything of it that is still open is cancelled. Closing again changes nothing."""
    found = desk.case(case_id)
    if found["status"] != "active":
        return
    desk.unit.write_waits()
    desk.change_case(
        case_id, status=code, closed_at=desk.now_us, closed_by=desk.actor.user_id, close_reason=reason
    )
    for duty in casework.open_duties(desk.conn, case_id=case_id):
        duties.close_duty(desk, duty, "case ended")
    for row in casework.open_instances(desk.conn, case_id):
        desk.unit.cancel(row["id"], "case ended")
    deadlines.close_of_case(desk, case_id, "case ended")
    referrals.cancel_open(desk, case_id)
    helpers.release_all(desk, case_id)
    if code not in STAYS_IN_POST:
        placements.end(desk, found["person_id"], code)
    desk.emit(case_id, "CaseClosed", status=code, reason=reason)
    _visits_follow(desk, found["person_id"])


def _visits_follow(desk: Desk, person_id: int) -> None:
    """End or begin the visits with a case, where the office does not visit during one (AMB-16)."""
    if not desk.setting("visits_during_case"):
        ledger.keep_visits(desk, person_id, desk.today)


def new_run(desk: Desk, case_id: int) -> Context:
    """Begin another assistance run of a case (MSG-13): counters start at 0, the case id stays."""
    found = desk.case(case_id)
    run = found["run_no"] + 1
    desk.change_case(case_id, run_no=run)
    desk.emit(case_id, "RunStarted", run=run)
    helpers.release_all(desk, case_id)  # each tier of the new run designates its own (CR-11)
    return context_of(desk, case_id)
