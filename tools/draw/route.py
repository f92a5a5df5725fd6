"""Draw every flow as right-angled lines on a grid: short, few bends, few crossings, never two unrelated flows on one line.

Each flow is the cheapest path over grid points outside the shapes. All are drawn one after another, then taken up and
drawn again a few times, so that early flows make room for late ones.
"""

from __future__ import annotations

import heapq
from collections import defaultdict

from tools.draw.model import GATEWAYS, Drawing, Flow, Node, Point
from tools.draw.place import GRID

STEPS = {"right": (GRID, 0), "left": (-GRID, 0), "down": (0, GRID), "up": (0, -GRID)}
BEND, CROSS, TOUCH, SHARED_PORT, HUG = 50, 100, 600, 90, 6
BUNDLE = 2
CLEAR = 9
Segment = tuple[Point, Point]


def _segment(a: Point, b: Point) -> Segment:
    return (a, b) if a < b else (b, a)


def _span(a: int, b: int) -> range:
    return range(min(a, b), max(a, b) + 1, GRID)


class Router:
    """Keeps which grid points are free and which flow uses which line."""

    def __init__(self, drawing: Drawing) -> None:
        self.d = drawing
        self.nodes = [n for n in drawing.nodes.values() if n.kind != "body"]
        self.blocked: set[Point] = set()
        self.near: set[Point] = set()
        for n in self.nodes:
            self.blocked |= self._points(n, CLEAR)
            self.near |= self._points(n, GRID + CLEAR)
        for f in drawing.flows:
            if self._straight(f):
                a, b = drawing.nodes[f.source], drawing.nodes[f.target]
                self.blocked |= {(x, y) for x in _span(a.x, b.x if a.y == b.y else a.x) for y in _span(a.y, b.y)}
        self.lines: dict[Segment, set[int]] = defaultdict(set)
        self.paths: dict[int, list[Point]] = {}

    def _points(self, n: Node, clear: int) -> set[Point]:
        left, top, right, bottom = n.box
        xs = range((left - clear) // GRID * GRID, right + clear + GRID, GRID)
        ys = range((top - clear) // GRID * GRID, bottom + clear + GRID, GRID)
        return {
            (x, y) for x in xs for y in ys
            if left - clear < x < right + clear and top - clear < y < bottom + clear
        }

    def run(self, passes: int = 4) -> None:
        """Route all flows between nodes of the same level."""
        todo = [i for i, f in enumerate(self.d.flows) if self._routable(f)]
        todo.sort(key=lambda i: (self._length(self.d.flows[i]), self.d.flows[i].id))
        for _ in range(passes):
            for i in todo:
                self._forget(i)
                self._draw(i)

    def _routable(self, f: Flow) -> bool:
        return f.source != self.d.body and f.target != self.d.body and not self._straight(f)

    def _straight(self, f: Flow) -> bool:
        source = self.d.nodes[f.source]
        return source.tone == "quiet" or source.kind == "boundary_message"

    def _length(self, f: Flow) -> int:
        a, b = self.d.nodes[f.source], self.d.nodes[f.target]
        return abs(a.x - b.x) + abs(a.y - b.y)

    def _forget(self, i: int) -> None:
        path = self.paths.pop(i, [])
        for a, b in zip(path, path[1:], strict=False):
            self.lines[_segment(a, b)].discard(i)

    def _related(self, i: int, j: int) -> bool:
        a, b = self.d.flows[i], self.d.flows[j]
        return a.source == b.source or a.target == b.target

    def _exits(self, n: Node) -> dict[str, int]:
        if n.kind in GATEWAYS:
            return {"right": 0, "up": 20, "down": 20, "left": 300}
        return {"right": 0, "up": 60, "down": 60, "left": 240}

    def _entries(self, n: Node) -> dict[str, int]:
        side = 10 if n.kind in GATEWAYS else 30
        return {"right": 0, "up": side, "down": side, "left": 160}

    def _stub(self, n: Node, way: str) -> list[Point]:
        dx, dy = STEPS[way]
        point: Point = (n.x, n.y)
        stub = [point]
        own = self._points(n, CLEAR)
        while point in own:
            point = (point[0] + dx, point[1] + dy)
            stub.append(point)
        return stub

    def _line_cost(self, i: int, a: Point, b: Point) -> int | None:
        users = self.lines.get(_segment(a, b))
        if not users:
            return 0
        return 0 if all(self._related(i, j) for j in users) else None

    def _cross_cost(self, i: int, p: Point, way: str, nxt: str) -> int:
        """Price of passing p, coming along `way` and leaving along `nxt`, over flows already there."""
        cost = 0
        seen: set[int] = set()
        for dx, dy in STEPS.values():
            seen |= self.lines.get(_segment(p, (p[0] + dx, p[1] + dy)), set())
        for j in seen:
            if j == i:
                continue
            arms = {w for w, (dx, dy) in STEPS.items() if j in self.lines[_segment(p, (p[0] + dx, p[1] + dy))]}
            straight = arms in ({"left", "right"}, {"up", "down"})
            mine = {nxt, {"left": "right", "right": "left", "up": "down", "down": "up"}[way]}
            if arms & mine:
                continue
            cost += CROSS if straight and way == nxt else (TOUCH if not self._related(i, j) else CROSS)
        return cost

    def _draw(self, i: int) -> None:
        f = self.d.flows[i]
        source, target = self.d.nodes[f.source], self.d.nodes[f.target]
        goals: dict[tuple[Point, str], tuple[int, list[Point]]] = {}
        back = {"left": "right", "right": "left", "up": "down", "down": "up"}
        for way, cost in self._entries(target).items():
            stub = self._stub(target, back[way])
            extra = self._stub_cost(i, stub)
            if extra is not None and stub[-1] not in self.blocked:
                goals[stub[-1], way] = cost + extra, stub[::-1]
        heap: list[tuple[int, int, Point, str, int]] = []
        came: dict[tuple[Point, str], tuple[Point, str] | None] = {}
        best: dict[tuple[Point, str], int] = {}
        starts: dict[tuple[Point, str], list[Point]] = {}
        tie = 0
        sisters = sum(other.source == f.source for other in self.d.flows)
        for way, cost in self._exits(source).items():
            stub = self._stub(source, way)
            extra = self._stub_cost(i, stub)
            if extra is None or stub[-1] in self.blocked:
                continue
            taken = sum(
                1 for j, other in enumerate(self.d.flows)
                if j != i and other.source == f.source and j in self.lines.get(_segment(stub[-2], stub[-1]), set())
            )
            start = (stub[-1], way)
            starts[start], best[start], came[start] = stub, cost + extra + (SHARED_PORT * min(taken, 2) if sisters < 4 else 0), None
            heapq.heappush(heap, (best[start], tie, stub[-1], way, 0))
            tie += 1
        left, top, right, bottom = self._bounds(source)
        trunk = source.x if sisters > 1 else target.x
        done: tuple[int, tuple[Point, str], tuple[Point, str]] | None = None
        while heap:
            cost, _, p, way, _ = heapq.heappop(heap)
            if cost > best[p, way] or (done and cost >= done[0]):
                continue
            for nxt, (dx, dy) in STEPS.items():
                if nxt == back[way]:
                    continue
                bend = BEND if nxt != way else 0
                cross = self._cross_cost(i, p, way, nxt)
                if (p, nxt) in goals:
                    total = cost + bend + cross + goals[p, nxt][0]
                    if not done or total < done[0]:
                        done = total, (p, way), (p, nxt)
                q = (p[0] + dx, p[1] + dy)
                if q in self.blocked or not (left < q[0] < right and top < q[1] < bottom):
                    continue
                line = self._line_cost(i, p, q)
                if line is None:
                    continue
                drift = min(abs(p[0] - trunk) // GRID, 8) if dy else 0
                shared = BUNDLE if self.lines.get(_segment(p, q)) else 0
                total = cost + GRID - shared + bend + cross + drift + (HUG if q in self.near else 0)
                if total < best.get((q, nxt), 1 << 30):
                    best[q, nxt], came[q, nxt] = total, (p, way)
                    tie += 1
                    heapq.heappush(heap, (total, tie, q, nxt, 0))
        if done is None:
            raise ValueError(f"no way from {f.source} to {f.target}")
        chain: list[Point] = []
        at: tuple[Point, str] | None = done[1]
        while at is not None:
            chain.append(at[0])
            first = at
            at = came[at]
        path = starts[first][:-1] + chain[::-1] + goals[done[2]][1][1:]
        self.paths[i] = path
        for a, b in zip(path, path[1:], strict=False):
            self.lines[_segment(a, b)].add(i)

    def _stub_cost(self, i: int, stub: list[Point]) -> int | None:
        for a, b in zip(stub, stub[1:], strict=False):
            if self._line_cost(i, a, b) is None:
                return None
        return 0

    def _bounds(self, n: Node) -> tuple[int, int, int, int]:
        return self.d.body_box if self.d.body and n.body else self.d.pool_box


def route(d: Drawing) -> None:
    """Set the points of every flow."""
    router = Router(d)
    router.run()
    for i, f in enumerate(d.flows):
        a, b = d.nodes[f.source], d.nodes[f.target]
        if f.source == d.body:
            f.points = [(a.box[2], b.y), (b.box[0], b.y)]
        elif f.target == d.body:
            f.points = [(a.box[2], a.y), (b.box[0], a.y)]
        elif i in router.paths:
            f.points = _trim(router.paths[i], a, b)
        elif a.kind == "service":
            f.points = [(a.box[2], a.y), (b.box[0], b.y)]
        else:
            f.points = [(a.x, a.box[3]), (a.x, b.box[1])]


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


