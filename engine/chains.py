"""What happened to a chain that no longer fits: the finding is named, not only noticed."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from engine.history import GENESIS, link

Row = Mapping[str, Any]
#: How far from its place a row that was moved is looked for.
_REACH = 32
#: Links tried for one chain: a chain destroyed from end to end is not worth minutes.
_MOST_TRIES = 200_000


class Doctored:
    """A chain in which some link is wrong, read as a whole."""

    def __init__(self, key: bytes, rows: Sequence[Row]) -> None:
        self._key = key
        self._rows = rows
        self._hashes = [GENESIS, *(bytes(row["hash"]) for row in rows)]
        self._tries = _MOST_TRIES

    def findings(self) -> list[tuple[int, str]]:
        """Return (number, what): removed, inserted, reordered, altered."""
        moved, unknown, gaps = self._sort()
        found = [(number, "removed") for number in gaps]
        shifts = {was - now for now, was in moved.items()}
        for number in unknown:
            after = moved.get(number + 1)
            if after == number and shifts == {-1}:
                found.append((number, "inserted"))
                moved = {}
            elif after == number + 2 and shifts == {1}:
                found.append((number, "removed"))
                moved = {}
            else:
                found.append((number, "altered"))
        found += [(number, "reordered") for number in moved]
        return sorted(found)

    def _sort(self) -> tuple[dict[int, int], list[int], list[int]]:
        """Return moved rows with their old number, unexplained rows, and missing numbers."""
        moved: dict[int, int] = {}
        unknown: list[int] = []
        gaps: list[int] = []
        previous, expected, doubtful = GENESIS, 1, False
        for row in self._rows:
            number = row["seq"]
            gaps += range(expected, min(number, expected + _REACH))
            if not self._fits(previous, row):
                was = self._written_as(row, number)
                if was is not None and was != number:
                    moved[number] = was
                elif was is None and number == expected and not doubtful:
                    unknown.append(number)
                # What follows an altered or missing one may be whole: the value before it is not.
                doubtful = was is None
            else:
                doubtful = False
            previous, expected = bytes(row["hash"]), number + 1
        return moved, unknown, gaps

    def _fits(self, previous: bytes, row: Row) -> bool:
        return hmac.compare_digest(link(self._key, previous, row), bytes(row["hash"]))

    def _written_as(self, row: Row, number: int) -> int | None:
        """Return the number under which a row is whole behind some row of the chain; None: under none."""
        near = sorted(range(max(1, number - _REACH), number + _REACH + 1), key=lambda n: abs(n - number))
        for candidate in near:
            for previous in self._hashes:
                if self._tries == 0:
                    return None
                self._tries -= 1
                if self._fits(previous, {**row, "seq": candidate}):
                    return candidate
        return None
