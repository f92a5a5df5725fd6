"""Many open cases at once: one is led through the three tiers, and what it was at each step is copied.

A copy has its own person, numbers, trail and seals, so that it is as good as a case of its own.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bench.office import Office
from bench.road import MOST_STEPS, Road
from engine.clock import VirtualClock
from engine.codec import canonical, loads
from engine.history import GENESIS, link
from engine.ids import new_id
from engine.live import seal_state
from engine.store import tables as kernel
from engine.store.conn import Connection
from engine.store.db import Database
from tasks import commands
from tasks.crypto import Keys
from tasks.queries import case_page
from tasks.store import tables
from tasks.store.tables_people import person
from tests.prepared import Prepared

Rows = dict[str, list[dict[str, Any]]]
_NUMBER = re.compile(r"(?<!\d)\d{17,19}(?!\d)")
TIERS = ("P04_", "P05_", "P06_")
#: Steps the road does not pass: a copy is moved there by hand, from a step of the same process.
BY_HAND = {
    "P04_Wishes": "P04_ConfirmOwn P04_SystemChange",
    "P05_Collect": "P05_RevisePlan P05_TrainInfo P05_Training_Call P05_Mock P05_District P05_SystemChange",
    "P06_Collect": "P06_RevisePlan P06_Adjust P06_ReferOut P06_Widen P06_Advice P06_Transfer",
}

_OF_TRAIL = (
    kernel.instance, kernel.event, kernel.event_payload, kernel.user_task, kernel.timer, kernel.subscription,
)  # fmt: skip
_OF_CASE = (
    tables.process_context, tables.form_data, tables.helper, tables.referral, tables.plan, tables.hand_over,
    tables.deadline, tables.duty,
)  # fmt: skip


def _whole(case_id: int, conn: Connection) -> Rows:
    """Return every row of a case that its work needs, by table, parents first."""
    wanted: list[tuple[sa.Table, Any]] = [(kernel.trail, kernel.trail.c.id == case_id)]
    wanted += [(table, table.c.trail_id == case_id) for table in _OF_TRAIL]
    wanted.append((tables.case, tables.case.c.id == case_id))
    wanted += [(table, table.c.case_id == case_id) for table in _OF_CASE]
    duties = sa.select(tables.duty.c.id).where(tables.duty.c.case_id == case_id)
    wanted.append((tables.duty_window, tables.duty_window.c.duty_id.in_(duties)))
    found: Rows = {}
    owner = sa.select(tables.case.c.person_id).where(tables.case.c.id == case_id).scalar_subquery()
    for table, where in [(person, person.c.id == owner), *wanted]:
        query = sa.select(table).where(where)
        if table is kernel.event:
            query = query.order_by(kernel.event.c.seq)
        found[table.name] = [dict(row) for row in conn.execute(query).mappings()]
    return found


@dataclass(frozen=True)
class _Led:
    """An office in which a case was led as far as wanted: poured into the databases of later tests."""

    rows: Prepared
    keys: Keys
    now: datetime
    steps: dict[str, Rows]


_LED: dict[str, _Led] = {}


def crowd_in(database: Database, until: str = "") -> Crowd:
    """Return an office with a case at every step as far as a named one, in an empty database."""
    led = _LED.get(until)
    if led is not None:
        led.rows.pour(database)
        return Crowd(Office(database, VirtualClock(led.now), led.keys, opened=True), dict(led.steps))
    made = Crowd(Office(database))
    made.lead(until)
    rows = Prepared()
    rows.keep(database)
    _LED[until] = _Led(rows, made.office.keys, made.office.clock.now(), dict(made.steps))
    return made


@dataclass
class Crowd:
    """An office with a case at every step, ready to be copied."""

    office: Office
    #: where the case stood -> its rows
    steps: dict[str, Rows] = field(default_factory=dict)

    def lead(self, until: str = "") -> None:
        """Lead one case through the tiers, with a half-filled form in somebody's hand at every step.

        It stops where a step is open, if one is named.
        """
        road = Road(self.office)
        road.begin()
        for _step in range(MOST_STEPS):
            self._note(road.case_id)
            step = road.next_step()
            if step is None and not road.arrived:
                road.wait()
                continue
            if step is None or road.arrived:
                return
            self._take_up(step.task)
            self._note(road.case_id)
            if step.task.element == until:
                return
            self.office.app.do(step.command, step.actor)
            road.did(step)

    def _take_up(self, task: case_page.OpenTask) -> None:
        actor = self.office.worker(task)
        if task.assignee_id is None:
            self.office.app.do(commands.ClaimTask(task.id), actor)
        draft = {"note": f"草稿{task.element}", "further": "尚未填完"}
        self.office.app.do(commands.SaveDraft(task.id, draft), actor)

    def _note(self, case_id: int) -> None:
        with self.office.app.read() as conn:
            rows = _whole(case_id, conn)
        where = sorted(_standing(rows))
        if where:
            self.steps[" ".join(where)] = rows

    def spread(self, count: int, first: int = 0) -> list[int]:
        """Open so many cases, one a step in turn from a first one on, those by hand included; return ids."""
        plain = list(self.steps.values())
        by_hand = [(near, step) for near, steps in BY_HAND.items() for step in steps.split()]
        kinds: list[tuple[Rows, str, str]] = [(rows, "", "") for rows in plain]
        for near, step in by_hand:
            rows = next((found for where, found in self.steps.items() if near in where.split()), None)
            if rows is not None:
                kinds.append((rows, near, step))
        made = []
        with self.office.app.write() as conn:
            for n in range(first, first + count):
                rows, near, step = kinds[n % len(kinds)]
                made.append((self._copy(conn, rows), near, step))
        for case_id, near, step in made:
            if step:
                self._move(case_id, near, step)
        return [case_id for case_id, _near, _step in made]

    def _move(self, case_id: int, near: str, step: str) -> None:
        task = next(one for one in self.office.open_tasks(case_id) if one.element == near)
        supervisor = self.office.actor("sup.rh")
        self.office.app.do(commands.MoveToken(task.instance_id, near, step, "试"), supervisor)
        opened = [one for one in self.office.open_tasks(case_id) if one.element == step]
        for task in opened:
            self._take_up(task)

    def _copy(self, conn: Connection, rows: Rows) -> int:
        names = _new_numbers(rows)
        keys = self.office.app.keys
        copied = {table: [_renumbered(row, names) for row in found] for table, found in rows.items()}
        case = copied["case_file"][0]
        copied["person"][0]["id_index"] = f"copy{case['person_id']}"
        case["case_no"] = f"C{case['id']}"
        for row in copied["instance"]:
            row["mac"] = seal_state(
                keys.state, row["id"], row["definition_id"], row["status"], row["rev"], row["state"]
            )
        _chain(copied, keys.trail)
        for table, found in copied.items():
            if found:
                conn.execute(sa.insert(_TABLES[table]), found)
        return int(case["id"])


_TABLES = {
    table.name: table
    for table in (person, kernel.trail, tables.case, tables.duty_window, *_OF_TRAIL, *_OF_CASE)
}


def _standing(rows: Rows) -> Iterator[str]:
    """Yield the elements of the tiers on which a case stands."""
    for row in rows["instance"]:
        if row["status"] == "running" and row["process_id"].startswith(TIERS):
            yield from (token[1] for token in loads(row["state"])["t"] if not token[1].endswith("_Body"))


def _new_numbers(rows: Rows) -> dict[str, str]:
    own = {str(row["id"]) for found in rows.values() for row in found if "id" in row}
    return {number: str(new_id()) for number in sorted(own)}


def _renumbered(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for column, value in row.items():
        if isinstance(value, str):
            made[column] = _NUMBER.sub(lambda found: names.get(found[0], found[0]), value)
        elif isinstance(value, int) and not isinstance(value, bool):
            made[column] = int(names.get(str(value), value))
        else:
            made[column] = value
    return made


def _chain(rows: Rows, key: bytes) -> None:
    """Write the chain of a copied trail, whose numbers are others now."""
    beside = {row["seq"]: row["payload"] for row in rows["event_payload"]}
    last = GENESIS
    for row in rows["event"]:
        row["command_key"] = None
        if row["seq"] in beside:
            digest = hmac.digest(key, beside[row["seq"]].encode(), "sha256").hex()
            row["data"] = canonical(loads(row["data"]) | {"payload": digest})
        last = row["hash"] = link(key, last, row)
