"""A table as it is shown, taken along and kept: headings, cells as text, and the hash of both."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from engine.codec import canonical


@dataclass(frozen=True, slots=True)
class Head:
    """A heading: its words, the type of its cells (text, date, number) and the width in characters."""

    words: str
    type: str = "text"
    width: int = 14


@dataclass(frozen=True, slots=True)
class Sheet:
    """A titled table. `facts` stand under the title, as name and value; the last row may be the sum."""

    name: str
    title: str
    facts: tuple[tuple[str, str], ...]
    heads: tuple[Head, ...]
    rows: Sequence[Sequence[str]]
    end: str = ""
    summed: bool = False


def digest(*sheets: Sheet) -> str:
    """Return the SHA-256 of what the tables say."""
    said = [
        [one.title, [head.words for head in one.heads], [list(row) for row in one.rows]] for one in sheets
    ]
    return hashlib.sha256(canonical(said).encode()).hexdigest()
