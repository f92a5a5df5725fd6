"""A diagram without a drawing gets one that can be read, and nothing else of it changes."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations
from pathlib import Path
from time import process_time

import pytest
from lxml import etree

from engine.compile import compile_diagram
from engine.gate import Known, check
from engine.layout import laid_out, with_drawing
from engine.picture import Picture, Shape, read_picture

BPMN = Path(__file__).parents[2] / "bpmn"
FILES = sorted(BPMN.glob("*/P*.bpmn"))
DRAWING = re.compile(rb"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", re.DOTALL)
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}BPMNDiagram"
HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="D" targetNamespace="urn:x">'
BANDS = ("pool", "lane", "frame")


def undrawn(path: Path) -> bytes:
    text, found = DRAWING.subn(b"", path.read_bytes())
    assert found == 1
    return text


def content(xml: bytes) -> Counter[tuple[str, ...]]:
    root = etree.fromstring(xml)
    for drawing in root.findall(DI):
        root.remove(drawing)
    return Counter(
        (str(one.tag), str(sorted(one.attrib.items())), (one.text or "").strip()) for one in root.iter()
    )


def on(shape: Shape, point: tuple[float, float]) -> bool:
    x, y = point
    return shape.x - 1 <= x <= shape.x + shape.width + 1 and shape.y - 1 <= y <= shape.y + shape.height + 1


def inside(shape: Shape, frame: Shape) -> bool:
    return on(frame, (shape.x, shape.y)) and on(frame, (shape.x + shape.width, shape.y + shape.height))


def overlap(one: Shape, other: Shape) -> bool:
    return (
        one.x < other.x + other.width and other.x < one.x + one.width
        and one.y < other.y + other.height and other.y < one.y + one.height
    )  # fmt: skip


def drawn(xml: bytes) -> Picture:
    return read_picture(laid_out(xml).decode())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_without_drawing_is_drawn_and_otherwise_kept(path: Path) -> None:
    source = undrawn(path)
    made = with_drawing(source)
    assert content(made) == content(source)
    assert [one.element for one in check(made, Known()) if one.rule == "drawing"] == []
    assert compile_diagram(made).processes.keys() == compile_diagram(source).processes.keys()
    assert with_drawing(made) == made
    assert with_drawing(path.read_bytes()) == path.read_bytes()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nothing_lies_on_another_and_lines_end_at_their_nodes(path: Path) -> None:
    source = undrawn(path)
    picture = drawn(source)
    shapes = {one.id: one for one in picture.shapes}
    nodes = [one for one in picture.shapes if one.family not in BANDS and one.kind != "boundaryEvent"]
    assert [(a.id, b.id) for a, b in combinations(nodes, 2) if overlap(a, b)] == []
    ends = {one.get("id"): one for one in etree.fromstring(source).iter("{*}sequenceFlow")}
    for edge in picture.edges:
        flow = ends[edge.id]
        assert on(shapes[flow.get("sourceRef", "")], edge.points[0]), edge.id
        assert on(shapes[flow.get("targetRef", "")], edge.points[-1]), edge.id
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in zip(edge.points, edge.points[1:], strict=False))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_node_stands_in_its_lane_and_in_its_sub_process(path: Path) -> None:
    source = undrawn(path)
    shapes = {one.id: one for one in drawn(source).shapes}
    root = etree.fromstring(source)
    frames = {one.get("id") for one in root.iter("{*}subProcess")}
    for lane in root.iter("{*}lane"):
        for ref in lane.iter("{*}flowNodeRef"):
            node = shapes[str(ref.text)]
            middle = (node.x + node.width / 2, node.y + node.height / 2)
            assert node.id in frames or node.kind == "boundaryEvent" or on(shapes[lane.get("id", "")], middle)
    for frame in root.iter("{*}subProcess"):
        for child in frame:
            shape = shapes.get(child.get("id") or "")
            assert shape is None or inside(shape, shapes[frame.get("id", "")])


def test_pools_message_flows_notes_and_data_are_drawn() -> None:
    overview = undrawn(BPMN / "overview.bpmn")
    pools = [one for one in drawn(overview).shapes if one.family == "pool"]
    assert len(pools) == len(list(etree.fromstring(overview).iter("{*}participant")))
    assert not any(overlap(a, b) for a, b in combinations(pools, 2))
    text = HEAD + (
        '<process id="P"><startEvent id="s"/><task id="t">'
        '<dataInputAssociation id="in"><sourceRef>d</sourceRef></dataInputAssociation></task>'
        '<dataObjectReference id="d"/><textAnnotation id="n"/>'
        '<sequenceFlow id="f" sourceRef="s" targetRef="t"/><association id="a" sourceRef="t" targetRef="n"/>'
        "</process></definitions>"
    )
    made = laid_out(text.encode()).decode()
    assert all(f'bpmnElement="{id_}"' in made for id_ in ("P", "s", "t", "d", "n", "f", "a", "in"))


def test_a_group_is_drawn_around_what_bears_its_value_and_an_empty_one_beside() -> None:
    text = HEAD + (
        '<category id="C"><categoryValue id="V"/></category><process id="P"><startEvent id="s"/>'
        '<task id="t"><categoryValueRef>V</categoryValueRef></task><subProcess id="u">'
        '<task id="i"><categoryValueRef>V</categoryValueRef></task></subProcess>'
        '<sequenceFlow id="f" sourceRef="s" targetRef="t"/><sequenceFlow id="g" sourceRef="t" targetRef="u"/>'
        '<group id="G" categoryValueRef="V"/><group id="E"/></process></definitions>'
    )
    places = {
        shape.get("bpmnElement"): [float(shape[0].get(name)) for name in ("x", "y", "width", "height")]
        for shape in etree.fromstring(laid_out(text.encode())).iter("{*}BPMNShape")
    }
    x, y, width, height = places["G"]
    for name in ("t", "i"):
        left, top, wide, high = places[name]
        assert x < left < left + wide < x + width, name
        assert y < top < top + high < y + height, name
    assert places["s"][0] + places["s"][2] < x
    assert all(places["E"][1] > top + high for name, (_, top, _, high) in places.items() if name != "E")


@pytest.mark.parametrize(
    "body",
    [
        "",
        '<process id="P"/>',
        '<process id="P"><boundaryEvent id="b" attachedToRef="b"/></process>',
        '<process id="P"><boundaryEvent id="b" attachedToRef="nowhere"/><task/></process>',
        '<process id="P"><task id="t"/><sequenceFlow id="f" sourceRef="t" targetRef="t"/></process>',
        '<process id="P"><task id="t"/><sequenceFlow id="f" sourceRef="t" targetRef="gone"/></process>',
        '<process id="P"><task id="t"/><task id="t"/></process><process id="P"><task id="t"/></process>',
        '<collaboration id="C"><participant id="A" processRef="gone"/></collaboration>',
        '<process id="P"><subProcess id="a"><subProcess id="b"/></subProcess></process>',
        '<process id="P_di"><task id="P_di_di"/></process>',
    ],
)
def test_what_is_broken_is_drawn_as_far_as_it_goes(body: str) -> None:
    source = f"{HEAD}{body}</definitions>".encode()
    made = laid_out(source)
    assert content(made) == content(source)
    drawings = [one for drawing in etree.fromstring(made).findall(DI) for one in drawing.iter()]
    ids = [one.get("id") for one in drawings if one.get("id")]
    assert len(ids) == len(set(ids))
    assert not {f'id="{one}"' for one in ids if f'id="{one}"' in body}


@pytest.mark.parametrize("wide", [True, False])
def test_a_large_file_is_drawn_in_time(wide: bool) -> None:
    tasks = "".join(f'<task id="t{n}"/>' for n in range(4_000))
    flows = "".join(
        f'<sequenceFlow id="f{n}" sourceRef="t{0 if wide else n - 1}" targetRef="t{n}"/>'
        for n in range(1, 4_000)
    )
    began = process_time()
    made = laid_out(f'{HEAD}<process id="P">{tasks}{flows}</process></definitions>'.encode())
    assert made.count(b"BPMNShape ") == 4_000
    assert process_time() - began < 2


def test_a_drawing_that_would_make_the_file_too_large_is_left_out() -> None:
    tasks = "".join(f'<task id="t{n:0100}"/>' for n in range(12_000))
    source = f'{HEAD}<process id="P">{tasks}</process></definitions>'.encode()
    assert laid_out(source) == source
