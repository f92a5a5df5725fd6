"""The drawings are complete and readable: nothing missing, nothing on top of anything else."""

from __future__ import annotations

from itertools import combinations

import pytest
from lxml import etree

from tests.diagrams.files import BPMN, BPMNDI, DC, DI, DRAWN, ROOT, Diagram, diagram

Box = tuple[float, float, float, float]
Point = tuple[float, float]
each_process = pytest.mark.parametrize("process_id", DRAWN)


def box(parent: etree._Element) -> Box:
    """Return left, top, right, bottom of a shape or label."""
    bounds = parent.find(f"{DC}Bounds")
    assert bounds is not None
    x, y, w, h = (float(bounds.get(k, "nan")) for k in ("x", "y", "width", "height"))
    return x, y, x + w, y + h


def shapes(root: etree._Element) -> dict[str, Box]:
    """Return the box of every drawn element."""
    return {s.get("bpmnElement", ""): box(s) for s in root.iter(f"{BPMNDI}BPMNShape")}


def edges(root: etree._Element) -> dict[str, list[Point]]:
    """Return the points of every drawn flow."""
    return {
        e.get("bpmnElement", ""): [
            (float(p.get("x", "nan")), float(p.get("y", "nan"))) for p in e.iterfind(f"{DI}waypoint")
        ]
        for e in root.iter(f"{BPMNDI}BPMNEdge")
    }


def overlap(a: Box, b: Box) -> bool:
    """Tell whether two boxes share area."""
    return min(a[2], b[2]) > max(a[0], b[0]) and min(a[3], b[3]) > max(a[1], b[1])


