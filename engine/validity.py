"""From which day to which day a row of a decision table holds, and whether dated rows join without a gap.

The days stand in attributes of the row, `aid595:valid_from` and `aid595:valid_to`, both days included; a
row without them always holds. A table that was asked about a day answers with the rows that held on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations, groupby

NAMESPACE = "urn:aid595:dmn:1"
FROM, TO = f"{{{NAMESPACE}}}valid_from", f"{{{NAMESPACE}}}valid_to"
_DAY = timedelta(days=1)
EARLIEST, LATEST = date(1949, 10, 1), date(2999, 12, 31)
#: More pieces than this are not compared: nobody could read such a table.
MOST_PIECES = 5_000

#: What a row matches: for each column, numbers of the values that tell its cells apart.
Box = Sequence[frozenset[int]]


@dataclass(frozen=True, slots=True)
class Validity:
    """The first and the last day a row holds, both included; None: without such an end."""

    since: date | None = None
    until: date | None = None

    @property
    def dated(self) -> bool:
        """Tell whether there is any day at which the row begins or ends to hold."""
        return self.since is not None or self.until is not None

    def holds(self, on: date) -> bool:
        """Tell whether the row holds on a day."""
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)

    def meets(self, other: Validity) -> bool:
        """Tell whether there is a day on which both hold."""
        since = max(self.since or date.min, other.since or date.min)
        return since <= min(self.until or date.max, other.until or date.max)


#: A row without days.
ALWAYS = Validity()


class ValidityFault(ValueError):
    """Rows whose days do not fit; `row` counts from 0, the text says why, in Chinese."""

    def __init__(self, row: int, problem: str) -> None:
        self.row = row
        super().__init__(problem)


def read_validity(since: str | None, until: str | None) -> Validity:
    """Return the days of a row from its two attributes; raise ValueError with the reason, in Chinese."""
    found = Validity(_day(since), _day(until))
    if found.since is not None and found.until is not None and found.until < found.since:
        raise ValueError(f"的止日{found.until}早于起日{found.since}")
    return found


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        found = date.fromisoformat(text) if len(text) == len("2026-01-01") else None
    except ValueError:
        found = None
    if found is not None and EARLIEST <= found <= LATEST:
        return found
    raise ValueError(f"的起止日“{text[:20]}”不是日期，请写成 2026-01-01 的样子")


def changes(rows: Sequence[Validity]) -> list[date]:
    """Return the days on which another choice of rows begins to hold, in order."""
    began = {one.since for one in rows if one.since is not None}
    return sorted(began | {one.until + _DAY for one in rows if one.until is not None})


def check_exclusive(rows: Sequence[Validity], boxes: Sequence[Box]) -> None:
    """Refuse rows of a UNIQUE table that both match on a day, and situations no row answers from a day on.

    Raises ValidityFault.
    """
    for (a, first), (b, second) in combinations(enumerate(boxes), 2):
        if rows[a].meets(rows[b]) and all(one & other for one, other in zip(first, second, strict=True)):
            dated = "（有效期重叠）" if rows[a].dated or rows[b].dated else ""
            raise ValidityFault(b, f"第{a + 1}行与第{b + 1}行规则会同时命中{dated}，UNIQUE 表不允许重叠")
    for day in changes(rows):
        _joined(day, rows, boxes)


def _joined(day: date, rows: Sequence[Validity], boxes: Sequence[Box]) -> None:
    eve = day - _DAY
    before = [n for n, row in enumerate(rows) if row.holds(eve)]
    after = [n for n, row in enumerate(rows) if row.holds(day)]
    if not before and not _any(rows, lambda row: row.until is not None and row.until < day):
        return  # the table begins
    if not after and not _any(rows, lambda row: row.since is not None and row.since > day):
        return  # the table ends
    for n in (n for n in before if n not in after):
        if _left(boxes[n], [boxes[m] for m in after]):
            raise ValidityFault(n, f"第{n + 1}行规则到{eve}为止，自{day}起它所管的情形没有行接上")
    for n in (n for n in after if n not in before):
        if _left(boxes[n], [boxes[m] for m in before]):
            raise ValidityFault(n, f"第{n + 1}行规则自{day}起，在{eve}它所管的情形没有行可用")


def _any(rows: Sequence[Validity], test: Callable[[Validity], bool]) -> bool:
    return any(map(test, rows))


def _left(box: Box, others: Sequence[Box]) -> bool:
    """Tell whether something of a box is in none of the others."""
    pieces = [list(box)]
    for other in others:
        pieces = [rest for piece in pieces for rest in _minus(piece, other)]
        if len(pieces) > MOST_PIECES:
            raise ValidityFault(0, "有起止日的行太多，无法核对是否衔接，请拆成几张表")
    return bool(pieces)


def _minus(box: list[frozenset[int]], other: Box) -> Iterator[list[frozenset[int]]]:
    if not all(one & two for one, two in zip(box, other, strict=True)):
        yield box
        return
    rest = list(box)
    for n, taken in enumerate(other):
        if outside := rest[n] - taken:
            yield [*rest[:n], outside, *rest[n + 1 :]]
        rest[n] &= taken


def check_collected(rows: Sequence[Validity], cells: Sequence[str], outputs: Sequence[str]) -> None:
    """Refuse in a COLLECT table the same row twice on a day, and a gap between rows of the same conditions.

    Raises ValidityFault.
    """
    dated = sorted((cells[n], rows[n].since or date.min, n) for n in range(len(rows)) if rows[n].dated)
    every = [n for _cells, _since, n in dated]
    for a, b in combinations(sorted(every), 2):
        if (cells[a], outputs[a]) == (cells[b], outputs[b]) and rows[a].meets(rows[b]):
            raise ValidityFault(b, f"第{a + 1}行与第{b + 1}行规则相同，有效期重叠")
    for _same, group in groupby(dated, key=lambda row: row[0]):
        _without_hole([n for _cells, _since, n in group], rows)


def _without_hole(order: Sequence[int], rows: Sequence[Validity]) -> None:
    reach = rows[order[0]].until
    last = order[0]
    for n in order[1:]:
        since = rows[n].since
        if reach is None:
            return
        if since is not None and since > reach + _DAY:
            first = f"第{last + 1}行规则到{reach}为止"
            raise ValidityFault(n, f"{first}，条件相同的第{n + 1}行自{since}起，中间有缺口")
        until = rows[n].until
        if until is None or until > reach:
            reach, last = until, n
