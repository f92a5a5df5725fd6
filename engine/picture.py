"""What a diagram looks like: its shapes and lines as they were drawn, for a picture without a browser."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from engine.compile.xml import BPMNDI
from engine.xmlsafe import load

_DC = "{http://www.omg.org/spec/DD/20100524/DC}"
_DI = "{http://www.omg.org/spec/DD/20100524/DI}"
Point = tuple[float, float]
#: What the drawn thing is, by the name of its element; everything else that has a box is an activity.
_FAMILIES = {
    "participant": "pool", "lane": "lane", "startEvent": "start", "endEvent": "end",
    "intermediateCatchEvent": "event", "intermediateThrowEvent": "event", "boundaryEvent": "event",
    "exclusiveGateway": "gateway", "parallelGateway": "gateway", "inclusiveGateway": "gateway",
    "eventBasedGateway": "gateway", "subProcess": "frame", "textAnnotation": "note",
    "dataObjectReference": "note", "dataStoreReference": "note", "group": "note",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shape:
    """One drawn node, lane or pool. `kind` is its BPMN element, `family` how it is drawn."""

    id: str
    kind: str
    family: str
    name: str
    x: float
    y: float
    width: float
    height: float
    label: Point | None = None  #: middle of the top of the text, where it stands outside
    trigger: str = ""  #: of an event: `timer`, `message` …
    interrupting: bool = True


@dataclass(frozen=True, slots=True)
class Edge:
    """One drawn sequence flow."""

    id: str
    name: str
    points: tuple[Point, ...]
    label: Point | None = None
    label_width: float = 0.0  #: 0: not drawn

    @property
    def middle(self) -> Point:
        """Return the point half way along the line."""
        lengths = [
            ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
            for (ax, ay), (bx, by) in zip(self.points, self.points[1:], strict=False)
        ]
        rest = sum(lengths) / 2
        for (ax, ay), (bx, by), length in zip(self.points, self.points[1:], lengths, strict=False):
            if length and rest <= length:
                part = rest / length
                return ax + (bx - ax) * part, ay + (by - ay) * part
            rest -= length
        return self.points[0]


@dataclass(frozen=True, slots=True)
class Picture:
    """A whole drawing and the box it fills."""

    shapes: tuple[Shape, ...]
    edges: tuple[Edge, ...]
    x: float
    y: float
    width: float
    height: float


def read_picture(xml: str) -> Picture:
    """Return the drawing of a stored diagram; what was not drawn is not in it."""
    root = load(xml.encode())
    elements = {one.get("id", ""): one for one in root.iter() if isinstance(one.tag, str) and one.get("id")}
    shapes = [_shape(one, elements) for one in root.iter(f"{{{BPMNDI}}}BPMNShape")]
    edges = [_edge(one, elements) for one in root.iter(f"{{{BPMNDI}}}BPMNEdge")]
    drawn = [shape for shape in shapes if shape is not None]
    lines = [edge for edge in edges if edge is not None]
    points = [point for edge in lines for point in edge.points]
    xs = [s.x for s in drawn] + [s.x + s.width for s in drawn] + [p[0] for p in points] or [0.0]
    ys = [s.y for s in drawn] + [s.y + s.height for s in drawn] + [p[1] for p in points] or [0.0]
    margin = 20.0
    return Picture(
        tuple(sorted(drawn, key=lambda s: (_LAYER.get(s.family, 2), -s.width * s.height))), tuple(lines),
        min(xs) - margin, min(ys) - margin, max(xs) - min(xs) + 2 * margin, max(ys) - min(ys) + 2 * margin,
    )  # fmt: skip


_LAYER = {"pool": 0, "lane": 1}


def _number(element: etree._Element, name: str) -> float:
    try:
        return float(element.get(name, "0"))
    except ValueError:
        return 0.0


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _label_width(di: etree._Element) -> float:
    bounds = di.find(f"{{{BPMNDI}}}BPMNLabel/{_DC}Bounds")
    return 0.0 if bounds is None else _number(bounds, "width")


def _label(di: etree._Element) -> Point | None:
    bounds = di.find(f"{{{BPMNDI}}}BPMNLabel/{_DC}Bounds")
    if bounds is None:
        return None
    return _number(bounds, "x") + _number(bounds, "width") / 2, _number(bounds, "y")


def _shape(di: etree._Element, elements: dict[str, etree._Element]) -> Shape | None:
    element, bounds = elements.get(di.get("bpmnElement", "")), di.find(f"{_DC}Bounds")
    if element is None or bounds is None:
        return None
    kind = _local(element)
    triggers = (_local(one) for one in element if _local(one).endswith("EventDefinition"))
    return Shape(
        element.get("id", ""), kind, _FAMILIES.get(kind, "task"), element.get("name", ""),
        _number(bounds, "x"), _number(bounds, "y"), _number(bounds, "width"), _number(bounds, "height"),
        _label(di), next(triggers, "").removesuffix("EventDefinition"),
        element.get("cancelActivity", "true") != "false",
    )  # fmt: skip


def _edge(di: etree._Element, elements: dict[str, etree._Element]) -> Edge | None:
    element = elements.get(di.get("bpmnElement", ""))
    points = tuple((_number(one, "x"), _number(one, "y")) for one in di.iter(f"{_DI}waypoint"))
    if element is None or _local(element) != "sequenceFlow" or len(points) < 2:
        return None
    return Edge(element.get("id", ""), element.get("name", ""), points, _label(di), _label_width(di))
