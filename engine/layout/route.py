"""Lines that turn at right angles: out at the right, through the lane between two rows, in at the left."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict

from engine.layout.model import Box, Line, Point, Scope
from engine.layout.place import GAP, ROW_GAP

#: Lines that run beside each other keep this distance, as far as there is room.
TRACK = 8.0


def route(scope: Scope) -> None:
    """Draw the flows of a scope and of those within, from the scope's own corner."""
    ways = _Ways(scope)
    for line in scope.lines:
        line.points = ways.of(line)
    for box in scope.boxes.values():
        if box.inner is not None:
            route(box.inner)


class _Ways:
    """The free room between columns and rows of one scope."""

    def __init__(self, scope: Scope) -> None:
        self._boxes = scope.boxes
        self._in_row: dict[tuple[int, int], list[int]] = defaultdict(list)
        self._left: dict[int, float] = {}
        self._bottom: dict[tuple[int, int], float] = defaultdict(float)
        self._used: dict[tuple[str, object], int] = defaultdict(int)
        for box in scope.boxes.values():
            if box.host:
                continue
            self._in_row[box.lane, box.row].append(box.rank)
            self._left[box.rank] = min(self._left.get(box.rank, box.x), box.x)
            row = box.lane, box.row
            self._bottom[row] = max(self._bottom[row], box.y + box.height)
        for ranks in self._in_row.values():
            ranks.sort()

    def of(self, line: Line) -> list[Point]:
        """Return the points of a flow."""
        source, target = self._boxes[line.source], self._boxes[line.target]
        x1, y1 = (source.x + source.width, source.middle[1])
        x2, y2 = target.x, target.middle[1]
        if source.host:
            return self._below(source, target, [(source.middle[0], source.y + source.height)])
        if source.rank < target.rank and self._free(source, target):
            if y1 == y2:
                return [(x1, y1), (x2, y2)]
            bend = self._before(target)
            return [(x1, y1), (bend, y1), (bend, y2), (x2, y2)]
        bend = x1 + GAP / 4 + self._track("out", source.rank)
        return self._below(source, target, [(x1, y1), (bend, y1)])

    def _free(self, source: Box, target: Box) -> bool:
        """Tell whether nothing stands between two nodes in the row of the first."""
        ranks = self._in_row[source.lane, source.row]
        following = bisect_right(ranks, source.rank)
        return following == len(ranks) or ranks[following] >= target.rank

    def _below(self, source: Box, target: Box, points: list[Point]) -> list[Point]:
        """Go on through the room under the row of the source to the left side of the target."""
        row = source.lane, source.row
        y = self._bottom[row] + ROW_GAP / 3 + self._track("under", row)
        bend = self._before(target)
        end = (target.x, target.middle[1])
        return [*points, (points[-1][0], y), (bend, y), (bend, end[1]), end]

    def _before(self, target: Box) -> float:
        return self._left[target.rank] - GAP / 4 - self._track("in", target.rank)

    def _track(self, kind: str, place: object) -> float:
        self._used[kind, place] += 1
        return (self._used[kind, place] - 1) % 4 * TRACK
