"""What came of a year, in numbers and in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from engine.calendar import add_months
from engine.clock import start_of_day, to_us
from engine.doctor import examine
from tasks.app import App
from tasks.queries import year
from tasks.year.plan import Plan


@dataclass(frozen=True, slots=True)
class Tally:
    """The figures of a year."""

    persons: int
    cases: Mapping[str, int]
    referrals: Mapping[str, int]
    deadlines: Mapping[str, int]
    missed_deadlines: Mapping[str, int]
    duties: Mapping[str, int]
    missed_duties: Mapping[str, int]
    papers: Mapping[str, int]
    months: list[int]
    processes: Mapping[str, int]
    refused: Mapping[str, int]
    waited: Mapping[str, int]
    incidents: list[str]
    violations: list[str] = field(default_factory=list)


def count(app: App, plan: Plan, persons: int, refused: list[str], waited: Mapping[str, int]) -> Tally:
    """Return the figures of a year that was lived, with what the doctor finds."""
    ends = [to_us(start_of_day(add_months(plan.first, n + 1))) for n in range(plan.months)]
    with app.read() as conn:
        found = examine(conn, app.definitions, app.keys.trail, app.keys.state)
        return Tally(
            persons, year.cases(conn), year.referrals(conn), year.deadlines(conn),
            year.deadlines(conn, missed_only=True), year.duties(conn), year.duties(conn, missed_only=True),
            year.papers(conn), year.done_by_month(conn, to_us(start_of_day(plan.first)), ends),
            year.done_by_process(conn), Counter(refused), waited, year.incidents(conn),
            [str(one) for one in found],
        )  # fmt: skip


def lines(tally: Tally, took: timedelta) -> list[str]:
    """Return a year in words, a line each."""
    rows = [
        ("居民", {"登记": tally.persons}), ("案件（状态/层级）", tally.cases),
        ("岗位推荐（层级/结果）", tally.referrals), ("期限", tally.deadlines),
        ("逾期的期限", tally.missed_deadlines), ("周期任务", tally.duties),
        ("错过的周期任务", tally.missed_duties), ("文书", tally.papers),
        ("每月办结", {f"{n + 1}月": done for n, done in enumerate(tally.months)}),
        ("每流程办结", tally.processes), ("被拒绝", tally.refused), ("须等待其他事项", tally.waited),
    ]  # fmt: skip
    said = [f"{name}：{'，'.join(f'{k} {v}' for k, v in part.items()) or '无'}" for name, part in rows]
    said += [f"故障单：{one}" for one in tally.incidents] or ["故障单：无"]
    said += [f"不一致：{one}" for one in tally.violations] or ["一切一致。"]
    return [*said, f"用时{took.total_seconds():.0f}秒"]
