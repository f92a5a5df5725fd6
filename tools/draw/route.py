"""Draw every flow as right-angled lines on a grid: short, few bends, few crossings.

Two unrelated flows never share a line. Each flow is the cheapest path over grid points outside the shapes;
all are drawn one after another, then taken up and drawn again, so that early flows make room for late ones.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

from tools.draw.lines import BACK, CLEAR, HUG, STEPS, Lines, is_straight, points_of, step
from tools.draw.model import CONTAINERS, GATEWAYS, Box, Drawing, Flow, Node, Point
from tools.draw.place import GRID

#: Prices beside the length: a bend; leaving a gateway where a sister branch leaves; and the gain of bundling.
BEND, SHARED_PORT, BUNDLE = 50, 90, 5
#: From this number of branches on, sisters run along one trunk.
BUNDLED = 4
PASSES = 4
State = tuple[Point, str]


@dataclass
class Search:
    """One search for the cheapest path of a flow."""

    goals: dict[State, tuple[int, list[Point]]]
    starts: dict[State, list[Point]] = field(default_factory=dict)
    best: dict[State, int] = field(default_factory=dict)
    came: dict[State, State | None] = field(default_factory=dict)
    heap: list[tuple[int, int, State]] = field(default_factory=list)

    def reach(self, state: State, cost: int, before: State | None) -> None:
        """Note a state where it is reached more cheaply than before."""
        if cost < self.best.get(state, 1 << 30):
            self.best[state], self.came[state] = cost, before
            heapq.heappush(self.heap, (cost, len(self.came), state))

    def trace(self, last: State, goal: State) -> list[Point]:
        """Return the whole path that ends with a state and a goal."""
        chain = [last]
        while (before := self.came[chain[-1]]) is not None:
            chain.append(before)
        start = self.starts[chain[-1]]
        return start[:-1] + [p for p, _ in reversed(chain)] + self.goals[goal][1][1:]


def _exits(n: Node) -> dict[str, int]:
    if n.kind in GATEWAYS:
        return {"right": 0, "up": 20, "down": 20, "left": 300}
    return {"right": 0, "up": 60, "down": 60, "left": 240}


def _entries(n: Node) -> dict[str, int]:
    side = 10 if n.kind in GATEWAYS else 30
    return {"right": 0, "up": side, "down": side, "left": 160}


def _stub(n: Node, way: str) -> list[Point]:
    stub = [(n.x, n.y)]
    own = points_of(n, CLEAR)
    if stub[0] not in own:
        raise ValueError(f"{n.id} stands off the grid")
    while stub[-1] in own:
        stub.append(step(stub[-1], way))
    return stub


def _at_container(d: Drawing, f: Flow) -> bool:
    """Tell whether a flow ends at the edge of a sub-process: it is drawn straight."""
    return d.nodes[f.source].kind in CONTAINERS or d.nodes[f.target].kind in CONTAINERS


class Router:
    """Draws the flows of one drawing."""

    def __init__(self, d: Drawing) -> None:
        self.d = d
        self.lines = Lines(d)

    def run(self) -> None:
        """Route every flow that needs a search, short ones first."""
        todo = [
            i
            for i, f in enumerate(self.d.flows)
            if not _at_container(self.d, f) and not is_straight(self.d, f)
        ]
        todo.sort(key=lambda i: (self._length(self.d.flows[i]), self.d.flows[i].id))
        for _ in range(PASSES):
            for i in todo:
                self.lines.forget(i)
                self.lines.keep(i, self._path(i))

    def _room(self, source: Node) -> Box:
        """Return the box that the flows of a node stay in."""
        if source.body is None:
            return self.d.pool_box
        return self.d.body_box if source.body == self.d.body else self.d.nodes[source.body].box

    def _length(self, f: Flow) -> int:
        a, b = self.d.nodes[f.source], self.d.nodes[f.target]
        return abs(a.x - b.x) + abs(a.y - b.y)

    def _path(self, i: int) -> list[Point]:
        f = self.d.flows[i]
        source, target = self.d.nodes[f.source], self.d.nodes[f.target]
        search = Search(self._goals(i, target))
        sisters = sum(other.source == f.source for other in self.d.flows)
        self._begin(i, search, source, sisters)
        left, top, right, bottom = self._room(source)
        trunk = source.x if sisters > 1 else target.x
        done: tuple[int, State, State] | None = None
        while search.heap:
            cost, _, state = heapq.heappop(search.heap)
            if cost > search.best[state]:
                continue
            if done and cost >= done[0]:
                break
            p, way = state
            for onward in STEPS:
                if onward == BACK[way]:
                    continue
                turn = cost + (BEND if onward != way else 0) + self.lines.passing(i, p, way, onward)
                goal = (p, onward)
                if goal in search.goals and (not done or turn + search.goals[goal][0] < done[0]):
                    done = turn + search.goals[goal][0], state, goal
                q = step(p, onward)
                if left < q[0] < right and top < q[1] < bottom and self._free(i, p, q):
                    search.reach((q, onward), turn + self._stride(i, p, q, trunk, sisters), state)
        if done is None:
            raise ValueError(f"no way from {f.source} to {f.target}")
        return search.trace(done[1], done[2])

    def _goals(self, i: int, target: Node) -> dict[State, tuple[int, list[Point]]]:
        goals: dict[State, tuple[int, list[Point]]] = {}
        for way, cost in _entries(target).items():
            stub = _stub(target, BACK[way])
            if self.lines.open(i, stub) and stub[-1] not in self.lines.blocked:
                goals[stub[-1], way] = cost, stub[::-1]
        return goals

    def _begin(self, i: int, search: Search, source: Node, sisters: int) -> None:
        for way, cost in _exits(source).items():
            stub = _stub(source, way)
            if not self.lines.open(i, stub) or stub[-1] in self.lines.blocked:
                continue
            taken = sum(self.d.flows[j].source == source.id for j in self.lines.users(stub[-2], stub[-1]))
            search.starts[stub[-1], way] = stub
            shared = SHARED_PORT * min(taken, 2) if sisters < BUNDLED else 0
            search.reach((stub[-1], way), cost + shared, None)

    def _free(self, i: int, p: Point, q: Point) -> bool:
        return q not in self.lines.blocked and self.lines.open(i, [p, q])

    def _stride(self, i: int, p: Point, q: Point, trunk: int, sisters: int) -> int:
        """Return the price of one step; upright pieces keep near the trunk that branches share."""
        users = self.lines.users(p, q)
        target = self.d.flows[i].target
        same = sisters >= BUNDLED or any(self.d.flows[j].target == target for j in users)
        drift = min(abs(p[0] - trunk) // GRID, 8) if p[0] == q[0] else 0
        hug = HUG if q in self.lines.near else 0
        return GRID + drift + hug - (BUNDLE if users and same else 0)


def route(d: Drawing) -> None:
    """Set the points of every flow."""
    router = Router(d)
    router.run()
    for i, f in enumerate(d.flows):
        a, b = d.nodes[f.source], d.nodes[f.target]
        if a.kind in CONTAINERS:
            f.points = [(a.box[2], b.y), (b.box[0], b.y)]
        elif b.kind in CONTAINERS or (is_straight(d, f) and a.y == b.y):
            f.points = [(a.box[2], a.y), (b.box[0], a.y)]
        elif is_straight(d, f):
            f.points = [(a.x, a.box[3]), (a.x, b.box[1])]
        else:
            f.points = _trim(router.lines.path(i), a, b)


def _trim(path: list[Point], a: Node, b: Node) -> list[Point]:
    corners = [path[0]]
    for p, q, r in zip(path, path[1:], path[2:], strict=False):
        if (p[0] == q[0]) != (q[0] == r[0]):
            corners.append(q)
    corners.append(path[-1])
    corners[0] = _edge(a, corners[1])
    corners[-1] = _edge(b, corners[-2])
    return corners


def _edge(n: Node, towards: Point) -> Point:
    left, top, right, bottom = n.box
    if left < towards[0] < right:
        return (towards[0], bottom if towards[1] > n.y else top)
    return (right if towards[0] > n.x else left, towards[1])
