"""A list of cases as a table file: watermarked, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.clock import SHANGHAI, from_us
from tasks import labels
from tasks.queries.audit_find import Found
from web.context import Ctx

#: What a spreadsheet would take for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class Table:
    """The rows as text, the hash of them, and who took them when."""

    rows: str
    hash: str
    mark: tuple[str, ...]

    def file(self) -> bytes:
        """Return the file: the mark, then the rows; with a byte-order mark, for spreadsheets."""
        return ("\ufeff" + _lines([self.mark]) + self.rows).encode()


def harmless(cell: object) -> str:
    """Return a cell as text that no spreadsheet takes for a formula."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _lines(rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([harmless(cell) for cell in row] for row in rows)
    return out.getvalue()


def csv_of(context: Ctx, found: Sequence[Found], names: Mapping[str, str]) -> Table:
    """Return cases as a table with its watermark: user, time, hash of the rows."""
    t, lang = context.t, context.lang
    head = [t(f"find.column_{name}") for name in ("no", "unit", "status", "tier", "run", "opened", "closed")]
    rows = [
        [
            row.case_no, names.get(row.area, ""),
            labels.label("case_status", "active", lang) if row.status == "active"
            else labels.label("end", row.status, lang),
            labels.label("tier", row.tier, lang), row.run_no, _day(row.opened_at), _day(row.closed_at),
        ]
        for row in found
    ]  # fmt: skip
    text = _lines([head, *rows])
    digest = hashlib.sha256(text.encode()).hexdigest()
    when = context.now.astimezone(SHANGHAI).isoformat(timespec="seconds")
    return Table(text, digest, (t("find.mark"), context.actor.name, when, f"SHA-256 {digest}"))


def _day(us: int | None) -> str:
    return "" if us is None else from_us(us).astimezone(SHANGHAI).date().isoformat()
