"""What is laid out: nodes and flows of a scope as the file says them, then with their place on the canvas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from engine.compile.xml import child, children, local, reference, text

Point = tuple[float, float]

TASKS = frozenset(
    {
        "task", "userTask", "manualTask", "serviceTask", "scriptTask", "businessRuleTask", "sendTask",
        "receiveTask", "callActivity",
    }
)  # fmt: skip
FRAMES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
GATEWAYS = frozenset(
    {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"}
)
EVENTS = frozenset(
    {"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"}
)
#: What stands beside the flow: name -> width and height.
BESIDE: Mapping[str, tuple[float, float]] = {
    "textAnnotation": (140.0, 50.0), "dataObjectReference": (36.0, 50.0), "dataStoreReference": (50.0, 50.0),
}  # fmt: skip
LINKS = frozenset({"association", "dataInputAssociation", "dataOutputAssociation"})


@dataclass(slots=True)
class Box:
    """One thing with a place: left, top, width and height in pixels."""

    id: str
    kind: str
    width: float
    height: float
    x: float = 0
    y: float = 0
    host: str = ""  #: the activity a boundary event stands on
    start: bool = False
    quiet: bool = False  #: beside the flow, or an event sub-process: below everything else
    inner: Scope | None = None
    spans: bool = False  #: a frame whose content lies in other lanes than its own
    rank: int = 0
    lane: int = -1
    row: int = 0

    @property
    def middle(self) -> Point:
        """Return its centre."""
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(slots=True)
class Line:
    """One flow with the points it is drawn through."""

    id: str
    source: str
    target: str
    points: list[Point] = field(default_factory=list)


@dataclass(slots=True)
class Lane:
    """A band of a pool; `depth` counts the lanes around it."""

    id: str
    depth: int
    first: int  #: the first and last band of leaf lanes it covers
    last: int


@dataclass(slots=True)
class Scope:
    """A process or sub-process: what stands in it."""

    id: str
    boxes: dict[str, Box] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    links: list[tuple[str, str, str]] = field(default_factory=list)  #: id, from, to, of any scope
    groups: dict[str, str] = field(default_factory=dict)  #: id of a group -> the category value it is of
    members: dict[str, list[str]] = field(default_factory=dict)  #: category value -> what bears it here
    lanes: list[Lane] = field(default_factory=list)
    bands: int = 1
    width: float = 0
    height: float = 0
    tops: list[float] = field(default_factory=list)  #: of the bands, then the end of the last
    left: dict[int, float] = field(default_factory=dict)  #: of the columns
    wide: dict[int, float] = field(default_factory=dict)
    high: dict[tuple[int, int], float] = field(default_factory=dict)  #: of the rows of a band
    needs: list[float] = field(default_factory=list)  #: height each band needs

    def everything(self) -> Iterator[Box]:
        """Yield every box, a frame before what stands in it."""
        for box in self.boxes.values():
            yield box
            if box.inner is not None:
                yield from box.inner.everything()

    def scopes(self) -> Iterator[Scope]:
        """Yield this scope and those within."""
        yield self
        for box in self.boxes.values():
            if box.inner is not None:
                yield from box.inner.scopes()


def read_scope(element: etree._Element) -> Scope:
    """Return a process or sub-process; what has no id cannot be drawn and is left out."""
    scope = Scope(element.get("id", ""))
    for one in element:
        name = local(one) if isinstance(one.tag, str) else ""
        box = _box(one, name)
        if box is not None and box.id and box.id not in scope.boxes:
            scope.boxes[box.id] = box
        if name == "sequenceFlow" and one.get("id"):
            ends = reference(one.get("sourceRef")), reference(one.get("targetRef"))
            scope.lines.append(Line(one.get("id", ""), *ends))
        if name == "group" and one.get("id"):
            scope.groups[one.get("id", "")] = reference(one.get("categoryValueRef"))
        for value in children(one, "categoryValueRef"):
            scope.members.setdefault(reference(text(value)), []).append(one.get("id", ""))
        scope.links += _links(one, name)
    for box in scope.boxes.values():
        host = scope.boxes.get(box.host)
        if host is None or host.kind not in TASKS | FRAMES:
            box.host = ""
    scope.lines = [one for one in scope.lines if one.source in scope.boxes and one.target in scope.boxes]
    return scope


def read_process(element: etree._Element, lanes: bool) -> Scope:
    """Return a process with its lanes, or all in one band."""
    scope = read_scope(element)
    if lanes:
        _lanes(scope, element)
    _resolve(scope, 0)
    return scope


def _resolve(scope: Scope, lane: int) -> None:
    """Let what stands in no lane stand in that of its frame, and find frames that reach over several."""
    for box in scope.boxes.values():
        box.lane = lane if box.lane < 0 else box.lane
    for box in scope.boxes.values():
        if box.host:
            box.lane = scope.boxes[box.host].lane
        if box.inner is not None:
            box.inner.bands = scope.bands
            _resolve(box.inner, box.lane)
            box.spans = any(one.lane != box.lane for one in box.inner.everything())
            if box.spans:
                box.row = -1
            else:
                _in_one_band(box.inner)


def _in_one_band(scope: Scope) -> None:
    for inside in scope.scopes():
        inside.bands = 1
    for box in scope.everything():
        box.lane = 0


def _box(element: etree._Element, name: str) -> Box | None:
    id_ = element.get("id", "")
    if name in TASKS:
        return Box(id_, name, 120, 80)
    if name in GATEWAYS:
        return Box(id_, name, 50, 50)
    if name in EVENTS:
        host = reference(element.get("attachedToRef")) if name == "boundaryEvent" else ""
        return Box(id_, name, 36, 36, host=host, start=name == "startEvent")
    if name in BESIDE:
        return Box(id_, name, *BESIDE[name], quiet=True)
    if name in FRAMES:
        by_event = element.get("triggeredByEvent") in ("true", "1")
        return Box(id_, name, 0, 0, inner=read_scope(element), quiet=by_event)
    return None


def _links(element: etree._Element, name: str) -> list[tuple[str, str, str]]:
    """Return what joins things beside the flow: an association, or the data of an activity."""
    if name == "association":
        ends = reference(element.get("sourceRef")), reference(element.get("targetRef"))
        return [(element.get("id", ""), *ends)]
    found = []
    for one in children(element, "dataInputAssociation", "dataOutputAssociation"):
        outside = "sourceRef" if local(one) == "dataInputAssociation" else "targetRef"
        other, here = reference(text(child(one, outside))), element.get("id", "")
        found.append((one.get("id", ""), *((other, here) if outside == "sourceRef" else (here, other))))
    return found


def _lanes(scope: Scope, element: etree._Element) -> None:
    """Note the bands and which node stands in which."""
    bands = 0
    boxes = {box.id: box for box in scope.everything()}

    def visit(holder: etree._Element, depth: int) -> None:
        nonlocal bands
        for lane in children(holder, "lane"):
            note = Lane(lane.get("id", ""), depth, bands, bands)
            scope.lanes.append(note)
            below = child(lane, "childLaneSet")
            if below is not None and child(below, "lane") is not None:
                visit(below, depth + 1)
            else:
                bands += 1
            note.last = bands - 1
            for ref in children(lane, "flowNodeRef"):
                box = boxes.get(reference(text(ref)))
                if box is not None:
                    box.lane = note.first

    holder = child(element, "laneSet")
    if holder is not None:
        visit(holder, 0)
    scope.bands = max(bands, 1)
