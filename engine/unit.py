"""One unit of work: all a command changes, under the locks of the cases it touches, in one transaction.

The caller opens the transaction, makes a `Unit`, acts, calls `settle` and `flush`, and commits. An exception
anywhere leaves nothing behind.
"""

from __future__ import annotations

import hmac
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.clock import to_us
from engine.definitions import Definition, Definitions
from engine.errors import EngineFault, IllegalState, NotFound
from engine.graph import EventDef, Node
from engine.history import By, Chain, Fact, open_chain
from engine.ids import new_id
from engine.live import Live, seal_state
from engine.runtime.machine import Machine
from engine.runtime.state import State, load
from engine.store import queries
from engine.store.conn import Connection
from engine.store.flush import write_waits
from engine.store.statements import Rows, together
from engine.world import World


@dataclass(frozen=True)
class Kernel:
    """What every unit shares: definitions, the world, and the keys of trail and state."""

    definitions: Definitions
    world: World
    trail_key: bytes
    state_key: bytes


def _beginning(definition: Definition) -> dict[str, Any]:
    """Return which diagram an instance runs: what was drawn cannot be exchanged afterwards."""
    return {"process": definition.key, "version": definition.version, "diagram": definition.digest[:32]}


def _given(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the routing variables that came along, as an event keeps them: they may decide a branch."""
    known = {name: value for name, value in (values or {}).items() if value is not None}
    return {"set": known} if known else {}


class Unit:
    """One command at work."""

    def __init__(
        self, kernel: Kernel, conn: Connection, now: datetime, by: By, key: str | None = None
    ) -> None:
        self.kernel = kernel
        self.conn = conn
        self.now = now
        self.by = by
        self.command_key = key
        self.answer: Mapping[str, Any] = {}
        self.chains: dict[int, Chain] = {}
        self.lives: dict[int, Live] = {}
        self.on_postgres = conn.dialect.name == "postgresql"
        self._queue: deque[Callable[[], object]] = deque()

    # locks and history

    def new_trail(self, trail_id: int | None = None) -> int:
        """Create a trail; nobody else knows it yet."""
        made = trail_id or new_id()
        queries.NEW_TRAIL.run(self.conn, {"id": made, "created_at": to_us(self.now)})
        self.chains[made] = Chain(made)
        return made

    def lock(self, trail_id: int) -> Chain:
        """Lock a trail and read its head; raise NotFound."""
        chain = self.chains.get(trail_id)
        if chain is None:
            if self.on_postgres and queries.LOCK_TRAIL.run(self.conn, {"id": trail_id}).first() is None:
                raise NotFound()
            chain = self.chains[trail_id] = open_chain(self.conn, trail_id)
        return chain

    def try_lock(self, trail_id: int) -> bool:
        """Lock a trail unless somebody else holds it; tell whether it is locked."""
        if trail_id not in self.chains:
            if self.on_postgres and queries.SKIP_LOCK_TRAIL.run(self.conn, {"id": trail_id}).first() is None:
                return False
            self.chains[trail_id] = open_chain(self.conn, trail_id)
        return True

    def emit(
        self, trail_id: int, kind: str, *, live: Live | None = None, element: str | None = None,
        data: Mapping[str, Any] | None = None, payload: Mapping[str, Any] | None = None,
    ) -> Fact:  # fmt: skip
        """Add an event to a trail, which is locked; written by `flush`. A `payload` may be erased later."""
        fact = Fact(kind, to_us(self.now), self.by, dict(data or {}), payload=payload)
        if live is not None:
            fact.instance_id = live.id
            fact.rev = live.rev + 1
        fact.element = element
        self.lock(trail_id).facts.append(fact)
        return fact

    # instances

    def instance(self, instance_id: int) -> Live:
        """Return an instance under its lock; raise NotFound, or EngineFault when its state was altered."""
        live = self.lives.get(instance_id)
        if live is None:
            row = queries.READ_INSTANCE.run(self.conn, {"id": instance_id}).first()
            if row is None:
                raise NotFound()
            if row[3] not in self.chains:
                self.lock(row[3])
                if self.on_postgres:
                    row = queries.READ_INSTANCE.run(self.conn, {"id": instance_id}).one()
            live = self.adopt(row)
        return live

    def adopt(self, row: Any) -> Live:
        """Make a live instance of a row of `queries.INSTANCE_COLUMNS` read under its lock."""
        (instance_id, definition_id, process_id, trail_id, key, run, parent_id, parent_token, status, rev,
         text, mac, started_at) = row  # fmt: skip
        seal = seal_state(self.kernel.state_key, instance_id, definition_id, status, rev, text)
        if not hmac.compare_digest(seal, bytes(mac)):
            raise EngineFault(element=process_id, detail="流程状态校验失败，可能被改动")
        definition = self.kernel.definitions.get(self.conn, definition_id)
        parent = None if parent_id is None else (parent_id, parent_token)
        live = Live(
            self, instance_id, definition_id, definition.graph, trail_id, key, run, load(text), rev, status,
            parent, started_at,
        )  # fmt: skip
        self.lives[instance_id] = live
        return live

    def start(
        self, process_id: str, trail_id: int, key: str, run: int = 1, start_id: str | None = None,
        values: Mapping[str, Any] | None = None, parent: tuple[int, int] | None = None,
        prepare: Callable[[Live], None] | None = None,
    ) -> Live:  # fmt: skip
        """Start the active version of a process on a trail and run it to its first wait."""
        definition = self.kernel.definitions.active(self.conn, process_id)
        live = Live(
            self, new_id(), definition.id, definition.graph, trail_id, key, run, State(), parent=parent,
            started_at=to_us(self.now),
        )  # fmt: skip
        live.new = True
        self.lives[live.id] = live
        self.lock(trail_id)
        if prepare is not None:
            prepare(live)
        data = _beginning(definition)
        if start_id:
            data["start"] = start_id
        if parent:
            data["parent"] = str(parent[0])
        data |= _given(values)
        cause = self.emit(trail_id, "ProcessStarted", live=live, data=data)
        self.kernel.world.begun(self, live)
        self.step(live, lambda machine: machine.start(start_id, values), cause)
        return live

    def step(self, live: Live, act: Callable[[Machine], Any], cause: Fact | None = None) -> Any:
        """Let a machine act on an instance; the way it took is kept on the event that caused it."""
        if live.status != "running":
            raise IllegalState(detail="流程已结束" if live.status != "suspended" else "流程已挂起")
        if cause is None:
            cause = self.emit(live.trail_id, "TokenMoved", live=live)
        live.path = []
        result = act(live.machine())
        if live.path:
            cause.data["path"] = live.path
        return result

    def cancel(self, instance_id: int, reason: str) -> None:
        """Cancel a running instance with everything in it; a finished one is left alone.

        Raises IllegalState at `settle` when a caller is left waiting for it.
        """
        live = self.instance(instance_id)
        if live.status not in ("running", "suspended"):
            return
        if not live.begun:
            live.status = "cancelled"
            del self.lives[live.id]
            return
        live.path = []
        live.machine().cancel()
        live.end("cancelled", reason)
        if live.parent is not None:
            self.later(lambda: self._require_no_caller(live))

    def _require_no_caller(self, child: Live) -> None:
        if self._caller_of(child) is not None:
            raise IllegalState(detail="该流程由上级流程调用，请取消上级流程，或移动上级流程的环节")

    # calls

    def start_call(self, caller: Live, token: int, node: Node, values: Mapping[str, Any]) -> int:
        """Prepare the instance a call activity waits for; it starts after the caller's step."""
        definition = self.kernel.definitions.active(self.conn, node.called or "")
        child = Live(
            self, new_id(), definition.id, definition.graph, caller.trail_id, caller.key, caller.run,
            State(), parent=(caller.id, token), started_at=to_us(self.now),
        )  # fmt: skip
        child.new = True
        self.lives[child.id] = child
        self.kernel.world.called(self, caller, child)
        given = child.graph.given(values)

        def begin() -> None:
            if child.status == "running":
                data = {**_beginning(definition), "parent": str(caller.id), **_given(given)}
                cause = self.emit(child.trail_id, "ProcessStarted", live=child, data=data)
                self.kernel.world.begun(self, child)
                self.step(child, lambda machine: machine.start(None, given), cause)

        self.later(begin)
        return child.id

    def answer_caller(self, child: Live) -> None:
        """Give a finished called instance's variables to its caller after this step."""
        values = self.kernel.world.answer(self, child)
        self.later(
            lambda: self._in_caller(child, lambda machine, token: machine.returned(token, values), values)
        )

    def raise_in_caller(self, child: Live, event: EventDef) -> None:
        """Raise an error around the call activity after this step."""
        self.later(lambda: self._raise(child, event))

    def escalate(self, child: Live, machine: Machine, event: EventDef) -> None:
        """Raise an escalation around the call activity; the called process goes on if it is left alone.

        Both come before whatever else was put off, so that nothing of a process that is interrupted goes on.
        """

        if child.held is None:
            child.held, machine.held = machine, True
            self._queue.extendleft((lambda: self._resume(child), lambda: self._raise_all(child)))
        child.escalations.append(event)

    def _raise_all(self, child: Live) -> None:
        while child.escalations:
            self._raise(child, child.escalations.pop(0))

    def _raise(self, child: Live, event: EventDef) -> None:
        self._in_caller(child, lambda machine, token: machine.raised(token, event))

    def _resume(self, child: Live) -> None:
        held, child.held = child.held, None
        if held is not None and child.status == "running":
            self.step(child, lambda _fresh: held.resume())

    def _in_caller(
        self, child: Live, act: Callable[[Machine, int], object], values: Mapping[str, Any] | None = None
    ) -> None:
        found = self._caller_of(child)
        if found is not None:
            parent, token = found
            cause = self.emit(parent.trail_id, "TokenMoved", live=parent, data=_given(values))
            self.step(parent, lambda machine: act(machine, token), cause)

    def _caller_of(self, child: Live) -> tuple[Live, int] | None:
        """Return the instance and token that still wait for a called instance."""
        if child.parent is None:
            return None
        parent = self.instance(child.parent[0])
        token = parent.state.tokens.get(child.parent[1])
        if token is None or token.called != child.id or parent.status not in ("running", "suspended"):
            return None
        return parent, token.id

    # the end of the unit

    def later(self, act: Callable[[], object]) -> None:
        """Do something after the present step, in the same transaction."""
        self._queue.append(act)

    def settle(self) -> None:
        """Do everything that was put off, and what that puts off."""
        count = 0
        while self._queue:
            count += 1
            if count > 1_000:
                raise EngineFault(element="—", detail="消息过多，可能互相触发")
            self._queue.popleft()()

    def ask_for_kept(self, key: str, run: int, name: str) -> None:
        """Give a catch that has just opened what was kept for it, after this step."""
        from engine.messages import give_kept

        self.later(lambda: give_kept(self, key, run, name))

    def write_waits(self) -> None:
        """Write open tasks, timers and subscriptions now, so that queries in this unit see them."""
        with together(self.conn):
            write_waits(self)

    def flush(self) -> None:
        """Write every difference and every event; the caller commits.

        Raises IllegalState when an instance was changed by somebody who did not hold its lock.
        """
        self.settle()
        with together(self.conn):
            write_waits(self)
            saved = [self._save(live) for live in self.lives.values() if live.dirty and not live.new]
            self._write_events()
        if any(result.rowcount != 1 for result in saved):
            raise IllegalState(detail="该流程刚被他人更新，请刷新后重试")

    def _write_events(self) -> None:
        first = next((chain.facts[0] for chain in self.chains.values() if chain.facts), None)
        if first is not None and self.command_key is not None:
            first.command_key = self.command_key
            first.data["answer"] = dict(self.answer)
        rows: list[dict[str, Any]] = []
        payloads: list[dict[str, Any]] = []
        for chain in self.chains.values():
            written, beside = chain.rows(self.kernel.trail_key)
            rows += written
            payloads += beside
        if rows:
            queries.NEW_EVENT.many(self.conn, rows)
        if payloads:
            queries.NEW_PAYLOAD.many(self.conn, payloads)

    def _save(self, live: Live) -> Rows:
        made = live.row(self.kernel.state_key, to_us(self.now))
        result = queries.SAVE_INSTANCE.run(
            self.conn,
            {
                "b_id": live.id, "b_rev": live.rev, "new_rev": live.rev + 1, "new_state": made["text"],
                "new_mac": made["mac"], "new_status": live.status, "ended": made["ended"],
            },
        )  # fmt: skip
        live.rev += 1
        live.dirty = False
        return result
