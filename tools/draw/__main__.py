"""Command line: `python -m tools.draw [P04 …]`."""

from __future__ import annotations

import sys

from tools.draw import overview
from tools.draw.labels import label
from tools.draw.place import place
from tools.draw.route import route
from tools.draw.source import ROOT, SPECS, build
from tools.draw.write import write


def main(wanted: list[str]) -> None:
    """Draw the processes whose id begins with one of the words, or all."""
    if not wanted or "overview" in wanted:
        overview.draw(ROOT / "bpmn" / "overview.bpmn")
    for path in sorted(SPECS.glob("P*.yaml")):
        if wanted and not any(path.stem.startswith(w) for w in wanted):
            continue
        drawing = build(path.stem)
        place(drawing)
        route(drawing)
        label(drawing)
        write(drawing, ROOT / "bpmn" / drawing.folder / f"{drawing.id}.bpmn")


if __name__ == "__main__":
    main(sys.argv[1:])
