"""A kernel at work on a database, for tests: plain world, small diagrams, one command a call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

import sqlalchemy as sa

from engine import timers, user_tasks
from engine.clock import VirtualClock, to_us
from engine.definitions import Definitions, publish
from engine.graph import Node
from engine.history import By
from engine.live import Live
from engine.runtime.host import BusinessError
from engine.runtime.state import Token
from engine.store import tables
from engine.store.db import Database
from engine.unit import Kernel, Unit
from engine.world import PlainWorld
from tests.engine.compile.diagrams import END, START, process, user

T = TypeVar("T")
TRAIL_KEY, STATE_KEY = b"t" * 32, b"s" * 32


class World(PlainWorld):
    """A plain world whose services are given by name."""

    def __init__(self) -> None:
        self.services: dict[str, Callable[[], Mapping[str, Any] | None]] = {}
        self.heard: list[str] = []

    def service(self, unit: Unit, live: Live, token: Token, node: Node) -> Mapping[str, Any] | None:
        """Run the service the node names."""
        act = self.services.get(node.attrs.get("service", ""))
        return act() if act else None

    def begun(self, unit: Unit, live: Live) -> None:
        """Note it."""
        self.heard.append(f"begun {live.process_id}")

    def over(self, unit: Unit, live: Live, status: str) -> None:
        """Note it."""
        self.heard.append(f"{status} {live.process_id}")


class Desk:
    """One installation of the kernel; every method that changes something is one transaction."""

    def __init__(self, db: Database, clock: VirtualClock, definitions: Definitions | None = None) -> None:
        self.db = db
        self.clock = clock
        self.world = World()
        self.kernel = Kernel(definitions or Definitions(), self.world, TRAIL_KEY, STATE_KEY)

    @contextmanager
    def unit(self, by: int = 1, key: str | None = None) -> Iterator[Unit]:
        """Yield a unit of work that is flushed and committed at the end."""
        with self.db.transaction() as conn:
            unit = Unit(self.kernel, conn, self.clock.now(), By(by, "street_staff", "test"), key)
            yield unit
            unit.flush()

    def publish(self, xml: bytes, key: str = "P") -> int:
        """Publish a diagram; return its version."""
        with self.db.transaction() as conn:
            return publish(conn, key, key, xml, self.clock.now())[1]

    def start(self, key: str = "P", correlation: str = "k", **values: Any) -> int:
        """Start a process on a trail of its own; return the instance."""
        with self.unit() as unit:
            return unit.start(key, unit.new_trail(), correlation, values=values).id

    def rows(self, query: sa.Select[Any]) -> list[sa.Row[Any]]:
        """Return what a query gives."""
        with self.db.read() as conn:
            return list(conn.execute(query))

    def tasks(self, instance: int | None = None) -> dict[str, int]:
        """Return the open tasks, element → id."""
        t = tables.user_task.c
        query = sa.select(t.element, t.id).where(t.state.in_(("created", "claimed"))).order_by(t.id)
        if instance is not None:
            query = query.where(t.instance_id == instance)
        return {row[0]: row[1] for row in self.rows(query)}

    def elements(self) -> list[str]:
        """Return the elements of the open tasks, sorted, each as often as it is open."""
        t = tables.user_task.c
        return sorted(
            row[0] for row in self.rows(sa.select(t.element).where(t.state.in_(("created", "claimed"))))
        )

    def complete(self, element: str, by: int = 1, **routing: Any) -> None:
        """Complete the open task of an element."""
        self.complete_id(self.tasks()[element], by, **routing)

    def complete_id(self, task_id: int, by: int = 1, **routing: Any) -> None:
        """Complete a task."""
        with self.unit(by) as unit:
            user_tasks.complete(unit, user_tasks.read(unit, task_id), routing)

    def claim(self, task_id: int, by: int) -> None:
        """Claim a task."""
        with self.unit(by) as unit:
            user_tasks.claim(unit, user_tasks.read(unit, task_id))

    def step(self, instance: int, act: Callable[[Any], Any]) -> None:
        """Let the machine of an instance act."""
        with self.unit() as unit:
            unit.step(unit.instance(instance), act)

    def status(self, instance: int) -> str:
        """Return the status of an instance."""
        i = tables.instance.c
        return str(self.rows(sa.select(i.status).where(i.id == instance))[0][0])

    def variables(self, instance: int) -> dict[str, Any]:
        """Return the routing variables of an instance."""
        with self.db.transaction() as conn:
            unit = Unit(self.kernel, conn, self.clock.now(), By(1))
            return dict(unit.instance(instance).state.vars)

    def due(self) -> list[timers.DueTimer]:
        """Return the timers that are due."""
        with self.db.read() as conn:
            return timers.due(conn, to_us(self.clock.now()))

    def fire_due(self) -> int:
        """Fire every timer that is due, one transaction each; return how many fired."""
        fired = 0
        for candidate in self.due():
            with self.unit() as unit:
                fired += timers.fire(unit, candidate)
        return fired

    def pass_time(self, **span: float) -> int:
        """Move the clock and fire what is due then."""
        self.clock.advance(timedelta(**span))
        return self.fire_due()

    def kinds(self, instance: int | None = None) -> list[str]:
        """Return the kinds of all events in order."""
        e = tables.event.c
        query = sa.select(e.kind).order_by(e.trail_id, e.seq)
        if instance is not None:
            query = query.where(e.instance_id == instance)
        return [row[0] for row in self.rows(query)]


def failing(code: str) -> Callable[[], None]:
    """Return a service that throws a BPMN error."""

    def act() -> None:
        raise BusinessError(code)

    return act


def line(*names: str) -> bytes:
    """Return a process of user tasks one after the other."""
    chain = ("s", *names, "e")
    flows = [f"{a}>{b}" for a, b in zip(chain, chain[1:], strict=False)]
    return process(START + "".join(map(user, names)) + END, *flows)
