"""Columns, rows and pixels of a scope; sub-processes first, since their size decides about the columns.

Columns are longest paths from the start, loops ignored; a node stands in the row of what leads to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from engine.layout.model import Box, Scope

GAP, ROW_GAP = 80.0, 70.0
PAD = 40.0
#: Distance of events that stand on one activity.
PITCH = 50.0
#: Least height of a band.
LEAST = 120.0


def place(scope: Scope) -> None:
    """Give every box of a scope and of those within its place, from the scope's own corner."""
    _measure(scope)
    tops = [0.0]
    for need in scope.needs:
        tops.append(tops[-1] + need)
    _settle(scope, tops)


def _measure(scope: Scope) -> None:
    """Find columns, rows, and how wide the scope and how high its bands have to be."""
    for box in scope.boxes.values():
        if box.inner is not None and box.spans:
            _measure(box.inner)
            box.width = max(box.inner.width, 160.0)
        elif box.inner is not None:
            place(box.inner)
            box.width, box.height = max(box.inner.width, 160.0), max(box.inner.height, 100.0)
    free = [box for box in scope.boxes.values() if not box.host]
    after = _after(scope)
    _ranks(free, after)
    _rows(scope, free, after)
    _columns(scope, free)
    _bands(scope, free)


def _after(scope: Scope) -> dict[str, list[str]]:
    """Return what follows each node; what follows an event on a border follows its activity."""
    found: dict[str, list[str]] = {box.id: [] for box in scope.boxes.values() if not box.host}
    for line in scope.lines:
        source, target = scope.boxes[line.source], scope.boxes[line.target]
        found[source.host or source.id].append(target.host or target.id)
    return found


def _ranks(free: list[Box], after: Mapping[str, list[str]]) -> None:
    boxes = {box.id: box for box in free}
    order = _order([box.id for box in sorted(free, key=lambda one: not one.start)], after)
    place_of = {node: n for n, node in enumerate(order)}
    for node in order:
        for target in after[node]:
            if place_of[target] > place_of[node]:
                boxes[target].rank = max(boxes[target].rank, boxes[node].rank + 1)
    for frame in sorted((box for box in free if box.spans), key=lambda one: one.rank):
        for box in free:  # a frame over several lanes has its column to itself
            box.rank += box.rank >= frame.rank and box is not frame


def _order(starts: Iterable[str], after: Mapping[str, list[str]]) -> list[str]:
    """Return the nodes so that each comes after what leads to it, except on the way back of a loop."""
    done: list[str] = []
    seen: set[str] = set()
    for start in starts:
        if start in seen:
            continue
        seen.add(start)
        way = [(start, iter(after[start]))]
        while way:
            node, rest = way[-1]
            following = next((one for one in rest if one not in seen), None)
            if following is None:
                done.append(node)
                way.pop()
            else:
                seen.add(following)
                way.append((following, iter(after[following])))
    return done[::-1]


def _rows(scope: Scope, free: list[Box], after: Mapping[str, list[str]]) -> None:
    before: dict[str, list[Box]] = defaultdict(list)
    for node, targets in after.items():
        for target in targets:
            before[target].append(scope.boxes[node])
    taken: set[tuple[int, int, int]] = set()
    lowest: dict[tuple[int, int], int] = defaultdict(int)
    under: dict[int, int] = defaultdict(int)  #: lane -> the row below everything in the flow
    for box in sorted(free, key=lambda one: (one.quiet, one.rank)):
        wishes = [
            one.row for one in before[box.id] if one.lane == box.lane and one.rank < box.rank and one.row >= 0
        ]
        if box.spans:
            continue
        row = min(wishes, default=0)
        if box.quiet:
            row = under[box.lane]
        if (box.lane, row, box.rank) in taken:
            row = max(row, lowest[box.lane, box.rank])
        taken.add((box.lane, row, box.rank))
        lowest[box.lane, box.rank] = max(lowest[box.lane, box.rank], row + 1)
        box.row = row
        if not box.quiet:
            under[box.lane] = max(under[box.lane], row + 1)


def _columns(scope: Scope, free: list[Box]) -> None:
    wide: dict[int, float] = defaultdict(float)
    for box in free:
        wide[box.rank] = max(wide[box.rank], box.width)
    x = PAD
    for rank in sorted(wide):
        scope.left[rank] = x
        x += wide[rank] + GAP
    scope.wide = dict(wide)
    scope.width = x - GAP + PAD


def _bands(scope: Scope, free: list[Box]) -> None:
    high: dict[tuple[int, int], float] = defaultdict(lambda: 36.0)
    for box in free:
        if not box.spans:
            high[box.lane, box.row] = max(high[box.lane, box.row], box.height)
    scope.high = dict(sorted(high.items()))
    rows: list[list[float]] = [[] for _band in range(scope.bands)]
    for (lane, _row), height in scope.high.items():
        rows[lane].append(height + ROW_GAP)
    scope.needs = [max(sum(band) - ROW_GAP + 2 * PAD, LEAST) for band in rows]
    for box in free:
        if box.inner is not None and box.spans:
            inner = [*box.inner.needs]
            inner[0] += PAD
            inner[-1] += PAD + _strip(scope, box)
            scope.needs = [max(pair) for pair in zip(scope.needs, inner, strict=True)]


def _strip(scope: Scope, frame: Box) -> float:
    """Return the room under a frame for what its events lead to."""
    return ROW_GAP if any(box.host == frame.id for box in scope.boxes.values()) else 0.0


def _settle(scope: Scope, tops: list[float]) -> None:
    """Place everything between the given tops of the bands."""
    scope.tops, scope.height = tops, tops[-1]
    top: dict[tuple[int, int], float] = {}
    below = [one + PAD for one in tops]
    for (lane, row), height in scope.high.items():
        top[lane, row] = below[lane]
        below[lane] += height + ROW_GAP
    for box in scope.boxes.values():
        if box.host:
            continue
        box.x = scope.left[box.rank] + (scope.wide[box.rank] - box.width) / 2
        if box.inner is not None and box.spans:
            box.y = tops[0] + PAD / 2
            box.height = tops[-1] - box.y - PAD / 2 - _strip(scope, box)
            inner = [one - box.y for one in tops]
            inner[0] += PAD
            _settle(box.inner, inner)
        else:
            box.y = top[box.lane, box.row] + (scope.high[box.lane, box.row] - box.height) / 2
    _on_borders(scope)


def _on_borders(scope: Scope) -> None:
    on: dict[str, list[Box]] = defaultdict(list)
    for box in scope.boxes.values():
        if box.host:
            on[box.host].append(box)
    for host_id, events in on.items():
        host = scope.boxes[host_id]
        pitch = min(PITCH, host.width / len(events))
        for n, event in enumerate(events):
            event.x = host.x + 10 + n * pitch
            event.y = host.y + host.height - event.height / 2
            event.rank, event.row = host.rank, host.row
