"""Business-rule tasks: a table's inputs, what it decides, and the event that explains it (DecisionMade)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from engine.codec import dumps, loads
from engine.decisions import Decision, DecisionUnmatched
from engine.graph import Node
from engine.live import Live
from tasks import deadline_openings, duties, ledger, people, placements, referrals
from tasks.decision_inputs import decision_inputs
from tasks.desk import Context, Desk

#: Tables about a person, read from the record; all others read routing variables.
ABOUT_PERSON = frozenset({"DT-01", "DT-02", "DT-03", "DT-05", "DT-07", "DT-16"})
#: Tables whose inputs tell of a person: they stay covered until a reason is given.
TELLS_OF_PERSON = ABOUT_PERSON | {"DT-15"}
#: The table that gives the visit class.
CLASS = "DT-05"

def person_inputs(
    desk: Desk, person_id: int, on: date | None = None, facts: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return every input of the tables about a person on a day (default: today).

    `facts` are stored values that go before those on record.
    """
    person: Mapping[str, Any] = desk.person(person_id)
    if facts:
        person = {**person, "facts": dumps({**loads(person["facts"]), **facts})}
    family = people.family_of(desk.conn, person)
    inputs = decision_inputs(person, family, on or desk.today, desk.library.thresholds)
    return {**inputs, "weekly_any": desk.setting("followup_weekly_reading") == "any"}


def ask(
    desk: Desk, table_id: str, values: Mapping[str, Any], on: date | None = None
) -> Decision:
    """Return what a table says on a day (default: today): the day of the decision chooses its rows (AMB-30).

    Raises DecisionUnmatched.
    """
    return desk.library.tables[table_id].decide(values, {"setting": desk.setting}, on=on or desk.today)


def proof(table_id: str, decision: Decision) -> dict[str, Any]:
    """Return what an event says of a decision: the table, its rows, the day, and since when they hold."""
    said: dict[str, Any] = {"table": table_id, "rows": decision.rules_hit, "output": decision.output}
    if decision.dated:
        said["on"] = str(decision.on)
        said["valid"] = [
            [number, days.since and str(days.since), days.until and str(days.until)]
            for number, days in decision.dated.items()
        ]
    return said


def categories(desk: Desk, person_id: int, on: date | None = None) -> list[str]:
    """Return the Shunyi categories of a person on a day (DT-01)."""
    return list(ask(desk, "DT-01", person_inputs(desk, person_id, on), on).output)


def national_categories(desk: Desk, person_id: int) -> list[str]:
    """Return the situations of the national definition that a person is in now (DT-02)."""
    return [str(one) for one in ask(desk, "DT-02", person_inputs(desk, person_id)).output]


def run_tables(desk: Desk, live: Live, node: Node) -> dict[str, Any]:
    """Run the tables of a business-rule task; return the routing variables they set."""
    context = desk.context(live)
    routed: dict[str, Any] = {}
    found: dict[str, Any] = {}
    if "failed_count" in live.graph.variables and context.case_id is not None:
        routed["failed_count"] = referrals.failed_count(desk, live)
    for table_id in node.attr_list("decision"):
        made = _run(desk, live, node, table_id, {**live.names(), **routed}, context)
        if isinstance(made.output, Mapping):
            found |= made.output
            routed |= {name: value for name, value in made.output.items() if name in live.graph.variables}
        if table_id == CLASS and node.id == ledger.RULE:
            routed["visit_class"] = _classify(desk, live, context, made)
    _afterwards(desk, live, node, context, found)
    if node.id == ledger.RULE:
        routed |= ledger.may_accompany(desk, live, routed["visit_class"])
    deadline_openings.open_by_branch(desk, live, node, routed)
    return routed


def _classify(desk: Desk, live: Live, context: Context, made: Decision) -> int:
    """Keep the class the table gave, or the one a worker gave instead with a reason (AMB-15)."""
    assert context.person_id is not None
    assert isinstance(made.output, dict)
    proposed = int(made.output["visit_class"])
    override = live.state.vars.get("visit_class_override")
    given = proposed if override is None else int(override)
    grounds: dict[str, Any] = {"table": CLASS, "row": made.rules_hit[0], "proposed": proposed}
    if override is not None:
        grounds["override"] = desk.form.get("override_reason") or ""
    ledger.classify(desk, context.person_id, given, grounds, desk.today)
    return given


def _run(
    desk: Desk, live: Live, node: Node, table_id: str, names: Mapping[str, Any], context: Context
) -> Decision:
    table = desk.library.tables[table_id]
    values: Mapping[str, Any] = names
    if table_id in ABOUT_PERSON and context.person_id is not None:
        values = person_inputs(desk, context.person_id)
    decision = ask(desk, table_id, values)
    read = {name: values.get(name) for name in sorted(table.names)}
    told = proof(table_id, decision)
    desk.emit(live.trail_id, "DecisionMade", live=live, element=node.id, inputs=read, **told)
    if table_id in ("DT-01", "DT-02", "DT-03") and context.case_id is not None:
        desk.change_case(context.case_id, {table_id: decision.output})
    return decision


def _afterwards(
    desk: Desk, live: Live, node: Node, context: Context, found: Mapping[str, Any]
) -> None:
    if node.id == "P09_Class_Rule":
        open_follow_up(desk, live, context, date.fromisoformat(str(live.state.vars["registered_on"])))
    elif node.id == "P13_Priority_Rule":
        placements.wait(desk, live, int(found.get("rank") or 3))


def priority(desk: Desk, person_id: int) -> str:
    """Return the priority of a person's case now (DT-16): URGENT, HIGH or NORMAL."""
    found = ask(desk, "DT-16", person_inputs(desk, person_id))
    assert isinstance(found.output, dict)
    return str(found.output["priority"])


def visit_class(desk: Desk, person_id: int, facts: Mapping[str, Any] | None = None) -> int | None:
    """Return the visit class of a person (DT-05), with some facts as given; None: too little is known."""
    found = class_decision(desk, person_id, facts)
    return None if found is None else int(found.output["visit_class"])  # type: ignore[call-overload]


def class_decision(
    desk: Desk, person_id: int, facts: Mapping[str, Any] | None = None
) -> Decision | None:
    """Return what DT-05 says of a person, with some facts as given; None: too little is known."""
    try:
        return ask(desk, CLASS, person_inputs(desk, person_id, facts=facts))
    except DecisionUnmatched:
        return None


def followup_class(desk: Desk, context: Context) -> str:
    """Return the follow-up class of a person now (DT-07)."""
    assert context.person_id is not None
    found = ask(desk, "DT-07", person_inputs(desk, context.person_id))
    assert isinstance(found.output, dict)
    return str(found.output["followup_class"])


def open_follow_up(desk: Desk, live: Live, context: Context, since: date) -> str:
    """Open the follow-up duty by class from a day, replacing one of another class."""
    frequency = followup_class(desk, context)
    duties.open_duty(
        desk, context, "P21_FollowUp", frequency, duties.FOLLOW_UP_RULES[frequency], since, live.id
    )
    return frequency
