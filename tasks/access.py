"""Who may do and see what: deny by default, after the table `bpmn/permissions.yaml` (SECURITY 2.2).

The service layer asks `authorize` before every change; pages ask `allowed` to show a button. Nothing else
decides. The program itself (SYSTEM) passes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from engine.errors import NotCandidate, NotFound, OutOfArea
from tasks.actor import ROLES, Actor
from tasks.labels import label
from tasks.store.conn import Record

DEFAULT_FILE = Path(__file__).parent.parent / "bpmn" / "permissions.yaml"
TIERS = ("community", "street", "district")
RELATIONS = frozenset({"assigned", "queue", "handed_over", "above", "other"})
#: Stands in a page for what its reader may not see.
HIDDEN = "●●●"


@dataclass(frozen=True, slots=True)
class Subject:
    """What an action is about.

    `area` is the path of the person's community, or of the office concerned. `role` is the role a task
    belongs to, `tier` that of the case, `holders` the users who hold a task of the case or are designated
    for it. `area_name` is shown in a refusal.
    """

    area: str
    role: str = ""
    tier: str = ""
    holders: frozenset[int] = frozenset()
    area_name: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table."""

    roles: frozenset[str]
    of_task: bool = False
    anywhere: bool = False
    hide: bool = False
    relation: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Permissions:
    """The whole table."""

    actions: Mapping[str, Rule]
    start: Mapping[str, frozenset[str]]
    fields: Mapping[str, Mapping[str, frozenset[str]]]
    person_fields: Mapping[str, str] = field(default_factory=dict)


def load_permissions(path: Path = DEFAULT_FILE) -> Permissions:
    """Read the table; raise ValueError for a role or relation that does not exist."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    groups: Mapping[str, list[str]] = data["groups"]

    def roles(names: list[str]) -> frozenset[str]:
        found: set[str] = set()
        for name in names:
            found |= roles(groups[name]) if name in groups else {name}
        if not found <= set(ROLES):
            raise ValueError(f"unknown roles {sorted(found - set(ROLES))}")
        return frozenset(found)

    actions = {name: _rule(name, line, roles) for name, line in data["actions"].items()}
    fields = {
        role: {relation: frozenset(classes) for relation, classes in line.items()}
        for names, line in data["fields"].items()
        for role in roles([names])
    }
    by_field = {name: cls for cls, names in data["person_fields"].items() for name in names}
    return Permissions(actions, {key: roles(names) for key, names in data["start"].items()}, fields, by_field)


def _rule(name: str, line: Mapping[str, Any], roles: Any) -> Rule:
    of_task = line["roles"] == "task"
    relation = frozenset(line.get("relation", ()))
    if not relation <= RELATIONS:
        raise ValueError(f"{name}: unknown relations {sorted(relation - RELATIONS)}")
    held = roles(list(line.get("also", ())) if of_task else line["roles"])
    return Rule(held, of_task, line.get("area") == "any", bool(line.get("hide")), relation)


@cache
def permissions() -> Permissions:
    """Return the product's table, read once."""
    return load_permissions()


def tier_of(role: str) -> str:
    """Return the tier of a role, or an empty text for supervisors, auditors and administrators."""
    tier = role.partition("_")[0]
    return tier if tier in TIERS else ""


def relations(actor: Actor, subject: Subject) -> frozenset[str]:
    """Return how somebody stands to a case, over all roles held over its area."""
    found = {_relation(role, subject) for role, over in actor.grants if subject.area.startswith(over)}
    if found and actor.user_id in subject.holders:
        found.add("assigned")
    return frozenset(found)


def _relation(role: str, subject: Subject) -> str:
    own, tier = tier_of(role), subject.tier
    if not own:
        return "other"
    if not tier or own == tier or role == subject.role:
        return "queue"
    return "above" if TIERS.index(own) > TIERS.index(tier) else "handed_over"


def authorize(actor: Actor, action: str, subject: Subject) -> None:
    """Return when the action is allowed; raise OutOfArea, NotCandidate, or NotFound where it is hidden."""
    if actor.is_system:
        return
    rule = permissions().actions[action]
    needed = rule.roles | {subject.role} if rule.of_task else rule.roles
    if not rule.anywhere and not actor.covers(subject.area):
        raise NotFound if rule.hide else OutOfArea(area=subject.area_name or "所在辖区")
    held = {role for role, over in actor.grants if rule.anywhere or subject.area.startswith(over)}
    fits = not rule.relation or bool(relations(actor, subject) & rule.relation)
    if not held & needed or not fits:
        raise NotFound if rule.hide else _wrong_role(needed)


def authorize_start(actor: Actor, process_id: str, subject: Subject) -> None:
    """Return when the actor may start a process by hand; raise OutOfArea or NotCandidate."""
    if actor.is_system:
        return
    needed = permissions().start.get(process_id, frozenset())
    if not actor.covers(subject.area):
        raise OutOfArea(area=subject.area_name or "所在辖区")
    if not any(actor.has(role, subject.area) for role in needed):
        raise _wrong_role(needed)


def wrong_role(action: str) -> NotCandidate:
    """Return the refusal that names the roles which may do an action."""
    return _wrong_role(permissions().actions[action].roles)


def _wrong_role(needed: frozenset[str]) -> NotCandidate:
    names = [label("role", role) for role in ROLES if role in needed]
    return NotCandidate(role="、".join(names) or "系统", roles=sorted(needed))


def allowed(actor: Actor, action: str, subject: Subject) -> bool:
    """Tell whether an action would be allowed (for buttons; the change itself asks again)."""
    try:
        authorize(actor, action, subject)
    except (OutOfArea, NotCandidate, NotFound):
        return False
    return True


def classes_for(actor: Actor, subject: Subject) -> frozenset[str]:
    """Return the classes of personal data an actor may see of a case: P2 … P5, `P4*` for masked."""
    if actor.is_system:
        return frozenset({"P2", "P3", "P4", "P5"})
    seen: set[str] = set()
    assigned = actor.user_id in subject.holders
    for role, over in actor.grants:
        if subject.area.startswith(over):
            line = permissions().fields.get(role, {})
            seen |= line.get(_relation(role, subject), frozenset())
            seen |= line.get("assigned", frozenset()) if assigned else frozenset()
    return frozenset(seen)


def shown_person(row: Record, classes: frozenset[str]) -> dict[str, Any]:
    """Return a person row as it may be shown: what is not allowed is covered, secrets are left out.

    The identity number is masked in every case; the whole one takes `view_person_id` and is an event.
    """
    shown: dict[str, Any] = {}
    for name, value in row.items():
        if name in ("id_sealed", "id_index"):
            continue
        needed = permissions().person_fields.get(name)
        open_to_all = needed is None or needed in classes or (name == "id_masked" and "P4*" in classes)
        shown[name] = value if open_to_all else ("{}" if name == "facts" else HIDDEN)
    return shown
