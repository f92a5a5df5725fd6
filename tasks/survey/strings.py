"""The texts of a workbook, of which its cells hold numbers: some in memory, the rest in a file of their own.

A spreadsheet program keeps each text once, and a workbook of 200 MB has more of them than the child may hold.
"""

from __future__ import annotations

import os
import tempfile
from array import array
from collections.abc import Callable, Sequence
from typing import Any, overload

#: Bytes of texts that stay in memory; those of the options come early and are asked for most.
IN_MEMORY = 48 << 20
#: What a text costs beside its characters, and a character at most.
_BESIDE, _CHARACTER = 74, 2


class Texts(Sequence[str]):
    """Texts by their number, in the order in which they were put in."""

    def __init__(self, in_memory: int = IN_MEMORY) -> None:
        self._left = in_memory
        self._kept: list[str] = []
        self._ends = array("Q", [0])  #: of those in the file
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  (lives as long as its texts)
        self._read: Callable[[int, int, int], bytes] = os.pread

    def add(self, text: str) -> None:
        """Put a text in."""
        cost = _BESIDE + _CHARACTER * len(text)
        if len(self._ends) == 1 and cost <= self._left:
            self._left -= cost
            self._kept.append(text)
            return
        raw = text.encode("utf-8", "surrogatepass")
        self._file.write(raw)
        self._ends.append(self._ends[-1] + len(raw))

    def close_in(self) -> None:
        """Say that all texts are in: from now on they are read."""
        self._file.flush()

    def __len__(self) -> int:
        return len(self._kept) + len(self._ends) - 1

    @overload
    def __getitem__(self, number: int) -> str: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[str]: ...
    def __getitem__(self, number: int | slice) -> str | Sequence[str]:
        if isinstance(number, slice):
            return [self[one] for one in range(*number.indices(len(self)))]
        if not 0 <= number < len(self):
            raise IndexError(number)
        if number < len(self._kept):
            return self._kept[number]
        first, end = self._ends[number - len(self._kept)], self._ends[number - len(self._kept) + 1]
        return self._read(self._file.fileno(), end - first, first).decode("utf-8", "surrogatepass")

    def close(self) -> None:
        """Drop the file."""
        self._file.close()


def read_into(texts: Texts, stream: Any) -> None:
    """Read the table of texts of a workbook, without keeping what was read of it."""
    from openpyxl.cell.text import Text
    from openpyxl.xml.constants import SHEET_MAIN_NS
    from openpyxl.xml.functions import iterparse

    one, root = f"{{{SHEET_MAIN_NS}}}si", None
    for happened, node in iterparse(stream, events=("start", "end")):
        if root is None:
            root = node
        elif happened == "end" and node.tag == one:
            text = Text.from_tree(node)
            texts.add("" if text is None else text.content.replace("x005F_", ""))
            root.clear()
    texts.close_in()
