"""The 595 domain as the kernel's world: who gets a task, when a timer fires, what a message starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from engine.clock import NO_DUE, end_of_day, from_us, local_date, start_of_day
from engine.decisions import DecisionUnmatched
from engine.errors import EngineFault
from engine.graph import EventDef, Node, TimerDef
from engine.live import Live
from engine.runtime.state import Token
from engine.unit import Unit
from engine.world import PlainWorld, TaskAttributes
from tasks import (
    cases,
    deadline_dates,
    deadline_openings,
    deadlines,
    decide,
    duties,
    flows,
    handovers,
    helpers,
    ledger,
    matters,
    office_duties,
    placements,
    referrals,
    special_surveys,
)
from tasks.connectors import exchange
from tasks.desk import Context, Desk
from tasks.employments import REGISTRATION
from tasks.services import SERVICES
from tasks.store.conn import RowMapping

#: Stands for a day that is not known yet: the timer of a deadline that is pending or stands still waits.
PENDING = date(2255, 1, 1)
_PRIORITY = {"URGENT": 2, "HIGH": 1, "NORMAL": 0}
#: Processes of assistance: what they opened ends with them (J.7.9).
_ASSISTANCE = frozenset(cases.ASSISTANCE)
_OPENS_DUTIES = _ASSISTANCE | {"P09_follow_up", "P10_stabilisation"}


class World595(PlainWorld):
    """Answers the kernel's questions out of one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def functions(self, unit: Unit, live: Live, node: Node) -> Mapping[str, Callable[..., Any]]:
        """Return what timers and conditions may call."""
        return timer_functions(self.desk, live)

    def service(self, unit: Unit, live: Live, token: Token, node: Node) -> Mapping[str, Any] | None:
        """Run a registered service."""
        service = SERVICES.get(node.attrs.get("service", ""))
        if service is None:
            raise EngineFault(element=node.name or node.id, element_id=node.id, detail="没有登记这项服务")
        return service(self.desk, live, node)

    def decide(self, unit: Unit, live: Live, token: Token, node: Node) -> Mapping[str, Any] | None:
        """Run decision tables; one that gives no answer is a fault at its element."""
        try:
            return decide.run_tables(self.desk, live, node)
        except DecisionUnmatched as fault:
            detail = fault.sentence("zh")
            raise EngineFault(element=node.name or node.id, element_id=node.id, detail=detail) from fault

    def task(self, unit: Unit, live: Live, token: Token, node: Node) -> TaskAttributes:
        """Say whose task it is: the designated helper's, or the pool's of the role."""
        desk = self.desk
        context = desk.context_at(live, token.scope)
        wanted, until = _role(live, node, context), node.attrs.get("roleUntil")
        role, helper = helpers.effective(desk, context, wanted, until)
        if live.process_id == duties.PROCESS:
            due = duties.due_at(desk, live)
        else:
            rules = node.attr_list("deadline")
            due = min(
                deadline_dates.due_at(desk, live, rules), deadline_dates.target(desk, rules, desk.today),
                office_duties.due_at(desk, live, rules), special_surveys.due_at(desk, live),
            )  # fmt: skip
        priority = 0
        if context.case_id is not None:
            priority = _PRIORITY[desk.case(context.case_id)["data"].get("priority", "NORMAL")]
        if desk.connected and "autofill" in node.attrs:
            desk.unit.later(lambda: exchange.ask(desk, live, token, node))
        if node.id == "P05_Effect":
            desk.unit.later(lambda: duties.close_of_instance(desk, live, "tier ended"))
        return TaskAttributes(
            role=role, pool=desk.pool(role, context.area, context.tier), area=context.area,
            subject_id=context.person_id, assignee_id=helper, due_at=due, priority=priority,
        )  # fmt: skip

    def thrown(self, unit: Unit, live: Live, token: Token, node: Node, name: str) -> None:
        """Send what a diagram throws."""
        flows.thrown(self.desk, live, node, name, self.desk.context_at(live, token.scope))

    def due(self, unit: Unit, live: Live, node: Node, timer: TimerDef) -> datetime | None:
        """Evaluate a timer's day; a deadline that is met or absent sets none."""
        if timer.expr is None:
            return super().due(unit, live, node, timer)
        names = live.names()
        value = timer.expr({name: _day(names.get(name)) for name in timer.expr.names},
                           timer_functions(self.desk, live))  # fmt: skip
        return value if isinstance(value, datetime) else None

    def begun(self, unit: Unit, live: Live) -> None:
        """Keep what the instance is about; the case takes its tier."""
        self.desk.save_context(live, self.desk.contexts[live.id])
        cases.take_tier(self.desk, live)
        deadline_openings.open_by_start(self.desk, live)
        person_id = self.desk.context(live).person_id
        if live.process_id == REGISTRATION and person_id is not None:
            ledger.pause(self.desk, person_id)

    def over(self, unit: Unit, live: Live, status: str) -> None:
        """Close what only this instance could do: its deadlines, its duties, its open referrals."""
        desk = self.desk
        context = desk.context(live)
        deadlines.close_of_process(desk, live, live.reason or "process ended")
        office_duties.over(desk, live, status)
        if live.process_id == ledger.PROCESS:
            ledger.over(desk, live)
        if live.process_id in _OPENS_DUTIES:
            duties.close_of_instance(desk, live, live.reason or "tier ended")
        if live.process_id in _ASSISTANCE and context.case_id is not None:
            referrals.cancel_open(desk, context.case_id, live)
            handovers.closed_with(desk, live)
        if live.process_id == "P13_public_welfare_post":
            placements.end_of_instance(desk, live, live.reason or "process ended")

    def ended(self, unit: Unit, live: Live, node: Node) -> None:
        """Close the case where an end event says so."""
        desk = self.desk
        case_id = desk.context(live).case_id
        code = node.attrs.get("status")
        if node.id == "P09_Closed_End":
            code = str(live.state.vars["end_code"]) if live.state.vars.get("close") else None
        if case_id is not None and code and (not node.events or node.id == "P09_Closed_End"):
            desk.unit.later(lambda: cases.close(desk, case_id, code, node.name))

    def called(self, unit: Unit, parent: Live, child: Live) -> None:
        """Let a called process be about the same case."""
        self.desk.contexts[child.id] = self.desk.context(parent)

    def answer(self, unit: Unit, child: Live) -> Mapping[str, Any]:
        """Give back what the caller needs of it."""
        return given_back(child.state.vars)

    def start_by_message(
        self, unit: Unit, name: str, key: str, run: int | None, values: Mapping[str, Any]
    ) -> bool:
        """Start the process a message opens for the case."""
        return flows.start_by(self.desk, name, key, values)

    def key(self, unit: Unit, live: Live, node: Node, event: EventDef) -> str:
        """Return the key of the case or person an instance is about."""
        return live.key


