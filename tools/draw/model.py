"""What is drawn: nodes, flows and lanes, first without, then with their place on the canvas."""

from __future__ import annotations

from dataclasses import dataclass, field

Point = tuple[int, int]
Box = tuple[int, int, int, int]

BOUNDARY = frozenset({"boundary_timer", "boundary_message"})
EVENTS = BOUNDARY | {"start", "end", "terminate", "throw", "catch_message", "catch_timer"}
GATEWAYS = frozenset({"exclusive", "parallel", "event"})
TASKS = frozenset({"user", "service", "rule", "call", "task"})

SIZES = dict.fromkeys(EVENTS, (36, 36)) | dict.fromkeys(GATEWAYS, (50, 50)) | dict.fromkeys(TASKS, (120, 80))


@dataclass
class Node:
    """One flow node; x and y are its centre, in pixels."""

    id: str
    kind: str
    name: str
    attrs: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    lane: str = ""
    message: str | None = None
    #: further messages of the same event: it takes whichever comes first
    more: tuple[str, ...] = ()
    timer: str | None = None
    attached: str | None = None
    called: str | None = None
    tone: str = "plain"
    rank: int = 0
    row: int = 0
    x: int = 0
    y: int = 0
    w: int = 0
    h: int = 0
    label: Box | None = None

    def __post_init__(self) -> None:
        self.w, self.h = SIZES.get(self.kind, (0, 0))

    @property
    def box(self) -> Box:
        """Return left, top, right, bottom in pixels."""
        return self.x - self.w // 2, self.y - self.h // 2, self.x + self.w // 2, self.y + self.h // 2


@dataclass
class Flow:
    """One sequence flow with the points it is drawn through."""

    id: str
    source: str
    target: str
    name: str = ""
    branch: str = ""
    condition: str = ""
    default: bool = False
    points: list[Point] = field(default_factory=list)
    label: Box | None = None


@dataclass
class Lane:
    """A role's band; y and height in pixels."""

    role: str
    name: str
    tone: str
    rows: int = 1
    y: int = 0
    height: int = 0


@dataclass
class Variable:
    """A routing variable the process declares."""

    name: str
    type: str
    options: str = ""


@dataclass
class Drawing:
    """One process, ready to be placed, routed and written."""

    id: str
    name: str
    tier: str
    folder: str
    correlation: str
    nodes: dict[str, Node]
    flows: list[Flow]
    lanes: list[Lane]
    variables: list[Variable]
    hints: dict[str, str]
    body: str | None = None
    body_box: Box = (0, 0, 0, 0)
    pool_box: Box = (0, 0, 0, 0)

    def inner(self) -> list[Node]:
        """Return the nodes inside the body, or all of them where there is no body."""
        return [n for n in self.nodes.values() if n.body == self.body and n.id != self.body]
