"""The code of a paper as a square that a camera or a scanner reads, and the drawing of any such square.

A paper's holds the code and nothing else: who is not of the office learns nothing from it (SEC-P8).
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import segno

#: White modules around the square that readers need.
MARGIN = 4


class Drawing(NamedTuple):
    """A square as SVG needs it: the `viewBox`, and the path of the dark modules."""

    box: str
    path: str


@lru_cache(maxsize=256)
def drawing(code: str) -> Drawing:
    """Return the square of a paper's code; equal codes give equal squares."""
    return square(code)


def square(text: str) -> Drawing:
    """Return the square of a text, and keep nothing of it: it may be a secret."""
    rows = tuple(segno.make_qr(text, error="m", boost_error=False).matrix)
    path = "".join(f"M{x} {y}h{width}v1h-{width}z" for y, row in enumerate(rows) for x, width in _runs(row))
    side = len(rows) + 2 * MARGIN
    return Drawing(f"-{MARGIN} -{MARGIN} {side} {side}", path)


def _runs(row: bytearray) -> list[tuple[int, int]]:
    """Return where runs of dark modules begin and how long they are."""
    found: list[tuple[int, int]] = []
    for x, dark in enumerate(row):
        if not dark:
            continue
        if found and sum(found[-1]) == x:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((x, 1))
    return found
