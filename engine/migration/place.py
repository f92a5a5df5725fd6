"""Where an element of the old version is in the new one, by the two graphs and the mapping alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from engine.compile.reach import behind
from engine.graph import HUMAN, Flow, Graph, Kind, Node
from engine.migration.said import Said, named

#: Stands in a mapping for: the work of this step ends here.
ENDS = ""
#: Kinds on which a token rests, by what resting there means.
RESTS: Mapping[Kind, str] = {
    Kind.USER: "person", Kind.MANUAL: "person", Kind.RECEIVE: "receive", Kind.CATCH: "catch",
    Kind.EVENT: "first event", Kind.PARALLEL: "join", Kind.INCLUSIVE: "inclusive join", Kind.SUB: "sub",
    Kind.EVENT_SUB: "event sub", Kind.CALL: "call",
}  # fmt: skip
#: Gateways at which tokens wait for others, where several flows lead in.
JOINS = frozenset({Kind.PARALLEL, Kind.INCLUSIVE})
#: A token does not come to these by a sequence flow.
_NOT_ENTERED = frozenset({Kind.START, Kind.BOUNDARY, Kind.EVENT_SUB})


class How(Enum):
    """What becomes of a token that rests on an element."""

    STAYS = "stays"  #: it goes on waiting for the same, on the same row
    MOVES = "moves"  #: what it waits for is given up; it enters another element anew
    ENDS = "ends"  #: it is taken away
    DISSOLVES = "dissolves"  #: its sub-process is gone, what was inside goes on outside
    NOWHERE = "nowhere"  #: the mapping has no place for it


@dataclass(frozen=True, slots=True)
class Place:
    """What becomes of a token on an element; `why` says why it has no place."""

    how: How
    node: Node | None = None
    via: str = ""  #: the flow by which it arrives at a join it is moved to
    why: Said | None = None


def is_join(node: Node) -> bool:
    """Tell whether tokens wait here for others."""
    return node.kind in JOINS and len(node.incoming) > 1


def can_hold(graph: Graph, node: Node) -> bool:
    """Tell whether a token can rest on a node."""
    if node.kind in JOINS:
        return is_join(node)
    if node.kind in (Kind.CATCH, Kind.RECEIVE):
        return bool(node.events) and not _behind_event_gateway(graph, node)
    return node.kind in RESTS or node.multi is not None


def _behind_event_gateway(graph: Graph, node: Node) -> bool:
    sources = [graph.nodes[flow.source].kind for flow in node.incoming]
    return bool(sources) and all(kind is Kind.EVENT for kind in sources)


class Places:
    """The places of every element, found once for a plan."""

    def __init__(self, old: Graph, new: Graph, mapping: Mapping[str, str]) -> None:
        self.old = old
        self.new = new
        self.mapping = mapping
        self._known: dict[str, Place] = {}

    def image(self, element: str) -> Node | None:
        """Return the node of the new version that stands for an element, if there is one."""
        if element == self.old.process_id:
            return None
        return self.new.nodes.get(self.mapping.get(element, element))

    def scope(self, element: str) -> str | None:
        """Return the scope of the new version that stands for one of the old; None: it is dissolved."""
        if element == self.old.process_id:
            return self.new.process_id
        node = self.image(element)
        return node.id if node is not None and node.kind is self.old.nodes[element].kind else None

    def of(self, element: str) -> Place:
        """Return what becomes of a token on an element."""
        found = self._known.get(element)
        if found is None:
            found = self._known[element] = self._find(self.old.nodes[element])
        return found

    def _find(self, node: Node) -> Place:
        target = self.mapping.get(node.id, node.id)
        if target == ENDS:
            return Place(How.ENDS)
        image = self.new.nodes.get(target)
        if image is None:
            if node.kind is Kind.SUB and node.multi is None and node.loop is None:
                return Place(How.DISSOLVES)
            return Place(How.NOWHERE, why=_gone(node))
        why = self._outside(node, image)
        if why is not None:
            return Place(How.NOWHERE, why=why)
        changed = _other(node, image)
        if changed is None:
            return Place(How.STAYS, image)
        if node.id not in self.mapping:
            return Place(How.NOWHERE, why=changed)
        return self._moved(node, image)

    def _moved(self, node: Node, image: Node) -> Place:
        if image.kind in _NOT_ENTERED:
            return Place(How.NOWHERE, why=Said(
                node.id, f"{named(node)}不能迁到{named(image)}：那里不是能从连线进入的环节。",
                f"{named(node)} cannot go to {named(image)}: no flow leads there.",
            ))  # fmt: skip
        if not is_join(image):
            return Place(How.MOVES, image)
        via = self.arrival(node, image)
        if via is None:
            return Place(How.NOWHERE, why=Said(
                node.id, f"{named(node)}不能迁到汇合{named(image)}：看不出算作哪一条分支，请选它后面的环节。",
                f"{named(node)} cannot go to the join {named(image)}: it is not clear as which branch.",
            ))  # fmt: skip
        return Place(How.MOVES, image, via)

    # scopes

    def is_given_up(self, node: Node) -> bool:
        """Tell whether everything in some sub-process around an old node is given up."""
        around = _chain(self.old, node)[1:]
        return any(self.of(scope).how in (How.MOVES, How.ENDS) for scope in around)

    def chain(self, node: Node) -> list[str]:
        """Return the scopes of the new version around one of its nodes, the process first."""
        return _chain(self.new, node)

    def kept_chain(self, node: Node) -> list[str]:
        """Return the scopes of the new version in which a token on an old node finds itself."""
        images = [self.scope(element) for element in _chain(self.old, node)]
        return [scope for scope in images if scope is not None]

    def _outside(self, node: Node, image: Node) -> Said | None:
        """Say why a token cannot get from the scopes it lies in to those of its image."""
        kept, wanted = self.kept_chain(node), self.chain(image)
        entered = [self.new.nodes[scope] for scope in wanted[len(kept) :]]
        if wanted[: len(kept)] != kept:
            return Said(
                node.id, f"{named(node)}不能迁到{named(image)}：两者不在同一个子流程里。",
                f"{named(node)} cannot go to {named(image)}: they lie in different sub-processes.",
            )  # fmt: skip
        if any(sub.kind is not Kind.SUB or sub.multi is not None or sub.loop is not None for sub in entered):
            return Said(
                node.id, f"{named(node)}不能迁到{named(image)}：那里是重复办理的子流程或事件子流程。",
                f"{named(node)} cannot go to {named(image)}: it lies in a repeated or an event sub-process.",
            )  # fmt: skip
        return None

    # joins

    def arrival(self, node: Node, join: Node) -> str | None:
        """Return the flow by which work from an old node arrives at a join; None where that is not clear."""
        sources = self._sources(node, include=self.image(node.id) is not join)
        direct = [flow.id for flow in join.incoming if flow.source in sources]
        if len(direct) == 1:
            return direct[0]
        reached = [flow.id for flow in join.incoming if sources & behind(flow, join, self.new.nodes)]
        return reached[0] if len(reached) == 1 else None

    def flow(self, flow_id: str, join: Node) -> str | None:
        """Return the flow of the new version by which a token that waits at a join has come."""
        wanted = self.mapping.get(flow_id, flow_id)
        if any(flow.id == wanted for flow in join.incoming):
            return wanted
        flow = self.old.flows.get(flow_id)
        return None if flow is None else self.arrival(self.old.nodes[flow.source], join)

    def _sources(self, node: Node, include: bool) -> set[str]:
        """Return the images of a node, or of the nearest ones before it that have one."""
        found: set[str] = set()
        seen: set[str] = set()
        ahead = [node.id] if include else _before(node)
        while ahead:
            element = ahead.pop()
            if element in seen:
                continue
            seen.add(element)
            image = self.new.nodes.get(element)
            if image is not None:
                found.add(image.id)
            else:
                ahead += _before(self.old.nodes[element])
        return found


def _before(node: Node) -> list[str]:
    before: list[Flow] = list(node.incoming)
    return [flow.source for flow in before] + ([node.attached_to] if node.attached_to else [])


def _chain(graph: Graph, node: Node) -> list[str]:
    scope = node.scope
    found = [scope]
    while scope != graph.process_id:
        scope = graph.nodes[scope].scope
        found.append(scope)
    return found[::-1]


def _gone(node: Node) -> Said:
    return Said(
        node.id, f"新版本没有{named(node)}，请为停在这里的案件选定去处。",
        f"The new version has no {named(node)}; say where what stands there goes.",
    )  # fmt: skip


def _other(node: Node, image: Node) -> Said | None:
    """Say why waiting on one node cannot go on as waiting on the other."""
    if _rest(node) != _rest(image):
        zh, en = "已改成另一种环节", "has become another kind of step"
    elif bool(node.multi) != bool(image.multi) or (
        node.multi is not None and image.multi is not None and node.multi.sequential != image.multi.sequential
    ):
        zh, en = "的重复办理方式（多实例）变了", "is repeated in another way"
    elif node.kind is Kind.CALL and node.called != image.called:
        zh, en = "调用的流程换了", "calls another process"
    else:
        return None
    return Said(
        node.id, f"{named(node)}在新版本中{zh}，请为停在这里的案件选定去处。",
        f"{named(node)} {en} in the new version; say where what stands there goes.",
    )  # fmt: skip


def _rest(node: Node) -> str:
    if node.kind in HUMAN:
        return "person"
    return RESTS.get(node.kind, node.kind.value)