def given_back(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a called process gives back: whether training led straight into a post (J.7.18)."""
    direct = bool(found.get("passed") and found.get("direct_employment") and not found.get("stopped"))
    return {"direct_employment": direct, "employment_kind": found.get("employment_kind") if direct else None}


def _role(live: Live, node: Node, context: Context) -> str:
    role = node.attrs.get("role", "")
    if context.tier == "street" and node.attrs.get("roleStreet"):
        return node.attrs["roleStreet"]
    if context.tier == "district" and node.attrs.get("roleDistrict"):
        return node.attrs["roleDistrict"]
    return role


def _day(value: Any) -> Any:
    if isinstance(value, str) and len(value) == 10 and value[4] == "-":
        return date.fromisoformat(value)
    return value


def _never_over(row: RowMapping) -> bool:
    """Tell whether the days of a row do not run out: not known yet, standing still, or without a last one."""
    return row["due_at"] == NO_DUE or row["suspended_on"] is not None


def timer_functions(desk: Desk, live: Live) -> Mapping[str, Callable[..., Any]]:
    """Return the functions of RULES J: days of the working calendar and of the case's deadline rows."""

    def due(rule_id: str) -> date | None:
        row = deadline_dates.current(desk, live, rule_id)
        if row is None:
            return None
        if _never_over(row):
            return PENDING
        return date.fromisoformat(row["due_effective"])

    def due_literal(rule_id: str) -> date | None:
        row = deadline_dates.current(desk, live, rule_id)
        if row is None:
            return None
        if _never_over(row):
            return PENDING
        return deadline_dates.last_day(row) if row["extension"] else date.fromisoformat(row["due_literal"])

    def boundary(edge: Callable[[date], datetime]) -> Callable[[date | None], datetime | None]:
        def of(day: date | None) -> datetime | None:
            if day is None:
                return None
            return from_us(NO_DUE) if day >= PENDING else edge(day)

        return of

    def shifted(day: date | None, n: int) -> date | None:
        return day if day is None or day == PENDING else desk.calendar.cd(day, n)

    return {
        "due": due,
        "due_literal": due_literal,
        "end_of_day": boundary(end_of_day),
        "start_of_day": boundary(start_of_day),
        "cd": shifted,
        "wd": desk.calendar.wd,
        "mo": desk.calendar.mo,
        "eff": desk.calendar.eff,
        "setting": desk.setting,
        "today": lambda: local_date(desk.now),
        "contribution_hits": lambda: matters.persons_to_check(desk, live),
        "candidates": lambda: matters.persons_to_check(desk, live),
    }
