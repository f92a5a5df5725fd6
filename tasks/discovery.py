"""Proactive discovery (P18): lists of other offices compared with the people on file (R002-02.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from engine.ids import new_id
from tasks import contributions, leaving, ledger, lists, matters, org
from tasks.decision_inputs import of_labour_age
from tasks.desk import Context, Desk
from tasks.people import write_facts
from tasks.store import matters as store
from tasks.store import rows, tables
from tasks.store.conn import RowMapping

PROCESS = "P18_candidate_discovery"
#: Kind of list -> the fact about a person that it proves; who applied for assistance need not have it yet.
PROVES: Mapping[str, str | None] = {
    "UNEMPLOYED": "unemployed", "LOW_INCOME": "low_income", "DISABLED": "disabled",
    "DIBAO": "receives_dibao", "RELIEF": None,
}  # fmt: skip
#: Why a person of a list is no candidate.
LEDGER, WORKS, AGE, WAITS, LEFT = "IN_LEDGER", "AT_WORK", "OUT_OF_AGE", "BEING_CHECKED", "LEFT"


@dataclass(slots=True)
class Compared:
    """What came of a comparison: people known, those passed over by reason, and the runs started."""

    known: int
    passed: dict[str, int] = field(default_factory=dict)
    runs: list[tuple[str, int, int | None]] = field(default_factory=list)  #: (street, candidates, instance)


def standing(desk: Desk, person: RowMapping) -> str | None:
    """Return why a person of a list need not be visited; None for a candidate."""
    if contributions.in_register(desk, person["id"]):
        return LEDGER
    if leaving.has_left(desk, person["id"]):
        return LEFT
    if rows.first(desk.conn, tables.employment, person_id=person["id"], lost_on=None) is not None:
        return WORKS
    born = date.fromisoformat(person["birth_date"])
    if not of_labour_age(person["sex"], born, desk.today, desk.library.thresholds):
        return AGE
    if store.being_checked(desk.conn, person["id"]):
        return WAITS
    return None


def start(desk: Desk, list_id: int, area: str, candidates: Mapping[int, str]) -> int | None:
    """Start one run over the candidates of a list (person -> kind of list); None where there is none."""
    if not candidates:
        return None
    key = f"discovery:{list_id}"
    items = ({"person_id": one, "why": f"LIST {kind}"} for one, kind in candidates.items())
    matters.set_items(desk, key, items)
    return desk.start(PROCESS, Context(None, None, area, "street", matter=key)).id


def checked(desk: Desk, key: str, person_id: int, values: Mapping[str, Any]) -> None:
    """Close a candidate; what the list proves of somebody who is entered is written to the file."""
    entered = values["result"] == "ENTER"
    found = next(row for row in store.items(desk.conn, key) if row["person_id"] == person_id)
    if entered:
        ledger.returned(desk, person_id)  # who was found at home has not left
        fact = PROVES[found["why"].removeprefix("LIST ")]
        if fact is not None:
            write_facts(desk.conn, person_id, {fact: True}, desk.actor, desk.now, source="P18_Check",
                        since=values["visited_on"])  # fmt: skip
    store.set_outcome(desk.conn, key, person_id, "ENTERED" if entered else "DISMISSED")


def follow(desk: Desk, person_id: int, pools: Mapping[str, str]) -> list[RowMapping]:
    """Let the visit of a candidate who moves belong to the new community; return the tasks moved."""
    tasks = store.tasks_about(desk.conn, person_id, PROCESS)
    for task in tasks:
        pool = pools.get(task["pool"], task["pool"])
        store.place_task(desk.conn, task["id"], pool, desk.person(person_id)["area"])
    return tasks


def compare(
    desk: Desk, kind: str, name: str, digest: str, persons: Sequence[int], rows_read: int | None = None
) -> Compared:
    """Compare a list with the people on file and start one run for each street that has candidates.

    `persons` are those of the list the office knows; of the others nothing is kept.
    """
    found = Compared(len(persons))
    by_street: dict[str, dict[int, str]] = {}
    for person_id in dict.fromkeys(persons):
        person = desk.person(person_id)
        why = standing(desk, person)
        if why is None:
            by_street.setdefault(org.path_at(person["area"], "street"), {})[person_id] = kind
        else:
            found.passed[why] = found.passed.get(why, 0) + 1
    for street, candidates in sorted(by_street.items()):
        list_id = new_id()
        lists.keep(desk, list_id, kind, street, name, digest, rows_read or len(persons), len(candidates))
        instance = start(desk, list_id, street, candidates)
        found.runs.append((street, len(candidates), instance))
    return found
