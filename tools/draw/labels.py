"""Find a free place for the words beside events, gateways and branches."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from tools.draw.model import CONTAINERS, EVENTS, GATEWAYS, Box, Drawing, Flow, Node, Point

GLYPH, LINE, ROOM = 11, 14, 60


def _width(text: str) -> int:
    return sum(GLYPH if ord(c) > 255 else 7 for c in text)


def size(text: str, limit: int) -> tuple[int, int]:
    """Return width and height in pixels of a text broken into lines of like length below a limit."""
    lines = max(1, -(-_width(text) // limit))
    glyphs = -(-len(text) // lines)
    return (glyphs * GLYPH if lines > 1 else _width(text)) + 6, lines * LINE


def _meet(a: Box, b: Box) -> int:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    return width * height if width > 0 and height > 0 else 0


def _around(n: Node, w: int, h: int) -> Iterator[Box]:
    left, top, right, bottom = n.box
    x, y = n.x - w // 2, n.y - h // 2
    over, under = top - h - 4, bottom + 4
    order = [(x, over), (x, under)] if n.kind in GATEWAYS else [(x, under), (x, over)]
    if n.kind.startswith("boundary"):
        order = [(right + 2, n.y + 3)]
    aside = (n.x - w - 5, n.x + 5)
    order += [(px, py) for py in (over, under) for px in aside]
    order += [(px, n.y - 40 - h - 4) for px in (*aside, x)] + [(px, n.y + 44) for px in (*aside, x)]
    for px, py in [*order, (right + 4, y), (left - w - 4, y)]:
        yield px, py, px + w, py + h


def _along(points: list[Point], w: int, h: int) -> Iterator[Box]:
    for (ax, ay), (bx, by) in zip(points, points[1:], strict=False):
        if ay == by:
            step = 1 if bx > ax else -1
            for offset in range(4, max(5, abs(bx - ax) - w), 10):
                x = ax + offset if step > 0 else ax - offset - w
                yield x, ay - h - 3, x + w, ay - 3
                yield x, ay + 3, x + w, ay + 3 + h
        else:
            step = 1 if by > ay else -1
            for offset in range(4, max(5, abs(by - ay) - h), 10):
                y = ay + offset if step > 0 else ay - offset - h
                yield ax + 4, y, ax + 4 + w, y + h
                yield ax - 4 - w, y, ax - 4, y + h


def _slash(points: list[Point]) -> Box:
    """Return where the mark of a default branch is drawn, just behind its gateway."""
    (ax, ay), (bx, by) = points[:2]
    x, y = ax + 10 * ((bx > ax) - (bx < ax)), ay + 10 * ((by > ay) - (by < ay))
    return x - 8, y - 8, x + 8, y + 8


class Labels:
    """Places one label after the other, each where it hides least."""

    def __init__(self, d: Drawing) -> None:
        self.d = d
        self.solid = [n.box for n in d.nodes.values() if n.kind not in CONTAINERS]
        self.lines = [
            (min(a[0], b[0]) - 1, min(a[1], b[1]) - 1, max(a[0], b[0]) + 1, max(a[1], b[1]) + 1)
            for f in d.flows
            for a, b in zip(f.points, f.points[1:], strict=False)
        ]
        self.solid += [_slash(f.points) for f in d.flows if f.default and len(f.points) > 1]
        across = (d.pool_box[0], d.pool_box[2])
        self.lines += [(across[0], lane.y - 1, across[1], lane.y + 1) for lane in d.lanes]
        self.placed: list[Box] = []
        if d.body:
            left, _, right, bottom = d.body_box
            self.lines.append((left, bottom - 1, right, bottom + 1))

    def _cost(self, box: Box) -> int:
        cost = sum(_meet(box, s) * 6 for s in self.solid) + sum(_meet(box, p) * 8 for p in self.placed)
        return cost + sum((_meet(box, line) + 40) * 3 for line in self.lines if _meet(box, line))

    def put(self, candidates: Iterator[Box], drift: int) -> Box:
        """Return the cheapest candidate; `drift` is the price of going one candidate further."""
        best: tuple[int, Box] | None = None
        for k, box in enumerate(candidates):
            cost = self._cost(box) + k * drift
            if best is None or cost < best[0]:
                best = cost, box
        assert best is not None
        self.placed.append(best[1])
        return best[1]


def _branch_points(f: Flow, flows: list[Flow]) -> list[Point]:
    """Return the part of a flow that it does not share with its sisters, where the word is unmistakable."""
    sisters = [g for g in flows if g.source == f.source and g is not f]
    if not sisters:
        return f.points
    lines = [line for g in sisters for line in zip(g.points, g.points[1:], strict=False)]
    for k, (a, b) in enumerate(zip(f.points, f.points[1:], strict=False)):
        parting = max(
            (_parting(a, b, *line) for line in lines), key=lambda p: abs(p[0] - a[0]) + abs(p[1] - a[1])
        )
        last = k + 2 == len(f.points)
        if parting != b or last:
            room = 0 if last else abs(f.points[k + 2][0] - b[0])
            if parting != a and room >= ROOM:
                return f.points[k + 1 :]
            return [parting if parting != b else a, *f.points[k + 1 :]]
    return f.points


def _parting(a: Point, b: Point, p: Point, q: Point) -> Point:
    """Return the point of the line a-b up to which the line p-q runs along with it, a where it does not."""
    for along, across in ((0, 1), (1, 0)):
        if a[across] == b[across] == p[across] == q[across]:
            low, high = sorted((p[along], q[along]))
            ahead = b[along] > a[along]
            end = min(high, b[along]) if ahead else max(low, b[along])
            if low < max(a[along], b[along]) and high > min(a[along], b[along]):
                return (end, a[1]) if along == 0 else (a[0], end)
    return a


def label(d: Drawing) -> None:
    """Set the label boxes of events, gateways and named flows."""
    labels = Labels(d)
    for n in d.nodes.values():
        if n.kind in EVENTS and n.name:
            w, h = size(n.name, 88)
            n.label = labels.put(_around(n, w, h), 30)
    for f in d.flows:
        if f.name:
            way = _branch_points(f, d.flows)
            shapes = dict.fromkeys((size(f.name, 66), size(f.name, 96)))  # two short lines, or one
            turns = zip_longest(*(_along(way, w, h) for w, h in shapes))
            f.label = labels.put((box for turn in turns for box in turn if box), 4 // len(shapes))
    for n in d.nodes.values():
        if n.kind in GATEWAYS and n.name:
            w, h = size(n.name, 88)
            n.label = labels.put(_around(n, w, h), 30)
