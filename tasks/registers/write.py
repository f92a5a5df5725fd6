"""Making an entry in a register: an event of the trail, and the row by which the register finds it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.ids import new_id
from engine.live import Live
from tasks.desk import Context, Desk
from tasks.registers.spec import register_specs
from tasks.store import registers as store
from tasks.store import rows
from tasks.store.tables_registers import register_row

#: The ledger of all service work (E50): every task done for a person stands in it.
SERVICE = "E50"


def enter(
    desk: Desk, live: Live, element: str, registers: Iterable[str], context: Context,
    task_id: int | None = None, values: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Make the entries a step writes."""
    for register in registers:
        desk.emit(live.trail_id, "RegisterWritten", live=live, element=element, register=register)
        _add(desk, live, element, register, context, task_id, values or {})


def enter_service(desk: Desk, live: Live, element: str, context: Context, task_id: int) -> None:
    """Enter a completed task in the ledger of service work; its event is the completion."""
    if context.person_id is not None:
        _add(desk, live, element, SERVICE, context, task_id, {})


def _add(
    desk: Desk, live: Live, element: str, register: str, context: Context, task_id: int | None,
    values: Mapping[str, Any],
) -> None:  # fmt: skip
    spec = register_specs().get(register)
    filed = values.get(spec.facet) if spec is not None and spec.facet else None
    codes = [filed] if isinstance(filed, str) else filed
    facets = "".join(f",{one}" for one in codes) + "," if codes else ""
    rows.add(
        desk.conn, register_row, id=new_id(), register=register, at=desk.now_us, area=context.area,
        tier=context.tier, trail_id=live.trail_id, instance_id=live.id, element=element, task_id=task_id,
        case_id=context.case_id, person_id=context.person_id, user_id=desk.actor.user_id, facets=facets,
    )  # fmt: skip


def strike_since(desk: Desk, instance_id: int, since_us: int) -> None:
    """Strike out what an instance entered since an instant: the work goes back and will be entered again."""
    store.strike(desk.conn, desk.now_us, instance_id, since_us)


def strike_task(desk: Desk, task_id: int, instance_id: int) -> None:
    """Strike out what the completion of a task entered: it was withdrawn."""
    store.strike(desk.conn, desk.now_us, instance_id, task_id=task_id)


def leave_stock(desk: Desk, instance_id: int) -> None:
    """Take whom an instance entered out of the registers that show who stands in them, from now on."""
    stock = [spec.id for spec in register_specs().values() if spec.stock]
    store.strike(desk.conn, desk.now_us, instance_id, registers=stock)
