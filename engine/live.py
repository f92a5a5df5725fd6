"""One instance under its lock: its state, what a step did to it, and how that becomes rows and events."""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.clock import NO_DUE, to_us
from engine.errors import EngineFault
from engine.graph import EventDef, Graph, Kind, Node, Trigger
from engine.ids import new_id
from engine.runtime.machine import Machine
from engine.runtime.state import State, Token, dump

if TYPE_CHECKING:
    from engine.unit import Unit


def seal_state(key: bytes, instance_id: int, definition_id: int, status: str, rev: int, text: str) -> bytes:
    """Return the HMAC that binds a stored state to its instance, diagram, status and revision (SEC-S2)."""
    bound = f"{instance_id}\x1f{definition_id}\x1f{status}\x1f{rev}\x1f{text}"
    return hmac.digest(key, bound.encode(), "sha256")


class Live:
    """An instance in the hands of a unit. It is also the log its machine writes to."""

    def __init__(
        self, unit: Unit, instance_id: int, definition_id: int, graph: Graph, trail_id: int, key: str,
        run: int, state: State, rev: int = 0, status: str = "running",
        parent: tuple[int, int] | None = None, started_at: int = 0,
    ) -> None:  # fmt: skip
        self.unit = unit
        self.id = instance_id
        self.definition_id = definition_id
        self.graph = graph
        self.trail_id = trail_id
        self.key = key
        self.run = run
        self.state = state
        self.rev = rev
        self.status = status
        self.parent = parent
        self.started_at = started_at
        self.new = False
        self.dirty = False
        self.open_now: dict[int, dict[str, Any]] = {}
        self.closed_now: dict[int, bool] = {}
        self.timers_now: dict[tuple[int, str], dict[str, Any]] = {}
        self.timers_gone: dict[tuple[int, str], bool] = {}
        self.waits_now: list[dict[str, Any]] = []
        self.waits_gone: list[tuple[int, str]] = []
        self.path: list[str] = []
        self.reason = ""  #: why it was cancelled
        self.held: Machine | None = None  #: stands still until its caller has heard an escalation
        self.escalations: list[EventDef] = []  #: those the caller has still to hear

    @property
    def begun(self) -> bool:
        """Tell whether its first step was taken; a called instance begins after its caller's step."""
        return self.state.last > 0

    @property
    def process_id(self) -> str:
        """Return the key of the definition."""
        return self.graph.process_id

    def names(self) -> dict[str, Any]:
        """Return the instance's variables as expressions outside the machine see them."""
        return {**dict.fromkeys(self.graph.variables), **self.state.vars}

    def machine(self) -> Machine:
        """Return a machine over this instance for one step: the one that is held, where one is."""
        from engine.bridge import Bridge

        self.dirty = True
        if self.held is not None:
            return self.held
        return Machine(self.graph, self.state, Bridge(self.unit, self), self)

    # the log of the machine

    def took(self, flow_id: str) -> None:
        """Record a sequence flow taken."""
        self.path.append(flow_id)

    def branch(self, node: Node, key: str) -> None:
        """Record which branch a gateway took."""
        self.unit.emit(self.trail_id, "BranchTaken", live=self, element=node.id, data={"branch": key})

    def task_opened(self, token: Token, node: Node) -> None:
        """Open a row in the inbox."""
        attributes = self.unit.kernel.world.task(self.unit, self, token, node)
        now = to_us(self.unit.now)
        task_id = new_id()
        held = attributes.assignee_id is not None
        self.open_now[token.id] = {
            "id": task_id,
            "instance_id": self.id,
            "trail_id": self.trail_id,
            "token": token.id,
            "element": node.id,
            "state": "claimed" if held else "created",
            "role": attributes.role,
            "pool": attributes.pool,
            "area": attributes.area,
            "assignee_id": attributes.assignee_id,
            "subject_id": attributes.subject_id,
            "due_at": attributes.due_at,
            "priority": attributes.priority,
            "created_at": now,
            "claimed_at": now if held else None,
            "ended_at": None,
            "ended_by": None,
        }
        data = {"task": str(task_id), **attributes.data}
        self.unit.emit(self.trail_id, "TaskCreated", live=self, element=node.id, data=data)

    def task_closed(self, token: Token, node: Node, completed: bool) -> None:
        """Close the row in the inbox."""
        if self.open_now.pop(token.id, None) is None:
            self.closed_now[token.id] = completed
        if not completed:
            self.unit.emit(self.trail_id, "TaskCancelled", live=self, element=node.id)
        self.unit.kernel.world.task_closed(self.unit, self, node, completed)

    def armed(self, owner: int, node: Node, event: EventDef, due: datetime | None) -> None:
        """Store a wait."""
        if event.trigger is Trigger.TIMER:
            self.timers_now[owner, node.id] = {
                "id": new_id(),
                "instance_id": self.id,
                "trail_id": self.trail_id,
                "token": owner,
                "element": node.id,
                "due_at": NO_DUE if due is None else to_us(due),
                "state": "scheduled",
                "attempts": 0,
                "fired": 0,
            }
            return
        key = ""
        if event.trigger is Trigger.MESSAGE:
            key = self.unit.kernel.world.key(self.unit, self, node, event)
            if node.kind is not Kind.BOUNDARY:
                self.unit.ask_for_kept(key, self.run, event.name)
        self.waits_now.append(
            {
                "instance_id": self.id,
                "token": owner,
                "element": node.id,
                "name": event.name,
                "trigger": event.trigger.value,
                "trail_id": self.trail_id,
                "key": key,
                "run": self.run,
            }
        )

    def disarmed(self, owner: int, node: Node, fired: bool) -> None:
        """Remove a wait."""
        place = (owner, node.id)
        timed = any(event.trigger is Trigger.TIMER for event in node.events)
        if timed and self.timers_now.pop(place, None) is None:
            self.timers_gone[place] = fired
        if any(event.trigger is not Trigger.TIMER for event in node.events):
            before = len(self.waits_now)
            self.waits_now = [w for w in self.waits_now if (w["token"], w["element"]) != place]
            if len(self.waits_now) == before:
                self.waits_gone.append(place)

    def ended(self, node: Node) -> None:
        """Tell the world that a token reached an end event."""
        self.unit.kernel.world.ended(self.unit, self, node)

    def finished(self, failed: EventDef | None) -> None:
        """Record the end of the instance and answer its caller."""
        self.end("failed" if failed is not None else "completed")
        if failed is None and self.parent is not None:
            self.unit.answer_caller(self)

    def end(self, status: str, reason: str = "") -> None:
        """Set the final status and write it to the trail."""
        self.status = status
        self.reason = reason
        self.dirty = True
        kind = "ProcessCancelled" if status == "cancelled" else "ProcessEnded"
        data = {"process": self.process_id, "status": status}
        if reason:
            data["reason"] = reason
        self.unit.emit(self.trail_id, kind, live=self, data=data)
        self.unit.kernel.world.over(self.unit, self, status)

    # at rest

    def row(self, key: bytes, now: int) -> dict[str, Any]:
        """Return the columns of the instance row after this step."""
        text = dump(self.state)
        if len(text) > 65_536:
            raise EngineFault(element=self.graph.name, detail="流程状态超过64 KB，请检查流程变量")
        over = self.status in ("completed", "cancelled", "failed")
        return {
            "text": text,
            "mac": seal_state(key, self.id, self.definition_id, self.status, self.rev + 1, text),
            "ended": now if over else None,
        }
