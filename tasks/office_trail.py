"""The office's own trails: what its administrators did, and who came in or was refused (SEC-L2).

They are chained, sealed and verified like the trail of a case. Events name accounts by id only, so that a
name can be forgotten without breaking the chain (SEC-P5). Their ids are fixed: there is one of each.
"""

from __future__ import annotations

from typing import Any

from tasks.desk import Desk
from tasks.store import rows, tables
from tasks.store.office import ACCESS, ADMINISTRATION, open_trail

__all__ = ["ACCESS", "ADMINISTRATION", "DENIALS", "KINDS", "account", "emit", "hold"]

#: Refusals that say somebody reached for what is not his (SEC-Z5).
DENIALS = frozenset(
    {"forbidden", "out_of_area", "not_candidate", "four_eyes", "roles_exclusive", "own_account"}
)
KINDS = {ADMINISTRATION: "administration", ACCESS: "access"}


def hold(desk: Desk, trail: int = ADMINISTRATION) -> None:
    """Lock a trail of the office, made when first needed. Who holds it alone changes accounts and units."""
    if rows.first(desk.conn, tables.trail_owner, trail_id=trail) is None:
        open_trail(desk.conn, trail, KINDS[trail], desk.now_us)
    desk.unit.lock(trail)


def emit(desk: Desk, kind: str, about: str, trail: int = ADMINISTRATION, /, **data: Any) -> None:
    """Add an event; `about` is what it happened to: `account:7`, `unit:4`, `setting:four_eyes`."""
    hold(desk, trail)
    told = {name: value for name, value in data.items() if value not in (None, "")}
    desk.unit.emit(trail, kind, element=about or None, data=told)


def account(user_id: int | None) -> str:
    """Return how an event names an account."""
    return f"account:{user_id}" if user_id else ""
