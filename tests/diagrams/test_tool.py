"""The drawing tool gives the same file each time, and loses nothing of what the committed file says."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from tests.diagrams.files import BPMN, diagram
from tools.draw.labels import label
from tools.draw.place import place
from tools.draw.route import route
from tools.draw.source import build
from tools.draw.write import write

PROCESS = "P11_skills_training"


def draw(path: Path) -> bytes:
    """Draw the smallest process and return the file."""
    drawing = build(PROCESS)
    place(drawing)
    route(drawing)
    label(drawing)
    write(drawing, path)
    return path.read_bytes()


def test_the_tool_draws_the_same_file_twice(tmp_path: Path) -> None:
    assert draw(tmp_path / "a.bpmn") == draw(tmp_path / "b.bpmn")


def test_a_redrawn_process_means_what_the_committed_one_means(tmp_path: Path) -> None:
    drawn = etree.fromstring(draw(tmp_path / "a.bpmn")).find(f"{BPMN}process")
    committed = diagram(PROCESS).process
    assert drawn is not None
    assert [(e.tag, dict(e.attrib), (e.text or "").strip()) for e in drawn.iter()] == [
        (e.tag, dict(e.attrib), (e.text or "").strip()) for e in committed.iter()
    ]
