"""A process as a picture made on the server: the version that ran, and the way that was really taken."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from engine.graph import HUMAN, Graph, Kind
from engine.picture import Edge, Picture, Shape, read_picture
from engine.retrace import Trace

#: Characters (a Chinese one counts two) in one line of a box, and lines in it.
_LINE, _LINES = 15, 4
_TEXT = 12
#: Width of half a character of a flow's name.
_HALF = 5.5
_STOPS = "，。、；：？！）》”’·"


@dataclass(frozen=True, slots=True)
class Box:
    """One node as drawn."""

    shape: Shape
    state: str  #: active, done, cancelled, fired or empty
    lines: tuple[tuple[float, float, str], ...]
    middle: tuple[float, float]
    diamond: str
    sign: str
    badge: str


@dataclass(frozen=True, slots=True)
class Line:
    """One flow as drawn; `order` are the places it has in the way, counted from 1."""

    edge: Edge
    points: str
    order: tuple[int, ...]
    words: tuple[tuple[float, float, str], ...]  #: its name, line by line, with where each stands
    tag: tuple[float, float, str, float] | None

    @property
    def taken(self) -> bool:
        """Tell whether it was taken."""
        return bool(self.order)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture with its way."""

    view: str
    width: int
    height: int
    frames: tuple[Box, ...]
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    path: tuple[str, ...]  #: the flows in the order taken
    whole: bool  #: the way fits the diagram from its first event to its last


_SIGNS = {
    "exclusiveGateway": "×", "parallelGateway": "+", "inclusiveGateway": "○", "eventBasedGateway": "⬠",
    "message": "✉", "signal": "△", "error": "ϟ", "escalation": "⇧", "terminate": "●",
}  # fmt: skip


@lru_cache(maxsize=64)
def picture(xml: str) -> Picture:
    """Return the drawing of a diagram, read once."""
    return read_picture(xml)


def draw(drawn: Picture, graph: Graph, trace: Trace) -> Drawing:
    """Return the picture of a process with the way of its trace."""
    order: dict[str, list[int]] = defaultdict(list)
    for place, passed in enumerate(trace.passed, 1):
        order[passed.flow].append(place)
    touched = {end for flow in order if flow in graph.flows for end in _ends(graph, flow)}
    boxes = [_box(shape, graph, trace, touched) for shape in drawn.shapes]
    return Drawing(
        f"{drawn.x:g} {drawn.y:g} {drawn.width:g} {drawn.height:g}", round(drawn.width), round(drawn.height),
        tuple(box for box in boxes if box.shape.family in ("pool", "lane", "frame")),
        tuple(box for box in boxes if box.shape.family not in ("pool", "lane", "frame")),
        tuple(_line(edge, tuple(order.get(edge.id, ()))) for edge in drawn.edges),
        tuple(passed.flow for passed in trace.passed), trace.fault is None,
    )  # fmt: skip


def _ends(graph: Graph, flow: str) -> tuple[str, str]:
    return graph.flows[flow].source, graph.flows[flow].target


def _state(shape: Shape, graph: Graph, trace: Trace, touched: set[str]) -> str:
    node = graph.nodes.get(shape.id)
    if node is None:
        return ""
    if trace.tokens[shape.id] and trace.status in ("running", "suspended") and node.kind is not Kind.SUB:
        return "active"
    if any(fired == shape.id for _seq, fired in trace.jumps):
        return "fired"
    given_up = sum(1 for _seq, element in trace.cancelled if element == shape.id)
    if given_up and not trace.done[shape.id]:
        return "cancelled"
    if node.kind in HUMAN:
        return "done" if trace.done[shape.id] > 0 else "passed" if shape.id in touched else ""
    return "done" if shape.id in touched else ""


def _box(shape: Shape, graph: Graph, trace: Trace, touched: set[str]) -> Box:
    x, y = shape.x + shape.width / 2, shape.y + shape.height / 2
    right, bottom = shape.x + shape.width, shape.y + shape.height
    diamond = f"{x:g},{shape.y:g} {right:g},{y:g} {x:g},{bottom:g} {shape.x:g},{y:g}"
    times = trace.done[shape.id]
    badge = f"{times}×" if times > 1 else ""
    sign = _SIGNS.get(shape.trigger) or _SIGNS.get(shape.kind, "")
    return Box(shape, _state(shape, graph, trace, touched), _text(shape), (x, y), diamond, sign, badge)


def wrapped(text: str, most: int = _LINE, lines: int = _LINES) -> list[str]:
    """Return a name in lines of one length, the last one cut short where it does not fit."""
    text = " ".join(text.split())
    found = _filled(text, most)
    if len(found) > 1:  # a line that is only filled leaves what remains, often one character, for the next
        found = next(
            (even for width in range(2, most) if len(even := _filled(text, width)) == len(found)), found
        )
    if len(found) > lines:
        found = [*found[: lines - 1], found[lines - 1][:-1] + "…"]
    return [one for one in found if one]


def _filled(text: str, most: int) -> list[str]:
    """Return a text in lines as long as they may be, no stop at the beginning of one."""
    found, line, width = [], "", 0
    for char in text:
        size = 2 if ord(char) > 0x2E7F else 1
        if line and width + size > most and char not in _STOPS:
            found.append(line)
            line, width = "", 0
        line, width = line + char, width + size
    return [*found, line]


def _text(shape: Shape) -> tuple[tuple[float, float, str], ...]:
    if not shape.name:
        return ()
    if shape.family == "frame":
        return ((shape.x + 8, shape.y + 18, shape.name),)
    if shape.family in ("pool", "lane"):
        lines = wrapped(shape.name, max(8, int(shape.height / 7)), 2)
        middle = shape.y + shape.height / 2
        return tuple((shape.x + 14 + 15 * n, middle, line) for n, line in enumerate(lines))
    middle = shape.x + shape.width / 2
    if shape.family == "task":
        lines = wrapped(shape.name, max(6, int((shape.width - 10) / 6)))
        top = shape.y + shape.height / 2 - (len(lines) - 1) * 7.5 + 4
    else:
        lines = wrapped(shape.name, 16)
        middle, top = shape.label or (middle, shape.y + shape.height + 4)
        top += _TEXT
    return tuple((middle, top + 15 * n, line) for n, line in enumerate(lines))


def _line(edge: Edge, order: tuple[int, ...]) -> Line:
    points = " ".join(f"{x:g},{y:g}" for x, y in edge.points)
    x, y = edge.label or (edge.points[0][0] + 8, edge.points[0][1] - 16)
    most = max(8, int(edge.label_width / _HALF)) if edge.label_width else 2 * _LINE
    named = tuple((x, y + _TEXT + 13 * n, one) for n, one in enumerate(wrapped(edge.name, most)))
    tag = None
    if order:
        text = str(order[0]) if len(order) == 1 else f"{order[0]} ×{len(order)}"
        x, y = edge.middle
        tag = (x, y, text, 12 + 6.5 * len(text))
    return Line(edge, points, order, named, tag)
