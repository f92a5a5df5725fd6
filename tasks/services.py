"""Functions that service tasks name (`aid595:service`). Each does one thing to the case of its instance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.graph import Node
from engine.live import Live
from tasks import conferences, courses, deadlines, survey_round, zero_families
from tasks.desk import Desk
from tasks.registers import write

Service = Callable[[Desk, Live, Node], Mapping[str, Any] | None]


def mark_overdue(desk: Desk, live: Live, node: Node) -> None:
    """Mark the deadline of the task whose timer fired as missed; harmless when it already is."""
    task = live.graph.nodes.get(node.id.removesuffix("_Overdue_Svc"))
    if task is not None:
        deadlines.mark_overdue_of(desk, live, task.attr_list("deadline"))


def write_registers(desk: Desk, live: Live, node: Node) -> None:
    """Write the registers a node names: the row is this event."""
    write.enter(desk, live, node.id, node.attr_list("registers"), desk.context(live))


def set_up_files(desk: Desk, live: Live, node: Node) -> None:
    """Set up the files of a recognised person on the day: the ledgers and the sheet (DL-013, 02.R6)."""
    from tasks import records

    write_registers(desk, live, node)
    records.open_sheet(desk, desk.context(live), live.id)
    deadlines.meet(desk, live, node.id, {})


def make_roster(desk: Desk, live: Live, node: Node) -> None:
    """Put everybody in scope on the roster of a survey round, after the present step (01.D1b)."""
    desk.unit.later(lambda: survey_round.make_roster(desk, live))


def register_training_need(desk: Desk, live: Live, node: Node) -> None:
    """Register who asked for training in a revisit (E45, 19.D1b)."""
    write_registers(desk, live, node)
    courses.register_need(desk, desk.context(live))


def notify_household(desk: Desk, live: Live, node: Node) -> None:
    """Tell an open zero-employment-family process of the household that a member works (MSG-29)."""
    from engine.messages import send

    context = desk.context(live)
    person = desk.person(context.person_id) if context.person_id is not None else None
    household = None if person is None else person["household_id"]
    if household is not None and zero_families.is_open(desk, household):
        key = zero_families.key_of(household)
        send(desk.unit, "MSG-29", key, {}, trail_id=live.trail_id, starts=False)


SERVICES: Mapping[str, Service] = {
    "mark_overdue": mark_overdue,
    "set_up_files": set_up_files,
    "register_submission": write_registers,
    "register_dossier": write_registers,
    "register_training_need": register_training_need,
    "survey_roster": make_roster,
    "register_welfare_applicant": write_registers,
    "notify_household": notify_household,
    "conference_agenda": conferences.agenda,
    "conference_results": conferences.results,
}
