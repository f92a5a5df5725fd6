"""Aid plans: one active a tier, every version kept (CR-12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.codec import dumps, loads
from engine.ids import new_id
from engine.live import Live
from tasks.access import TIERS
from tasks.desk import Context, Desk
from tasks.store import rows, tables
from tasks.store.conn import Connection, RowMapping


def keep(desk: Desk, live: Live, values: Mapping[str, Any]) -> None:
    """Keep the next version of the plan of an instance's tier."""
    _add(desk, desk.context(live), values)


def amend(desk: Desk, context: Context, changes: Mapping[str, Any]) -> int:
    """Keep a further version of a tier's plan: the last one with what changes; return its number."""
    versions = _versions(desk, context)
    last: Mapping[str, Any] = loads(versions[-1]["content"]) if versions else {}
    return _add(desk, context, {**last, **changes})


def _versions(desk: Desk, context: Context) -> list[RowMapping]:
    return rows.rows(
        desk.conn, tables.plan, "version", case_id=context.case_id, tier=context.tier, run_no=context.run_no
    )


def _add(desk: Desk, context: Context, values: Mapping[str, Any]) -> int:
    number = len(_versions(desk, context)) + 1
    rows.add(
        desk.conn, tables.plan, id=new_id(), case_id=context.case_id, tier=context.tier,
        run_no=context.run_no, version=number, content=dumps(dict(values)), made_by=desk.actor.user_id,
        made_at=desk.now_us,
    )  # fmt: skip
    return number


def versions(conn: Connection, plan: RowMapping) -> list[RowMapping]:
    """Return the versions of a tier's plan up to one of them, oldest first."""
    same = {name: plan[name] for name in ("case_id", "tier", "run_no")}
    every = rows.rows(conn, tables.plan, "version", **same)
    return [one for one in every if one["version"] <= plan["version"]]


def latest(conn: Connection, case_id: int, tier: str = "") -> RowMapping | None:
    """Return the plan of a case that was made last, of one tier where it is named, or None."""
    made = rows.rows(conn, tables.plan, case_id=case_id, **({"tier": tier} if tier else {}))
    return max(made, key=_order, default=None)


def _order(plan: RowMapping) -> tuple[int, int, int, int]:
    """Return what puts plans in order: two tiers may have made theirs at one instant."""
    return (plan["run_no"], plan["made_at"], TIERS.index(plan["tier"]), plan["version"])
