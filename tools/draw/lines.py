"""The grid the flows run on: which points are free, which lines are taken, and what passing them costs."""

from __future__ import annotations

from collections import defaultdict

from tools.draw.model import CONTAINERS, Drawing, Flow, Node, Point
from tools.draw.place import GRID

STEPS = {"right": (GRID, 0), "left": (-GRID, 0), "down": (0, GRID), "up": (0, -GRID)}
BACK = {"left": "right", "right": "left", "up": "down", "down": "up"}
#: Prices beside the length: crossing a line at a right angle; touching a bend; running close to a shape.
CROSS, TOUCH, HUG = 100, 600, 6
#: No line comes nearer to a shape than this, in pixels.
CLEAR = 9


def step(p: Point, way: str) -> Point:
    """Return the next grid point in a direction."""
    dx, dy = STEPS[way]
    return p[0] + dx, p[1] + dy


def _segment(a: Point, b: Point) -> tuple[Point, Point]:
    return (a, b) if a < b else (b, a)


def _span(a: int, b: int) -> range:
    return range(min(a, b), max(a, b) + 1, GRID)


def points_of(n: Node, clear: int) -> set[Point]:
    """Return the grid points inside a shape widened by some pixels."""
    left, top, right, bottom = n.box
    xs = range((left - clear) // GRID * GRID, right + clear + GRID, GRID)
    ys = range((top - clear) // GRID * GRID, bottom + clear + GRID, GRID)
    return {
        (x, y)
        for x in xs
        for y in ys
        if left - clear < x < right + clear and top - clear < y < bottom + clear
    }


def is_straight(d: Drawing, f: Flow) -> bool:
    """Tell whether a flow is drawn straight, without a search: overdue branches and the body's exits."""
    source = d.nodes[f.source]
    return source.tone == "quiet" or source.kind == "boundary_message"


class Lines:
    """Remembers the line of every flow drawn so far."""

    def __init__(self, d: Drawing) -> None:
        self.flows = d.flows
        self.blocked: set[Point] = set()
        self.near: set[Point] = set()
        for n in d.nodes.values():
            if n.kind not in CONTAINERS:
                self.blocked |= points_of(n, CLEAR)
                self.near |= points_of(n, GRID + CLEAR)
        for f in d.flows:
            if is_straight(d, f):
                a, b = d.nodes[f.source], d.nodes[f.target]
                across = b.x if a.y == b.y else a.x
                self.blocked |= {(x, y) for x in _span(a.x, across) for y in _span(a.y, b.y)}
        self._users: dict[tuple[Point, Point], set[int]] = defaultdict(set)
        self._paths: dict[int, list[Point]] = {}

    def users(self, a: Point, b: Point) -> set[int]:
        """Return the flows that use the line between two neighbouring points."""
        return self._users.get(_segment(a, b), set())

    def path(self, i: int) -> list[Point]:
        """Return the points of a flow, empty where it was not drawn."""
        return self._paths.get(i, [])

    def keep(self, i: int, path: list[Point]) -> None:
        """Take the lines of a path for a flow."""
        self._paths[i] = path
        for a, b in zip(path, path[1:], strict=False):
            self._users[_segment(a, b)].add(i)

    def forget(self, i: int) -> None:
        """Give the lines of a flow back."""
        path = self._paths.pop(i, [])
        for a, b in zip(path, path[1:], strict=False):
            self._users[_segment(a, b)].discard(i)

    def related(self, i: int, j: int) -> bool:
        """Tell whether two flows have an end in common and may share a line."""
        a, b = self.flows[i], self.flows[j]
        return a.source == b.source or a.target == b.target

    def open(self, i: int, path: list[Point]) -> bool:
        """Tell whether a flow may run along a path without covering an unrelated one."""
        return all(self.related(i, j) for a, b in zip(path, path[1:], strict=False) for j in self.users(a, b))

    def passing(self, i: int, p: Point, way: str, onward: str) -> int:
        """Return the price of passing a point, coming along `way` and leaving along `onward`."""
        cost = 0
        mine = {onward, BACK[way]}
        for j in set().union(*(self.users(p, step(p, w)) for w in STEPS)) - {i}:
            arms = {w for w in STEPS if j in self.users(p, step(p, w))}
            if arms & mine:
                continue
            crossing = len(arms) == 2 and BACK[min(arms)] in arms and way == onward
            cost += CROSS if crossing or self.related(i, j) else TOUCH
        return cost