def within(inner: Box, outer: Box) -> bool:
    """Tell whether a box lies inside another."""
    return outer[0] <= inner[0] and outer[1] <= inner[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


def line_box(a: Point, b: Point) -> Box:
    """Return a straight line as a very thin box."""
    return min(a[0], b[0]) - 0.5, min(a[1], b[1]) - 0.5, max(a[0], b[0]) + 0.5, max(a[1], b[1]) + 0.5


def pool(d: Diagram) -> Box:
    """Return the box of the diagram's one pool."""
    (participant,) = d.root.iter(f"{BPMN}participant")
    return shapes(d.root)[participant.get("id", "")]


def labels(d: Diagram) -> dict[str, Box]:
    """Return the boxes of the outside labels by element."""
    return {
        label.getparent().get("bpmnElement", ""): box(label)  # type: ignore[union-attr]
        for label in d.root.iter(f"{BPMNDI}BPMNLabel")
    }


@each_process
def test_every_node_has_a_shape_and_every_flow_a_line(process_id: str) -> None:
    d = diagram(process_id)
    lanes = {lane.get("id") for lane in d.process.iter(f"{BPMN}lane")}
    pools = {p.get("id") for p in d.root.iter(f"{BPMN}participant")}
    assert set(shapes(d.root)) == set(d.nodes) | lanes | pools
    assert set(edges(d.root)) == set(d.flows)
    assert all(len(points) >= 2 for points in edges(d.root).values())


@each_process
def test_lines_run_at_right_angles_from_shape_to_shape(process_id: str) -> None:
    d, boxes = diagram(process_id), shapes(diagram(process_id).root)
    for flow, points in edges(d.root).items():
        for a, b in zip(points, points[1:], strict=False):
            assert (a[0] == b[0]) != (a[1] == b[1]), flow
        for point, end in ((points[0], "sourceRef"), (points[-1], "targetRef")):
            left, top, right, bottom = boxes[d.flows[flow].get(end, "")]
            assert left <= point[0] <= right, flow
            assert top <= point[1] <= bottom, flow
            assert point[0] in (left, right) or point[1] in (top, bottom), flow


@each_process
def test_no_two_shapes_cover_each_other(process_id: str) -> None:
    d, boxes = diagram(process_id), shapes(diagram(process_id).root)
    free = {
        i: boxes[i] for i, n in d.nodes.items() if n.tag not in (f"{BPMN}boundaryEvent", f"{BPMN}subProcess")
    }
    assert [(a, b) for a, b in combinations(free, 2) if overlap(free[a], free[b])] == []


@each_process
def test_no_line_runs_through_a_foreign_shape(process_id: str) -> None:
    d, boxes = diagram(process_id), shapes(diagram(process_id).root)
    crossed = []
    for flow, points in edges(d.root).items():
        own = {d.flows[flow].get("sourceRef"), d.flows[flow].get("targetRef")}
        own |= {d.nodes[i].get("attachedToRef") for i in own if i in d.nodes}
        for node, area in boxes.items():
            if node in d.nodes and node not in own and d.nodes[node].tag != f"{BPMN}subProcess":
                lines = zip(points, points[1:], strict=False)
                crossed += [(flow, node) for a, b in lines if overlap(line_box(a, b), area)]
    assert crossed == []


@each_process
def test_flows_without_a_common_end_never_share_a_line(process_id: str) -> None:
    d = diagram(process_id)
    pieces = [
        (flow, a, b)
        for flow, points in edges(d.root).items()
        for a, b in zip(points, points[1:], strict=False)
    ]
    shared = []
    for (f, a, b), (g, p, q) in combinations(pieces, 2):
        one, other = d.flows[f], d.flows[g]
        if f == g or one.get("sourceRef") == other.get("sourceRef"):
            continue
        if one.get("targetRef") == other.get("targetRef"):
            continue
        for along, across in ((0, 1), (1, 0)):
            if a[across] == b[across] == p[across] == q[across]:
                low = max(min(a[along], b[along]), min(p[along], q[along]))
                if low < min(max(a[along], b[along]), max(p[along], q[along])):
                    shared.append((f, g))
    assert shared == []


@each_process
def test_everything_is_drawn_inside_the_pool_and_the_body_holds_its_content(process_id: str) -> None:
    d, boxes, outer = diagram(process_id), shapes(diagram(process_id).root), pool(diagram(process_id))
    for name, area in {**boxes, **labels(d)}.items():
        assert within(area, outer), name
    for points in edges(d.root).values():
        assert all(within((x, y, x, y), outer) for x, y in points)
    for body in (n for n in d.nodes.values() if n.tag == f"{BPMN}subProcess"):
        for child in body.iterchildren():
            if child.get("id") in d.nodes:
                assert within(boxes[child.get("id", "")], boxes[body.get("id", "")]), child.get("id")


@each_process
def test_tasks_stand_in_the_lane_of_their_role(process_id: str) -> None:
    d, boxes = diagram(process_id), shapes(diagram(process_id).root)
    seen: list[str] = []
    for lane in d.process.iter(f"{BPMN}lane"):
        role = lane.get("{urn:aid595:bpmn:1}role")
        members = [ref.text or "" for ref in lane.iterfind(f"{BPMN}flowNodeRef")]
        seen += members
        for member in members:
            node = d.nodes[member]
            if node.tag == f"{BPMN}userTask":
                assert node.get("{urn:aid595:bpmn:1}role") == role, member
            if node.tag != f"{BPMN}subProcess":
                left, top, right, bottom = boxes[lane.get("id", "")]
                x, y = (boxes[member][0] + boxes[member][2]) / 2, (boxes[member][1] + boxes[member][3]) / 2
                assert left <= x <= right, member
                assert top <= y <= bottom, member
    assert sorted(seen) == sorted(d.nodes)


@each_process
def test_labels_hide_no_shape_and_no_other_label(process_id: str) -> None:
    d, boxes, found = diagram(process_id), shapes(diagram(process_id).root), labels(diagram(process_id))
    named = [n for n in d.nodes.values() if n.get("name") and n.tag.endswith(("Event", "Gateway"))]
    assert {n.get("id") for n in named} <= set(found)
    assert {f.get("id") for f in d.flows.values() if f.get("name")} <= set(found)
    assert [(a, b) for a, b in combinations(found, 2) if overlap(found[a], found[b])] == []
    solid = [i for i, n in d.nodes.items() if n.tag != f"{BPMN}subProcess"]
    assert [(a, b) for a, area in found.items() for b in solid if overlap(area, boxes[b])] == []


@each_process
def test_no_line_strikes_a_label_out(process_id: str) -> None:
    d, found = diagram(process_id), labels(diagram(process_id))
    struck = [
        (flow, label)
        for flow, points in edges(d.root).items()
        for a, b in zip(points, points[1:], strict=False)
        for label, area in found.items()
        if overlap(line_box(a, b), area)
    ]
    assert struck == []


def test_ids_are_unique_over_all_files() -> None:
    files = [*sorted(ROOT.glob("bpmn/*/P*.bpmn")), ROOT / "bpmn" / "overview.bpmn"]
    seen: dict[str, str] = {}
    for path in files:
        for element in etree.parse(str(path)).iter():
            name = element.get("id")
            if name and not name.startswith("Msg_"):
                assert name not in seen, (path.name, name, seen.get(name))
                seen[name] = path.name


@each_process
def test_every_reference_leads_to_an_element(process_id: str) -> None:
    d = diagram(process_id)
    ids = {e.get("id") for e in d.root.iter() if e.get("id")}
    for element in d.root.iter():
        for key in ("sourceRef", "targetRef", "attachedToRef", "messageRef", "bpmnElement", "default"):
            assert element.get(key) is None or element.get(key) in ids, element.get("id")
        if element.tag in (f"{BPMN}incoming", f"{BPMN}outgoing"):
            end = "targetRef" if element.tag == f"{BPMN}incoming" else "sourceRef"
            parent = element.getparent()
            assert parent is not None
            assert d.flows[element.text or ""].get(end) == parent.get("id")
    for flow in d.flows.values():
        ends = [d.nodes[flow.get(k, "")] for k in ("sourceRef", "targetRef")]
        assert {e.getparent() for e in ends} == {flow.getparent()}, flow.get("id")


@each_process
def test_no_label_lies_on_the_border_of_a_lane_or_on_the_mark_of_a_default(process_id: str) -> None:
    d, boxes, lines = diagram(process_id), shapes(diagram(process_id).root), edges(diagram(process_id).root)
    borders = [boxes[lane.get("id", "")] for lane in d.process.iter(f"{BPMN}lane")]
    marked = {node.get("default") for node in d.nodes.values()} - {None}
    found = [
        name for name, area in labels(d).items()
        if any(area[1] < top < area[3] for _left, top, _right, _bottom in borders)
    ]  # fmt: skip
    for flow in marked & lines.keys() & labels(d).keys():
        (ax, ay), (bx, by) = lines[flow][:2]
        x, y = ax + 10 * ((bx > ax) - (bx < ax)), ay + 10 * ((by > ay) - (by < ay))
        found += [flow] if overlap(labels(d)[flow], (x - 5, y - 7, x + 5, y + 7)) else []
    assert found == []
