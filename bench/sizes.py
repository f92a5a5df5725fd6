"""How much is measured: the full set, a quick look, and the smallest that still touches everything."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """Numbers of operations and rows."""

    name: str
    instances: int  #: of workload W
    rounds: int  #: of the long-lived instance
    samples: int  #: of a repeated read
    open_tasks: tuple[int, ...]  #: steps in which the inbox is filled
    page_at: int  #: open tasks when the HTML page is measured
    timers: int  #: fired one by one
    idle: tuple[int, int]  #: open timers of the idle poll
    cases: int  #: of workload R, after one to get warm; 0: that one is measured
    posts: int  #: completions over HTTP
    overdue: int  #: timers after a month's downtime
    questionnaires: int  #: of the workbook that is imported


FULL = Size(
    "full",
    400,
    10_000,
    300,
    (1_000, 10_000, 100_000, 1_000_000),
    100_000,
    2_000,
    (10, 100_000),
    6,
    150,
    1_000,
    247_000,
)
QUICK = Size("quick", 80, 1_000, 60, (1_000, 10_000), 10_000, 200, (10, 10_000), 1, 30, 50, 5_000)
TINY = Size("tiny", 3, 5, 3, (100, 200), 200, 4, (5, 20), 0, 2, 3, 20)
SIZES = {size.name: size for size in (FULL, QUICK, TINY)}
