"""Registers and summaries as tables: what stands on the page, in the workbook and in a closed month."""

from __future__ import annotations

from collections.abc import Sequence

from tasks import org
from tasks.labels import label
from tasks.queries import areas, measures
from tasks.queries.measures import MEASURES, Period
from tasks.registers.lines import Line, as_date
from tasks.registers.sheet import Head, Sheet
from tasks.registers.spec import RegisterSpec
from tasks.store.conn import Connection
from tasks.text import written_day

#: The summary counts as a register of its own where months are closed.
SUMMARY = "SUM"


def period_words(period: Period) -> str:
    """Return a period as registers write it."""
    first, last = as_date(period.first), as_date(period.last)
    assert first is not None
    assert last is not None
    return f"{written_day(first)}至{written_day(last)}"


def heads_of(spec: RegisterSpec) -> tuple[Head, ...]:
    """Return the headings of a register."""
    return tuple(Head(column.zh, column.type, column.width) for column in spec.columns)


def register_sheet(
    spec: RegisterSpec, lines: Sequence[Line], office: str, period: Period, made: Sequence[tuple[str, str]]
) -> Sheet:
    """Return a register as a table; `made` says who made it and when."""
    facts = (("单位", office), ("期间", period_words(period)), *made)
    rows = [line.cells for line in lines]
    title = spec.title("zh")
    return Sheet(title, title, facts, heads_of(spec), rows, f"合计{len(rows)}条。")


class Summary:
    """The numbers of an office: one row a unit below it, and the sum."""

    def __init__(self, conn: Connection, area: str, period: Period) -> None:
        self.area, self.period = area, period
        self.units = _rows(conn, area)
        self.counts = measures.counts(conn, [area], period)

    def number(self, measure: str, path: str) -> int:
        """Return a number for a unit."""
        return sum(n for area, n in self.counts[measure].items() if area.startswith(path))

    def sheet(self, office: str, made: Sequence[tuple[str, str]]) -> Sheet:
        """Return the summary as a table."""
        title = "就业援助工作统计表"
        rows = [
            [unit.name, *(str(self.number(name, unit.path)) for name in MEASURES)] for unit in self.units
        ]
        rows.append(["合计", *(str(self.number(name, self.area)) for name in MEASURES)])
        facts = (("单位", office), ("期间", period_words(self.period)), *made)
        numbers = [Head(label("measure", name), "number", 12) for name in MEASURES]
        return Sheet(title, title, facts, (Head("单位名称", "text", 20), *numbers), rows, summed=True)


def _rows(conn: Connection, area: str) -> list[org.Unit]:
    """Return the units an office's numbers are told by: those right below it, or itself where it has none."""
    unit = org.unit_of_path(conn, area)
    below = [one for one in org.children(conn, unit.id) if areas.depth(one.path) == areas.depth(area) + 1]
    return below or [unit]
