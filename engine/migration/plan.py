"""The plan of a migration: two versions, a mapping of what is not simply the same, and whether it fits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.definitions import Definition
from engine.graph import Kind, Node
from engine.migration.place import ENDS, How, Places, can_hold
from engine.migration.said import PlanInvalid, Said, named

__all__ = ["ENDS", "Plan", "make_plan"]

#: Elements that are renamed among their like only: nothing rests on them.
_EDGES = frozenset({Kind.START, Kind.BOUNDARY})


@dataclass(frozen=True)
class Plan:
    """From one version to another; `mapping` names only what is not the same id."""

    old: Definition
    new: Definition
    mapping: Mapping[str, str]
    places: Places = field(repr=False)
    problems: tuple[Said, ...] = ()

    @property
    def renamed(self) -> dict[str, str]:
        """Return old id -> new id of the elements that go on under another id."""
        return {
            old: new
            for old, new in self.mapping.items()
            if new != old and old in self.old.graph.nodes and self._goes_on(old)
        }

    def _goes_on(self, element: str) -> bool:
        node = self.old.graph.nodes[element]
        return node.kind in _EDGES or self.places.of(element).how is How.STAYS

    def unplaced(self) -> list[tuple[Node, Said]]:
        """Return the steps on which something may stand that has no place in the new version, with why."""
        found = []
        for node in self.old.graph.nodes.values():
            why = self.places.of(node.id).why
            if why is not None and can_hold(self.old.graph, node) and not self.places.is_given_up(node):
                found.append((node, why))
        return found

    def suggestions(self) -> dict[str, str]:
        """Return what looks like the same element under another id: same kind and name, and alone so."""
        old, new = self.old.graph.nodes, self.new.graph.nodes
        gone = [node for node in old.values() if node.id not in new and node.id not in self.mapping]
        made = [node for node in new.values() if node.id not in old and node.id not in self.mapping.values()]
        found = {}
        for node in gone:
            alike = [one.id for one in made if (one.kind, one.name) == (node.kind, node.name) and node.name]
            if len(alike) == 1:
                found[node.id] = alike[0]
        return found if len(set(found.values())) == len(found) else {}

    def targets(self, node: Node) -> list[Node]:
        """Return the nodes of the new version to which what stands on a node may be sent, in their order."""
        found = []
        for image in self.new.graph.nodes.values():
            trial = Places(self.old.graph, self.new.graph, {**self.mapping, node.id: image.id})
            useful = can_hold(self.new.graph, image) or image.kind is Kind.END
            if useful and trial.of(node.id).how in (How.STAYS, How.MOVES):
                found.append(image)
        return found


def make_plan(old: Definition, new: Definition, mapping: Mapping[str, str] | None = None) -> Plan:
    """Return the plan of a mapping; what does not fit is in its `problems`, and nothing moves with them."""
    given = dict(mapping or {})
    places = Places(old.graph, new.graph, given)
    return Plan(old, new, given, places, tuple(_problems(old, new, given, places)))


def require_sound(plan: Plan) -> None:
    """Raise PlanInvalid when the plan has problems."""
    if plan.problems:
        raise PlanInvalid(plan.problems)


def _problems(old: Definition, new: Definition, mapping: Mapping[str, str], places: Places) -> Iterator[Said]:
    if old.key != new.key:
        yield Said(
            "", f"两个版本不是同一个流程（{old.key}、{new.key}）。", "The versions are of two processes."
        )
        return
    if old.id == new.id:
        yield Said("", "新旧版本相同，请另选一个版本。", "Both versions are the same; choose another one.")
    for element, target in mapping.items():
        yield from _problem(old, new, element, target, places)
    taken: dict[str, str] = {}
    for element in old.graph.nodes:
        node = old.graph.nodes[element]
        image = places.image(element) if node.kind in _EDGES else None
        if image is not None and taken.setdefault(image.id, element) != element:
            other = old.graph.nodes[taken[image.id]]
            yield Said(
                element, f"{named(other)}和{named(node)}都对应到{named(image)}，请只留一个。",
                f"Both {named(other)} and {named(node)} stand for {named(image)}; keep one.",
            )  # fmt: skip


def _problem(old: Definition, new: Definition, element: str, target: str, places: Places) -> Iterator[Said]:
    if element in old.graph.flows:
        if target not in new.graph.flows:
            yield Said(
                element,
                f"第{new.version}版没有连线“{target}”。",
                f"Version {new.version} has no flow “{target}”.",
            )
        return
    node = old.graph.nodes.get(element)
    if node is None:
        zh = f"第{old.version}版没有编号为“{element}”的环节，请核对。"
        yield Said(element, zh, f"Version {old.version} has no element “{element}”.")
        return
    image = new.graph.nodes.get(target)
    if target == ENDS:
        if node.kind in _EDGES:
            yield Said(
                element, f"{named(node)}不是停留的环节，不能写成“不再办理”。",
                f"Nothing stands on {named(node)}; it cannot end there.",
            )  # fmt: skip
        return
    if image is None:
        yield Said(
            element, f"{named(node)}的去处“{target}”在第{new.version}版中没有，请另选。",
            f"Version {new.version} has no “{target}”, to which {named(node)} should go.",
        )  # fmt: skip
        return
    if node.kind in _EDGES or image.kind in _EDGES:
        if node.kind is not image.kind:
            yield Said(
                element, f"{named(node)}和{named(image)}不是同一种事件，不能对应。",
                f"{named(node)} and {named(image)} are not events of the same kind.",
            )  # fmt: skip
        return
    why = places.of(element).why
    if why is not None and can_hold(old.graph, node):
        yield why
