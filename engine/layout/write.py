"""From a file to the same file with a drawing; nothing else of it is touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from engine import xmlsafe
from engine.compile.xml import BPMN, BPMNDI, children, reference
from engine.layout.model import EVENTS, FRAMES, GATEWAYS, TASKS, Box, Point, Scope, read_process
from engine.layout.place import place
from engine.layout.route import route

_DC, _DI = "http://www.omg.org/spec/DD/20100524/DC", "http://www.omg.org/spec/DD/20100524/DI"
_PREFIXES = {"bpmndi": BPMNDI, "dc": _DC, "di": _DI}
_NODES = TASKS | GATEWAYS | EVENTS | FRAMES
LEFT, TOP, BETWEEN = 160.0, 80.0, 60.0
#: Width of the name of a pool or lane.
NAME = 30.0
#: Room between a group and what it holds.
ROUND = 12.0


def with_drawing(xml: bytes) -> bytes:
    """Return a file as it is where a node of it is drawn, else laid out; raise XmlRefused."""
    return xml if _is_drawn(xmlsafe.load(xml)) else laid_out(xml)


def _is_drawn(root: etree._Element) -> bool:
    drawn = {reference(one.get("bpmnElement")) for one in root.iter(f"{{{BPMNDI}}}BPMNShape")}
    return any(one.get("id") in drawn for name in _NODES for one in root.iter(f"{{{BPMN}}}{name}"))


def laid_out(xml: bytes) -> bytes:
    """Return the file with a new drawing instead of the one it has; raise XmlRefused.

    The same file comes back where there is no process with an id, or where it would grow too large.
    """
    root = xmlsafe.load(xml)
    drawings = _drawings(root)
    if not drawings:
        return xml
    for old in list(root.iter(f"{{{BPMNDI}}}BPMNDiagram")):
        parent = old.getparent()
        if parent is not None:
            parent.remove(old)
    ids = {one.get("id") for one in root.iter() if isinstance(one.tag, str)}
    for drawing in drawings:
        root.append(_Writer(ids).diagram(drawing))
    written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return written if len(written) <= xmlsafe.MAX_BYTES else xml


@dataclass(slots=True)
class _Pool:
    id: str  #: of the participant; empty where the process stands alone
    scope: Scope
    x: float
    y: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Return left, top, width and height, with the room for names."""
        names = NAME * (1 + max((lane.depth + 1 for lane in self.scope.lanes), default=0))
        return self.x - names, self.y, self.scope.width + names, self.scope.height


@dataclass(slots=True)
class _Drawing:
    plane: str
    pools: list[_Pool]
    empty: list[str]  #: participants without a process of this file
    messages: list[tuple[str, str, str]]


def _drawings(root: etree._Element) -> list[_Drawing]:
    processes = {one.get("id", ""): one for one in children(root, "process") if one.get("id")}
    collaboration = next((one for one in children(root, "collaboration") if one.get("id")), None)
    found: list[_Drawing] = []
    if collaboration is not None:
        pools, empty = [], []
        for one in children(collaboration, "participant"):
            process = processes.pop(reference(one.get("processRef")), None)
            if process is not None and one.get("id"):
                pools.append(_pool(one.get("id", ""), process))
            elif one.get("id"):
                empty.append(one.get("id", ""))
        flows = children(collaboration, "messageFlow")
        messages = [
            (one.get("id", ""), reference(one.get("sourceRef")), reference(one.get("targetRef")))
            for one in flows
        ]
        if pools or empty:
            found.append(_Drawing(collaboration.get("id", ""), pools, empty, messages))
    found += [_Drawing(id_, [_pool("", process)], [], []) for id_, process in processes.items()]
    return found


def _pool(id_: str, process: etree._Element) -> _Pool:
    scope = read_process(process, lanes=bool(id_))  # lanes are drawn in a pool only
    place(scope)
    route(scope)
    return _Pool(id_, scope, 0, 0)


