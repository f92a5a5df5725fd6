"""The drawing of a diagram as read from its file, whatever is missing in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.compile import compile_diagram
from engine.picture import Edge, read_picture

DIAGRAMS = sorted((Path(__file__).parents[2] / "bpmn").glob("*/*.bpmn"))


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)
def test_every_node_and_flow_of_a_shipped_diagram_is_in_its_picture(path: Path) -> None:
    picture = read_picture(path.read_text("utf-8"))
    shapes, edges = {one.id for one in picture.shapes}, {one.id for one in picture.edges}
    for graph in compile_diagram(path.read_bytes()).processes.values():
        assert graph.nodes.keys() <= shapes
        assert graph.flows.keys() <= edges
    for shape in picture.shapes:
        assert picture.x <= shape.x
        assert shape.x + shape.width <= picture.x + picture.width


def test_a_diagram_without_a_drawing_has_an_empty_picture() -> None:
    space = "http://www.omg.org/spec/BPMN/20100524/MODEL"
    bare = f'<definitions xmlns="{space}" id="D"><process id="P"/></definitions>'
    picture = read_picture(bare)
    assert (picture.shapes, picture.edges) == ((), ())
    assert picture.width > 0


@pytest.mark.parametrize(
    ("points", "middle"),
    [([(0, 0), (10, 0)], (5, 0)), ([(0, 0), (10, 0), (10, 30)], (10, 10)), ([(3, 3), (3, 3)], (3, 3))],
)
def test_the_middle_of_a_line_lies_half_way_along_it(
    points: list[tuple[float, float]], middle: tuple[float, float]
) -> None:
    assert Edge("F", "", tuple(points)).middle == middle
