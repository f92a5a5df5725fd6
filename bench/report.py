"""What a run says: a table on the screen, RESULTS.md, and the figures for the next run to compare with."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.figure import Figure

_PACKAGES = ("SQLAlchemy", "psycopg", "Flask", "SpiffWorkflow", "simpleeval")
_HEAD = (
    "figure", "database", "measured", "target", "× raw floor", "× ahead of naive", "× last run", "load", "",
)  # fmt: skip


def rows(figures: Sequence[Figure], last: Mapping[str, float]) -> list[tuple[str, ...]]:
    """Return the cells of the table."""
    return [
        (
            f"{one.group}: {one.name}", one.database, f"{number(one.value)} {one.unit}".strip(),
            _target(one), _ratio(one.floor), _ratio(one.naive), _since(one, last), f"{one.load:.0f}",
            ("**short** " if one.falls_short else "") + one.note,
        )
        for one in figures
    ]  # fmt: skip


def _target(one: Figure) -> str:
    if one.target is None:
        return ""
    return f"{'≥' if one.at_least else '≤'} {number(one.target)} {one.unit}".strip()


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _since(one: Figure, last: Mapping[str, float]) -> str:
    before = last.get(one.key)
    return f"{one.value / before:.2f}" if before else ""


def number(value: float) -> str:
    """Return a number with as many digits as it deserves."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.3f}"


def table(figures: Sequence[Figure], last: Mapping[str, float]) -> str:
    """Return the table for the screen."""
    cells = [_HEAD, *rows(figures, last)]
    widths = [max(_width(row[n]) for row in cells) for n in range(len(_HEAD) - 1)]
    return "\n".join(
        "  ".join(
            [*(cell + " " * (widths[n] - _width(cell)) for n, cell in enumerate(row[:-1])), row[-1]]
        ).rstrip()
        for row in cells
    )


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def machine(postgres: str) -> dict[str, str]:
    """Return what the figures depend on; nothing that names the machine."""
    return {
        "cores": str(os.cpu_count()),
        "processor": f"{platform.machine()}, {platform.system()}",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "PostgreSQL": postgres or "not measured",
        **{name: version(name) for name in _PACKAGES},
    }


def markdown(
    figures: Sequence[Figure], last: Mapping[str, float], about: Mapping[str, str], size: str, notes: str
) -> str:
    """Return RESULTS.md."""
    short = [one for one in figures if one.falls_short]
    lines = ["# Measured", "", notes.strip(), "", "| | |", "|---|---|", f"| set | {size} |"]
    lines += [f"| {name} | {value} |" for name, value in about.items()]
    lines += ["", "## What falls short", ""]
    lines += [
        f"- {one.group}: {one.name} ({one.database}): {number(one.value)} {one.unit}, wanted {_target(one)}"
        for one in short
    ] or ["Nothing."]
    lines += ["", "## Figures", "", _row(_HEAD), _row(["---"] * len(_HEAD))]
    lines += [_row(cells) for cells in rows(figures, last)]
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


class Record:
    """The figures of the last run of each set, kept in a file beside the results."""

    def __init__(self, path: Path, size: str) -> None:
        self._path = path
        self._size = size
        text = path.read_text("utf-8") if path.exists() else "{}"
        self._all: dict[str, list[dict[str, Any]]] = json.loads(text)
        self.figures = [Figure(**one) for one in self._all.get(size, [])]

    def values(self) -> dict[str, float]:
        """Return the recorded values by the names of their figures."""
        return {one.key: one.value for one in self.figures}

    def write(self, new: Sequence[Figure], order: Sequence[str]) -> None:
        """Put new figures in the place of those of their groups; groups stand in the given order."""
        measured = {(one.group, one.database) for one in new}
        kept = [one for one in self.figures if (one.group, one.database) not in measured]
        places = {group: n for n, group in enumerate(order)}
        self.figures = sorted([*kept, *new], key=lambda one: (places[one.group], one.database != "sqlite"))
        self._all[self._size] = [asdict(one) for one in self.figures]
        self._path.write_text(json.dumps(self._all, ensure_ascii=False, indent=1) + "\n", "utf-8")
