"""A kernel with two versions of a diagram, and instances that go from one to the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from engine.clock import VirtualClock
from engine.definitions import Definition
from engine.doctor import examine
from engine.migration import Outcome, Plan, make_plan, migrate
from engine.store import tables
from engine.store.db import Database
from tests.engine.compile.diagrams import event
from tests.engine.desk import STATE_KEY, TRAIL_KEY, Desk
from tests.engine.ways import wrong_ways


class Move(Desk):
    """A desk with the two versions of P."""

    def __init__(self, db: Database, clock: VirtualClock, old: bytes, new: bytes, key: str = "P") -> None:
        super().__init__(db, clock)
        self.key = key
        self.new_xml = new
        self.old = self.version(self.publish(old, key))

    def version(self, number: int) -> Definition:
        """Return a version."""
        d = tables.definition.c
        query = sa.select(d.id).where(d.key == self.key, d.version == number)
        with self.db.read() as conn:
            return self.kernel.definitions.get(conn, conn.execute(query).scalar_one())

    def plan(self, mapping: Mapping[str, str] | None = None) -> Plan:
        """Publish the new version and return the plan to it."""
        return make_plan(self.old, self.version(self.publish(self.new_xml, self.key)), mapping)

    def migrate(
        self, instance: int, mapping: Mapping[str, str] | None = None, recompute: bool = False,
        walked: bool = True,
    ) -> Outcome:  # fmt: skip
        """Take an instance to the new version; everything has to agree afterwards.

        `walked` is False where its way cannot be walked again: how often a step is done in turn is not told.
        """
        plan = self.plan(mapping)
        with self.unit(9) as unit:
            outcome = migrate(unit, unit.instance(instance), plan, recompute=recompute, reason="新版")
        assert self.faults() == []
        assert not walked or self.wrong_ways() == []
        return outcome

    def faults(self) -> list[str]:
        """Return what the doctor finds."""
        with self.db.read() as conn:
            return [str(one) for one in examine(conn, self.kernel.definitions, TRAIL_KEY, STATE_KEY)]

    def wrong_ways(self) -> list[str]:
        """Return the instances whose events, walked again, lead elsewhere than where they stand."""
        with self.db.read() as conn:
            return wrong_ways(conn, self.kernel.definitions)

    def task(self, element: str) -> Any:
        """Return the open task of an element."""
        t = tables.user_task
        query = sa.select(t).where(t.c.element == element, t.c.state.in_(("created", "claimed")))
        return self.rows(query)[0]

    def timers(self, state: str = "scheduled") -> dict[str, Any]:
        """Return the timers in a state by element."""
        t = tables.timer
        return {row.element: row for row in self.rows(sa.select(t).where(t.c.state == state))}

    def waits(self) -> set[tuple[str, str]]:
        """Return (element, name) of the subscriptions."""
        s = tables.subscription.c
        return {(row[0], row[1]) for row in self.rows(sa.select(s.element, s.name))}

    def said(self, kind: str = "ProcessMigrated") -> list[str]:
        """Return the data of the events of a kind."""
        e = tables.event.c
        return [row[0] for row in self.rows(sa.select(e.data).where(e.kind == kind))]


MESSAGES = "".join(f'<bpmn:message id="M{n}" name="MSG-{n}"/>' for n in (1, 2, 3))
THREE_DAYS, FIVE_DAYS = (f"<bpmn:timeDuration>P{n}D</bpmn:timeDuration>" for n in (3, 5))


def timer(node_id: str, text: str = THREE_DAYS, host: str = "A", cancel: str = "false") -> str:
    """Write a boundary timer."""
    return event("boundaryEvent", node_id, "timer", text, attachedToRef=host, cancelActivity=cancel)


def told(node_id: str, message: str, host: str = "A") -> str:
    """Write a boundary event of a message that interrupts nothing."""
    return event("boundaryEvent", node_id, "message", message, attachedToRef=host, cancelActivity="false")
