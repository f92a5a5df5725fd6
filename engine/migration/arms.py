"""What waits on the tokens and scopes of a migrating instance: kept on its row, given up, or begun anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.clock import NO_DUE, from_us, to_us
from engine.graph import EventDef, Graph, Kind, Node, TimerDef, TimerKind, Trigger
from engine.iso import after, following
from engine.live import Live
from engine.migration.course import Course
from engine.migration.place import How
from engine.migration.plan import Plan
from engine.migration.said import Said, named
from engine.runtime.events import owner_of_scope
from engine.runtime.scopes import is_iteration
from engine.runtime.state import Scope, Token
from engine.store import migrating as store
from engine.store.migrating import WaitRow
from engine.unit import Unit

_TOLD = frozenset({Trigger.MESSAGE, Trigger.SIGNAL})
#: What tells that an event has happened already: it does not begin to wait again.
_HAPPENED = frozenset({"TimerFired", "MessageReceived"})
Holder = Token | Scope


def carriers(graph: Graph, token: Token, element: str) -> list[Node]:
    """Return the nodes whose events can wait on a token: itself, its boundary, what follows its gateway."""
    node = graph.nodes[element]
    found = [] if token.inner else list(node.boundary)
    if node.kind in (Kind.CATCH, Kind.RECEIVE) and token.many is None:
        found.append(node)
    if node.kind is Kind.EVENT:
        found += [graph.nodes[flow.target] for flow in node.outgoing]
    return found


def _starts(graph: Graph, element: str) -> list[Node]:
    return [graph.scopes[sub.id].starts[0] for sub in graph.scopes[element].event_subs]


def _timer(node: Node) -> TimerDef | None:
    return next((event.timer for event in node.events if event.timer is not None), None)


def _names(node: Node) -> dict[tuple[str, str], EventDef]:
    """Return the messages and signals a node waits for, by trigger and name."""
    return {(event.trigger.value, event.name): event for event in node.events if event.trigger in _TOLD}


def _same(old: Node, new: Node) -> bool:
    """Tell whether two nodes wait for the same, to the letter."""
    one, other = _timer(old), _timer(new)
    timed = (None, "") if one is None else (one.kind, one.text)
    return timed == ((None, "") if other is None else (other.kind, other.text)) and (
        _names(old).keys() == _names(new).keys()
    )


@dataclass
class _Place:
    """A token or scope with what may wait on it, before and after."""

    holder: Holder
    owner: int
    host: str  #: element of the old version on which it stands
    old: list[Node]
    new: list[Node]


class Arms:
    """The waits of one instance on their way to the new version."""

    def __init__(self, unit: Unit, live: Live, plan: Plan, rows: store.Rows, recompute: bool) -> None:
        self.unit = unit
        self.live = live
        self.old = plan.old.graph
        self.places = plan.places
        self.rows = rows
        self.recompute = recompute
        self.notes: list[Said] = []
        self._timers = dict(rows.timers)  # what is left in these two at the end is given up
        self._waits = {place: list(found) for place, found in rows.waits.items()}
        self._renamed: list[tuple[WaitRow, str]] = []
        self._begin: list[tuple[_Place, Node, list[EventDef]]] = []

    def settle(self, course: Course) -> list[Said]:
        """Bring every wait over; return what is worth telling."""
        state, new = self.live.state, self.live.graph
        for token_id in course.tokens(How.STAYS):
            token, host = state.tokens[token_id], course.stood[token_id]
            before = carriers(self.old, token, host)
            self._settle(_Place(token, token_id, host, before, carriers(new, token, token.node)))
        for scope_id, element in course.scopes.items():
            scope = state.scopes.get(scope_id)
            if scope is not None and not is_iteration(state, scope):
                old, now = _starts(self.old, element), _starts(new, scope.element)
                self._settle(_Place(scope, owner_of_scope(scope), element, old, now))
        self._write()
        for place, node, events in self._begin:
            self._arm(place, node, events)
        return self.notes

    def _settle(self, place: _Place) -> None:
        there = {node.id: node for node in place.new}
        was, place.holder.armed = place.holder.armed, []
        known: set[str] = set()
        for node in place.old:
            image = self._image(place, node, there)
            if image is None:
                if node.id in was:
                    self._say(node, "不再等待", "is not waited for any more")
                continue
            known.add(image.id)
            if node.id in was:
                self._keep(place, node, image)
            elif not _same(node, image) and not self._happened(node):
                self._begin.append((place, image, list(image.events)))
        self._begin += [(place, node, list(node.events)) for node in place.new if node.id not in known]

    def _image(self, place: _Place, node: Node, there: dict[str, Node]) -> Node | None:
        """Return what stands for a wait on the same holder; a catch that waits stands for itself."""
        if node.id == place.host and isinstance(place.holder, Token):
            return there.get(place.holder.node)
        image = self.places.image(node.id)
        return None if image is None else there.get(image.id)

    def _keep(self, place: _Place, node: Node, image: Node) -> None:
        """Let a wait go on: its timer keeps row and moment, its messages go by the new element."""
        begin = []
        waits = self._keep_timer(place, node, image)
        for event in image.events:
            if event.timer is not None:
                begin += [] if _timer(node) is not None else [event]
                continue
            spot = (place.owner, node.id)
            wanted = (event.trigger.value, event.name)
            row = next((w for w in self._waits.get(spot, ()) if (w.trigger, w.name) == wanted), None)
            if row is None:
                begin.append(event)
                continue
            self._waits[spot].remove(row)
            self._renamed.append((row, image.id))
            waits = True
        if waits:
            place.holder.armed.append(image.id)
        if begin:
            self._begin.append((place, image, begin))

    def _keep_timer(self, place: _Place, node: Node, image: Node) -> bool:
        row, timer, before = self._timers.get((place.owner, node.id)), _timer(image), _timer(node)
        if row is None or timer is None or before is None:
            return False
        changed = (timer.kind, timer.text) != (before.kind, before.text)
        values: dict[str, Any] = {} if image.id == node.id else {"element": image.id}
        if self.recompute and (changed or timer.expr is not None):
            due = self._due(image, timer, self._entered(place))
            if due is None and image.kind is Kind.BOUNDARY:
                return False
            values["due_at"] = NO_DUE if due is None else to_us(due)
        elif changed:
            self._say(image, "的时间规则变了，仍按原定时刻", "is timed otherwise now and keeps its moment")
        if values:
            store.change_timer(self.unit.conn, row.id, values)
        del self._timers[place.owner, node.id]
        return True

    def _arm(self, place: _Place, node: Node, events: list[EventDef]) -> None:
        """Begin to wait for events of a node; a boundary timer without a moment does not wait."""
        waits = False
        for event in events:
            due = None
            if event.timer is not None:
                since = self._entered(place) if self.recompute else self.unit.now
                due = self._due(node, event.timer, since)
                if due is None and node.kind is Kind.BOUNDARY:
                    continue
            elif event.trigger not in _TOLD:
                continue
            self.live.armed(place.owner, node, event, due)
            waits = True
        if waits:
            self._say(node, "从现在起等待", "is waited for from now on")
            if node.id not in place.holder.armed:
                place.holder.armed.append(node.id)

    def _due(self, node: Node, timer: TimerDef, since: datetime) -> datetime | None:
        """Return when a timer fires: what runs from the beginning of a wait is counted from then."""
        if timer.expr is not None or timer.kind is TimerKind.DATE:
            return self.unit.kernel.world.due(self.unit, self.live, node, timer)
        first = after(since, timer.text)
        if timer.kind is TimerKind.DURATION or first > self.unit.now:
            return first
        return following(first, self.unit.now, timer.text)

    def _entered(self, place: _Place) -> datetime:
        """Return when the wait began: when the task was opened, or the flow to its element was taken."""
        task = self.rows.tasks.get(place.owner)
        if task is not None:
            return from_us(task.created_at)
        into = {flow.id for flow in self.old.flows.values() if flow.target == place.host}
        for _kind, _element, at, data in store.told(self.unit.conn, self.live.trail_id, self.live.id):
            if into.intersection(data.get("path", ())):
                return from_us(at)
        return from_us(self.live.started_at)

    def _happened(self, node: Node) -> bool:
        told = store.told(self.unit.conn, self.live.trail_id, self.live.id)
        return any(kind in _HAPPENED and element == node.id for kind, element, _at, _data in list(told))

    def _write(self) -> None:
        """Give up what is left, and let what goes on stand at its new element."""
        conn, live = self.unit.conn, self.live
        for row in self._timers.values():
            store.change_timer(conn, row.id, {"state": "cancelled"})
        moved = [(row, element) for row, element in self._renamed if row.element != element]
        gone = [row for found in self._waits.values() for row in found]
        store.drop_waits(conn, live.id, gone + [row for row, _element in moved])
        again = [row._replace(element=element) for row, element in moved]
        store.add_waits(conn, live.id, live.trail_id, again)

    def _say(self, node: Node, zh: str, en: str) -> None:
        self.notes.append(Said(node.id, f"{named(node)}{zh}。", f"{named(node)} {en}."))
