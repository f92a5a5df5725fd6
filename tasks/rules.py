"""Which deadline rule counts where: in force by date, but an instance meets what its own version knows.

In force are the shipped rules with those of every version at work laid over them. A rule that was taken back
still has rows that were opened under it; they are met, closed and shown by the rule as it last was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from engine.codec import loads
from engine.deadlines import DeadlineRule, Unit
from engine.definitions import NO_ANNEX
from engine.errors import NotFound
from engine.live import Live
from engine.store.definitions import annexes
from tasks import annex
from tasks.policy import DeadlinePolicy, Policy
from tasks.store.conn import Connection

if TYPE_CHECKING:
    from tasks.desk import Desk


def known_rules(conn: Connection) -> Mapping[str, DeadlinePolicy]:
    """Return every rule that a version ever brought, each as the newest of them has it."""
    return _last_known(tuple(annexes(conn)))


@lru_cache(maxsize=8)
def _last_known(newest_first: tuple[str, ...]) -> Mapping[str, DeadlinePolicy]:
    found = Policy({})
    for text in reversed(newest_first):
        found = found.with_rules(annex.read(text)["rules"])
    return found.rules


def rule(desk: Desk, rule_id: str) -> DeadlinePolicy:
    """Return a rule in force, or one no longer in force as it last was; raise NotFound."""
    found = desk.library.policy.rules.get(rule_id) or known_rules(desk.conn).get(rule_id)
    if found is None:
        raise NotFound(zh=f"没有期限规则“{rule_id}”。")
    return found


def rule_at(desk: Desk, live: Live, rule_id: str) -> DeadlinePolicy:
    """Return a rule as an instance can meet it: in force, or as its own version has it; raise NotFound."""
    found = desk.library.policy.rules.get(rule_id)
    if found is not None and (found.met_by is None or found.met_by in live.graph.nodes):
        return found
    own = _own(desk, live).rules.get(rule_id)
    if own is not None and own.met_by in live.graph.nodes:
        return own
    return rule(desk, rule_id)


def met_by(desk: Desk, live: Live, element: str) -> list[DeadlinePolicy]:
    """Return the rules that the completion of an element of an instance meets.

    A rule whose present meeting step the instance's version does not have is met as that version says.
    """
    policy = desk.library.policy
    found = list(policy.met_by.get(element, ()))
    own = _own(desk, live)
    if own is not policy:
        for old in own.met_by.get(element, ()):
            now = policy.rules.get(old.id)
            if now is None or now.met_by not in live.graph.nodes:
                found.append(old)
    return found


def _own(desk: Desk, live: Live) -> Policy:
    """Return the shipped rules with those that the version of an instance brings."""
    text, shipped = desk.annex_of(live), desk.library.shipped
    return shipped.with_rules(() if text == NO_ANNEX else (text,)).policy


def as_counted(desk: Desk, row: Mapping[str, Any]) -> DeadlineRule | None:
    """Return the counting rule a row was opened under, whatever is in force now; None where it had none."""
    told = loads(row["arithmetic"])
    if "roll" in told:
        until = told.get("until")
        return DeadlineRule(
            told["rule"], Unit(told["unit"]), told["value"], told["roll"], told["earliest"],
            None if until is None else (until[0], until[1]), tuple(told["clauses"]), told["quote"],
            told["title"],
        )  # fmt: skip
    found = rule(desk, row["rule_id"]).rule_for(desk.settings)
    if found is None:
        return None
    value, unit = told.get("value", row["value"]), told.get("unit", row["unit"])
    return replace(found, value=value, unit=Unit(unit))
