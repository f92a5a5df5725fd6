"""What a diagram compiles to: an immutable, shared graph of plain nodes. `engine.compile` makes it.

A graph carries nothing of a running instance, so one graph serves every instance and thread.
Conditions and timers are compiled expressions; the `attrs` of a node are the diagram's own extension
attributes by local name (`role`, `form`, `deadline`, `clauses` …), opaque to the engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from engine.expressions import Expr


class Kind(StrEnum):
    """What a node is."""

    START = "startEvent"
    END = "endEvent"
    CATCH = "intermediateCatchEvent"
    THROW = "intermediateThrowEvent"
    BOUNDARY = "boundaryEvent"
    USER = "userTask"
    MANUAL = "manualTask"
    SERVICE = "serviceTask"
    RULE = "businessRuleTask"
    SEND = "sendTask"
    RECEIVE = "receiveTask"
    EXCLUSIVE = "exclusiveGateway"
    PARALLEL = "parallelGateway"
    INCLUSIVE = "inclusiveGateway"
    EVENT = "eventBasedGateway"
    SUB = "subProcess"
    EVENT_SUB = "eventSubProcess"
    CALL = "callActivity"


ACTIVITIES = frozenset(
    {Kind.USER, Kind.MANUAL, Kind.SERVICE, Kind.RULE, Kind.SEND, Kind.RECEIVE, Kind.SUB, Kind.CALL}
)
#: Activities a person completes.
HUMAN = frozenset({Kind.USER, Kind.MANUAL})
GATEWAYS = frozenset({Kind.EXCLUSIVE, Kind.PARALLEL, Kind.INCLUSIVE, Kind.EVENT})


class Trigger(StrEnum):
    """What an event waits for or throws."""

    MESSAGE = "message"
    TIMER = "timer"
    SIGNAL = "signal"
    ERROR = "error"
    ESCALATION = "escalation"
    TERMINATE = "terminate"


class TimerKind(StrEnum):
    """How a timer text is read."""

    DATE = "timeDate"
    DURATION = "timeDuration"
    CYCLE = "timeCycle"


@dataclass(frozen=True, slots=True)
class TimerDef:
    """A timer: an expression giving an instant or ISO text, or literal ISO 8601 text."""

    kind: TimerKind
    text: str
    expr: Expr | None  #: None when `text` is literal ISO 8601 (`PT1H`, `2026-01-01T00:00:00Z`, `R3/P1D`)


@dataclass(frozen=True, slots=True)
class EventDef:
    """One event definition. `name` is the message, signal, error code or escalation code; "" catches all."""

    trigger: Trigger
    name: str = ""
    timer: TimerDef | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow."""

    id: str
    source: str
    target: str
    name: str = ""
    branch: str = ""  #: key of the branch, shown by `name`, named in scenarios
    condition: Expr | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class MultiInstance:
    """Multi-instance characteristics: either a cardinality or a collection expression."""

    sequential: bool
    cardinality: Expr | None
    collection: Expr | None
    item: str  #: variable that holds the item in each instance
    completion: Expr | None


@dataclass(frozen=True, slots=True)
class StandardLoop:
    """Standard loop characteristics."""

    condition: Expr | None
    test_before: bool
    maximum: int | None


@dataclass(eq=False, slots=True)
class Node:
    """A flow node. Built by the compiler, never changed afterwards."""

    id: str
    kind: Kind
    name: str
    scope: str  #: id of the sub-process it lies in, or of the process
    line: int = 0
    incoming: tuple[Flow, ...] = ()
    outgoing: tuple[Flow, ...] = ()
    default: str | None = None  #: id of the default flow
    events: tuple[EventDef, ...] = ()  #: empty for none events
    boundary: tuple[Node, ...] = ()  #: boundary events attached to it, in document order
    attached_to: str | None = None
    interrupting: bool = True  #: of boundary events and of starts of event sub-processes
    multi: MultiInstance | None = None
    loop: StandardLoop | None = None
    called: str | None = None  #: process id of a call activity
    lane: str = ""
    documentation: str = ""
    attrs: Mapping[str, str] = field(default_factory=dict)

    def attr_list(self, name: str) -> tuple[str, ...]:
        """Return an attribute of space-separated values as a tuple."""
        return tuple(self.attrs.get(name, "").split())


@dataclass(eq=False, slots=True)
class ScopeDef:
    """The process, a sub-process or an event sub-process: what lies directly inside it."""

    id: str
    nodes: tuple[Node, ...] = ()
    starts: tuple[Node, ...] = ()  #: start events directly inside, in document order
    event_subs: tuple[Node, ...] = ()  #: event sub-processes directly inside
    variables: tuple[str, ...] = ()  #: data objects drawn directly inside

    def none_start(self) -> Node | None:
        """Return the start event without a trigger, if there is one."""
        return next((start for start in self.starts if not start.events), None)


@dataclass(frozen=True, slots=True)
class Variable:
    """A declared routing variable. One that is drawn in a sub-process lives as long as a run of it."""

    name: str
    type: str = ""  #: bool, enum, int, date, text
    options: tuple[str, ...] = ()


@dataclass(eq=False, slots=True)
class Graph:
    """One executable process of one diagram."""

    process_id: str
    name: str
    nodes: Mapping[str, Node]
    scopes: Mapping[str, ScopeDef]  #: by id; the process itself under its own id
    flows: Mapping[str, Flow]
    variables: Mapping[str, Variable] = field(default_factory=dict)
    attrs: Mapping[str, str] = field(default_factory=dict)
    #: inclusive gateway id -> incoming flow id -> ids of nodes of its scope from which that flow can be
    #: reached without visiting the gateway (boundary events count as ways out of their activity)
    reach: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    #: the same by sequence flows alone
    flow_reach: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)

    @property
    def root(self) -> ScopeDef:
        """Return the process scope."""
        return self.scopes[self.process_id]

    def given(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return what this process is given where one calls it: the variables it declares, as far as set."""
        return {
            name: value for name, value in values.items() if name in self.variables and value is not None
        }

    def messages_started_by(self) -> Mapping[str, Node]:
        """Return message name -> start event of the process."""
        return {
            event.name: start
            for start in self.root.starts
            for event in start.events
            if event.trigger is Trigger.MESSAGE
        }
