"""Messages between processes: what each carries, whom it starts, and in which tier (RULES J.2a)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.graph import Node
from engine.live import Live
from engine.messages import send
from tasks import (
    cases,
    contributions,
    deadlines,
    duties,
    employments,
    handovers,
    leaving,
    ledger,
    referrals,
    reports,
    zero_families,
)
from tasks.desk import Context, Desk, with_tier
from tasks.handlers.assistance import package
from tasks.openings import OPENINGS
from tasks.store import casework

STABILISATION = "P10_stabilisation"
#: Message -> process and start event it opens, and the tier the process holds ("" = as the message says).
STARTS: Mapping[str, tuple[str, str, str]] = {
    "MSG-03": ("P04_community_assistance", "P04_Start", "community"),
    "MSG-05": ("P05_street_assistance", "P05_Start", "street"),
    "MSG-06": ("P06_district_assistance", "P06_Start", "district"),
    "MSG-08": ("P13_public_welfare_post", "P13_Start", ""),
    "MSG-09": ("P07_employment_registration", "P07_Start", "street"),
    "MSG-10": ("P09_follow_up", "P09_Start", "community"),
    "MSG-11": (STABILISATION, "P10_Start", "street"),
    "MSG-18": ("P07_employment_registration", "P07_Insurance_Start", "street"),
    "MSG-24": ("P07_employment_registration", "P07_FoundWork_Start", "street"),
}
#: Entry of what is sent that names another key than the sender's own.
KEY = "_key"
SECOND: Mapping[str, tuple[str, str, str]] = {
    "COMMUNITY": ("P04_community_assistance", "P04_Second_Start", "community"),
    "STREET": ("P05_street_assistance", "P05_Second_Start", "street"),
    "DISTRICT": ("P06_district_assistance", "P06_Second_Start", "district"),
}


def thrown(desk: Desk, live: Live, node: Node, name: str, context: Context) -> None:
    """Send a message a diagram throws, with what the case adds to it."""
    desk.emit(live.trail_id, "MessageSent", live, node.id, message=name)
    special = _SPECIAL.get(name)
    values = special(desk, live, node, context) if special is not None else {}
    if values is not None:
        key = values.pop(KEY, live.key)
        send(desk.unit, name, key, values, context.run_no, live.trail_id)


def _hand_over(desk: Desk, live: Live, node: Node, context: Context) -> dict[str, Any] | None:
    assert context.case_id is not None
    name = node.attrs["message"]
    bundle = package(desk, context.case_id, context.tier, context.run_no)
    made = handovers.submit(desk, live, name, bundle)
    return {"_hand_over": made}


def _recognised(desk: Desk, live: Live, node: Node, context: Context) -> dict[str, Any] | None:
    """Begin no second assistance beside one: who lost work found while applying is in a new run (J.7.7)."""
    assert context.case_id is not None
    holder = cases.holder(desk, context.case_id)
    if holder is None:
        return {}
    deadlines.close_of_recognition(desk, context.case_id, holder, "assistance under way")
    return None


def _welfare(desk: Desk, live: Live, node: Node, context: Context) -> dict[str, Any] | None:
    level = node.attrs.get("level", "DISTRICT")
    return {"level": level, "market_exhausted": live.state.vars.get("market_exhausted")}


def _employed(desk: Desk, live: Live, node: Node, context: Context) -> dict[str, Any] | None:
    """The process that holds the tier says that the person has work; its other open referrals end."""
    assert context.case_id is not None
    source = "ASSISTANCE"
    if node.id.endswith("_FoundWork_End"):
        source = str(desk.case(context.case_id)["data"].get("found_source") or "OWN_EFFORT")
    referrals.cancel_open(desk, context.case_id, live)
    row = employments.latest(desk, context)
    return {"source": source, "employment_kind": row["kind"] if row is not None else None}


def _registered(desk: Desk, live: Live, node: Node, context: Context) -> dict[str, Any] | None:
    names = ("registered_on", "employment_kind", "stability")
    return {name: live.state.vars.get(name) for name in names}


def _second(desk: Desk, live: Live, node: Node, context: Context) -> dict[str, Any] | None:
    entry = live.state.vars.get("entry_tier") or live.state.vars.get("level") or "COMMUNITY"
    second_assistance(desk, context, str(entry))
    return None


def second_assistance(desk: Desk, context: Context, entry: str) -> None:
    """Start the process of an entry tier for the run just begun; follow-up and stabilisation end."""
    assert context.case_id is not None
    duties.close_kinds(desk, context, {"P21_FollowUp", "P21_WeeklyGuidance"}, "second assistance")
    case_id = context.case_id
    for row in casework.open_instances(desk.conn, case_id):
        if row["process_id"] == STABILISATION:
            desk.unit.cancel(row["id"], "second assistance")

    def begin() -> None:
        fresh = cases.context_of(desk, case_id)
        reports.expect(desk, fresh, desk.today)
        process, start, tier = SECOND[entry]
        desk.start(process, with_tier(fresh, tier), start, {"run_no": fresh.run_no})

    desk.unit.later(begin)


def _exit(desk: Desk, live: Live, node: Node, context: Context) -> dict[str, Any] | None:
    """An upheld objection, an unplaced person or a recheck ends the case, and the ledger as the code says."""
    code = node.attrs.get("status") or str(live.state.vars.get("end_code") or "END-NOLONGER")
    case_id, person_id = context.case_id, context.person_id
    desk.emit(live.trail_id, "ExitRecorded", live, node.id, end_code=code)
    desk.unit.later(lambda: leaving.leave(desk, person_id, code, desk.today.isoformat()))
    if case_id is None:
        return None
    send(desk.unit, "MSG-15", live.key, {}, trail_id=live.trail_id, starts=False)
    desk.unit.later(lambda: cases.close(desk, case_id, code, node.name))
    return None


def _found_work(desk: Desk, live: Live, node: Node, context: Context) -> dict[str, Any] | None:
    from tasks.casework import case_for_work, found_work_of

    if live.process_id == contributions.PROCESS:
        contributions.found_work(desk, context)
        return None
    found = case_for_work(desk, context)
    assert found.case_id is not None
    found_work_of(desk, found.case_id, "OWN_EFFORT")
    return None


def _insured(desk: Desk, live: Live, node: Node, context: Context) -> dict[str, Any] | None:
    return contributions.to_registration(desk, context)


def _brought(desk: Desk, live: Live, node: Node, context: Context) -> dict[str, Any] | None:
    return zero_families.to_recognition(desk, live) if live.process_id == zero_families.PROCESS else {}


def _candidate(desk: Desk, live: Live, node: Node, context: Context) -> dict[str, Any] | None:
    return {KEY: f"person:{context.person_id}"}


def _listed(desk: Desk, live: Live, node: Node, context: Context) -> dict[str, Any] | None:
    """An interview that found a hardship person gives the ledger what it found (J.2a)."""
    return {name: live.state.vars.get(name) for name in ("candidate_categories", "visit_class")}


def _reclassified(desk: Desk, live: Live, node: Node, context: Context) -> dict[str, Any] | None:
    """A visit tells the ledger process of the person, which is in no case; nobody listed has none."""
    row = ledger.open_row(desk, context.person_id)
    if row is None:
        return None
    assert context.person_id is not None
    return {KEY: ledger.key_of(context.person_id), "visit_class": row["visit_class"]}


def _unstable(desk: Desk, live: Live, node: Node, context: Context) -> dict[str, Any] | None:
    """Keep every signal with the case; the guidance that runs already takes it in (J.1, P10)."""
    assert context.case_id is not None
    noticed = "P09_First" if live.process_id == "P09_follow_up" else "P21_FollowUp"
    signal = {"on": desk.today.isoformat(), "element": noticed}
    known = desk.case(context.case_id)["data"].get("signals", [])
    desk.change_case(context.case_id, {"signals": [*known, signal]})
    there = casework.open_instances(desk.conn, context.case_id)
    return None if any(row["process_id"] == STABILISATION for row in there) else {}


_Special = Callable[[Desk, Live, Node, Context], "dict[str, Any] | None"]
_SPECIAL: Mapping[str, _Special] = {
    "MSG-01": _listed,
    "MSG-02": _brought,
    "MSG-03": _recognised,
    "MSG-05": _hand_over,
    "MSG-06": _hand_over,
    "MSG-08": _welfare,
    "MSG-09": _employed,
    "MSG-10": _registered,
    "MSG-11": _unstable,
    "MSG-13": _second,
    "MSG-15": _exit,
    "MSG-18": _insured,
    "MSG-21": _candidate,
    "MSG-24": _found_work,
    "MSG-28": _reclassified,
}


def start_by(desk: Desk, name: str, key: str, values: Mapping[str, Any]) -> bool:
    """Start what a message starts for a case, a person or a matter; tell whether something was started."""
    opening = OPENINGS.get(name)
    if opening is not None and not key.startswith("case:"):
        return opening(desk, key, values)
    found = STARTS.get(name)
    if found is None or not key.startswith("case:"):
        return False
    process, start, tier = found
    if not desk.deployed(process):
        return False
    context = cases.context_of(desk, int(key.removeprefix("case:")))
    if not tier:
        tier = "street" if values.get("level") == "STREET" else "district"
    given = {field: value for field, value in values.items() if not field.startswith("_")}
    live = desk.start(process, with_tier(context, tier), start, given)
    if "_hand_over" in values:
        handovers.received(desk, values["_hand_over"], live)
    return True