class _Writer:
    """Writes one diagram; `ids` are those the file has."""

    def __init__(self, ids: set[str | None]) -> None:
        self._ids = ids
        self._at: dict[str, tuple[float, float, float, float]] = {}

    def diagram(self, drawing: _Drawing) -> etree._Element:
        """Return the drawing as an element of the file."""
        id_ = self._id(drawing.plane, "diagram")
        made = etree.Element(_q(BPMNDI, "BPMNDiagram"), nsmap=_PREFIXES, id=id_)
        plane = etree.SubElement(made, _q(BPMNDI, "BPMNPlane"), id=self._id(drawing.plane, "plane"))
        plane.set("bpmnElement", drawing.plane)
        y = TOP
        deepest = max((lane.depth + 1 for pool in drawing.pools for lane in pool.scope.lanes), default=0)
        for pool in drawing.pools:
            pool.x, pool.y = LEFT + NAME * (deepest + 1), y
            y += pool.scope.height + BETWEEN
            self._pool(plane, pool)
        for id_ in drawing.empty:
            self._shape(plane, id_, (LEFT, y, 600, 60), isHorizontal="true")
            y += 60 + BETWEEN
        scopes = [scope for pool in drawing.pools for scope in pool.scope.scopes()]
        for scope in scopes:
            self._straight(plane, scope.links)
        self._groups(plane, scopes, y)
        self._straight(plane, drawing.messages)
        return made

    def _pool(self, plane: etree._Element, pool: _Pool) -> None:
        if pool.id:
            left, top, width, _height = pool.box
            self._shape(plane, pool.id, pool.box, isHorizontal="true")
            for lane in pool.scope.lanes:
                at = NAME * (lane.depth + 1)
                upper, lower = pool.scope.tops[lane.first], pool.scope.tops[lane.last + 1]
                self._shape(plane, lane.id, (left + at, top + upper, width - at, lower - upper),
                            isHorizontal="true")  # fmt: skip
        self._scope(plane, pool.scope, pool.x, pool.y)

    def _scope(self, plane: etree._Element, scope: Scope, x: float, y: float) -> None:
        for box in sorted(scope.boxes.values(), key=lambda one: bool(one.host)):
            place_ = (x + box.x, y + box.y, box.width, box.height)
            self._shape(plane, box.id, place_, **_marks(box))
            if box.inner is not None:
                self._scope(plane, box.inner, x + box.x, y + box.y)
        for line in scope.lines:
            self._edge(plane, line.id, [(x + a, y + b) for a, b in line.points])

    def _groups(self, plane: etree._Element, scopes: list[Scope], y: float) -> None:
        """Draw groups around what bears their value; one that nothing bears stands below, to be placed."""
        x = LEFT
        for group, value in [pair for scope in scopes for pair in scope.groups.items()]:
            names = [name for scope in scopes for name in scope.members.get(value, ())]
            boxes = [self._at[name] for name in names if value and name in self._at]
            if boxes:
                left, top = min(one[0] for one in boxes) - ROUND, min(one[1] for one in boxes) - ROUND
                right = max(one[0] + one[2] for one in boxes) + ROUND
                lower = max(one[1] + one[3] for one in boxes) + ROUND
                self._shape(plane, group, (left, top, right - left, lower - top))
            else:
                self._shape(plane, group, (x, y, 140, 100))
                x += 140 + BETWEEN

    def _straight(self, plane: etree._Element, links: list[tuple[str, str, str]]) -> None:
        for id_, source, target in links:
            if id_ and source in self._at and target in self._at:
                self._edge(plane, id_, _between(self._at[source], self._at[target]))

    def _shape(
        self, plane: etree._Element, id_: str, box: tuple[float, float, float, float], **marks: str
    ) -> None:
        if not id_:
            return
        shape = etree.SubElement(plane, _q(BPMNDI, "BPMNShape"), id=self._id(id_, "di"), bpmnElement=id_)
        for name, value in marks.items():
            shape.set(name, value)
        names = ("x", "y", "width", "height")
        etree.SubElement(shape, _q(_DC, "Bounds"), dict(zip(names, map(_number, box), strict=True)))
        self._at[id_] = box

    def _edge(self, plane: etree._Element, id_: str, points: list[Point]) -> None:
        edge = etree.SubElement(plane, _q(BPMNDI, "BPMNEdge"), id=self._id(id_, "di"), bpmnElement=id_)
        for x, y in points:
            etree.SubElement(edge, _q(_DI, "waypoint"), x=_number(x), y=_number(y))

    def _id(self, of: str, kind: str) -> str:
        wanted, n = f"{of}_{kind}", 1
        while wanted in self._ids:
            n += 1
            wanted = f"{of}_{kind}_{n}"
        self._ids.add(wanted)
        return wanted


def _marks(box: Box) -> Mapping[str, str]:
    if box.inner is not None:
        return {"isExpanded": "true"}
    return {"isMarkerVisible": "true"} if box.kind == "exclusiveGateway" else {}


def _between(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> list[Point]:
    """Return a straight line from the border of one box to that of another."""
    middles = [(x + width / 2, y + height / 2) for x, y, width, height in (one, other)]
    return [_border(one, middles[1]), _border(other, middles[0])]


def _border(box: tuple[float, float, float, float], towards: Point) -> Point:
    x, y, width, height = box
    middle_x, middle_y = x + width / 2, y + height / 2
    dx, dy = towards[0] - middle_x, towards[1] - middle_y
    if abs(dx) * height > abs(dy) * width:
        return (x + width if dx > 0 else x, middle_y + dy * width / 2 / abs(dx))
    if dy:
        return (middle_x + dx * height / 2 / abs(dy), y + height if dy > 0 else y)
    return middle_x, middle_y


def _number(value: float) -> str:
    return str(round(value))


def _q(space: str, name: str) -> str:
    return f"{{{space}}}{name}"
