"""What a district reports of its assistance, and how content those served are, in words (DL-029, DL-131).

The numbers are those of the registers, so that a report and the list behind it agree.
"""

from __future__ import annotations

from datetime import date

from engine.live import Live
from tasks import org
from tasks.desk import Desk
from tasks.labels import label
from tasks.queries import measures
from tasks.queries import registers as found
from tasks.registers.period import between
from tasks.registers.spec import register_spec
from tasks.store import rows, tables
from tasks.text import written_day
from tasks.windows import ONE_DAY, window_of

#: Register of how content those served were with the guidance of a street (RULES section E).
CONTENT = "E24"
#: What a report tells of a period, as the summary counts it, with the word its number is counted in.
TOLD = {
    "recognised": "人", "referrals": "次", "employed": "人", "welfare": "人", "escalated": "人",
    "waived": "人", "lost": "人", "overdue": "项",
}  # fmt: skip


def _about(desk: Desk, live: Live) -> tuple[date, date]:
    """Return the days a report is about: from the window before on, no longer than its own."""
    context = desk.context(live)
    first = date.fromisoformat((context.matter or "").rpartition(":")[2])
    row = rows.first(desk.conn, tables.duty, id=context.duty_id)
    assert row is not None
    since = window_of(row["frequency"], first - ONE_DAY, desk.calendar).first
    return since, min(desk.today, window_of(row["frequency"], first, desk.calendar).last)


def told(desk: Desk, live: Live) -> str:
    """Return the progress of a district in the days of a report."""
    area, (since, until) = desk.context(live).area, _about(desk, live)
    counts = measures.counts(desk.conn, [area], between(since, until))
    numbers = {name: sum(held.values()) for name, held in counts.items()}
    happened = "，".join(f"{label('measure', name)}{numbers[name]}{word}" for name, word in TOLD.items())
    return f"截至{written_day(until)}，在援{numbers['in_aid']}人。{written_day(since)}以来：{happened}。"


def content(desk: Desk, live: Live) -> str:
    """Return how content those served were in the days of a report, street by street."""
    spec, period = register_spec(CONTENT), between(*_about(desk, live))
    lines = []
    for street in org.below(desk.conn, desk.context(live).area, "street"):
        wanted = found.Wanted((street.path,), period.since, period.until)
        filed = {int(code): n for code, n in found.facets(desk.conn, spec, wanted).items()}
        if filed:
            total = sum(filed.values())
            mean = sum(code * n for code, n in filed.items()) / total
            each = "、".join(
                f"{label('code', str(code), field='satisfaction')}{n}份" for code, n in filed.items()
            )
            lines.append(f"{street.name}：评价{total}份，平均{mean:.1f}分（{each}）")
    return "；".join(lines) + "。" if lines else "本期没有满意度评价。"
