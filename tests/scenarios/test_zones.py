"""Whatever zone a machine is set to, the same cases get the same dates, sentences and moments."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[2]
ZONES = ("Asia/Shanghai", "UTC", "America/New_York", "Europe/Berlin")
#: By day: over the Spring Festival, over Labour Day, a missed day, thirty days, the end of a month, an
#: extension, three tiers, ten days, a notice that ends at midnight, an office's weeks, the end of a benefit.
CASES = ("GS06", "GS12", "GS19", "GS46", "L23", "L31", "M23", "W13")
PROGRAM = """
import sys
from pathlib import Path
import sqlalchemy as sa
from engine.deadlines import describe
from engine.store.tables import event, timer, user_task
from tasks.deadlines import arithmetic
from tasks.scenarios import Runner, scenario_files
from tasks.scenarios.coverage import Coverage
from tasks.store.tables import deadline, duty_window
from tasks.store.tables_people import paper

class Dates(Coverage):
    def add(self, app):
        with app.read() as conn:
            for row in conn.execute(sa.select(deadline).order_by(deadline.c.created_at, deadline.c.rule_id,
                                                                 deadline.c.nth)).mappings():
                told = arithmetic(row)
                print(row["rule_id"], row["due_literal"], row["due_effective"], row["due_at"], row["met"],
                      row["completed_on"], describe(told) if "effective" in told else "")
            window, issued = duty_window.c, paper.c
            for columns in ((window.starts_on, window.ends_on, window.state),
                            (issued.kind, issued.number, issued.issued_on)):
                for row in conn.execute(sa.select(*columns).order_by(*columns)):
                    print(*row)
            for column in (timer.c.due_at, user_task.c.due_at, duty_window.c.due_at, event.c.at):
                print(*sorted(conn.execute(sa.select(column)).scalars()))

runner = Runner(coverage=Dates())
for path in scenario_files([Path("bpmn/scenarios")]):
    if path.name.startswith(tuple(sys.argv[1:]) or ""):
        for result in runner.file(path):
            assert result.passed, result.text()
            print(path.name)
runner.close()
"""


def test_dates_are_the_same_in_every_zone(nightly: bool) -> None:
    files = len(list((ROOT / "bpmn" / "scenarios").glob("*.yaml")))
    cases = () if nightly else CASES
    dates = _said_in_each(cases, 3600 if nightly else 240)
    assert dates[0].count(".yaml") >= (files if nightly else len(CASES))
    assert "2026-05-06" in dates[0]
    assert [zone for zone, found in zip(ZONES, dates, strict=True) if found != dates[0]] == []


def _said_in_each(cases: tuple[str, ...], seconds: int) -> list[str]:
    """Return what the dates of the cases are in each zone; of all cases where none is named."""

    def say(zone: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "TZ": zone, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
        return subprocess.run(
            [sys.executable, "-c", PROGRAM, *cases], cwd=ROOT, env=env, text=True, encoding="utf-8",
            capture_output=True, timeout=seconds, check=False,
        )  # fmt: skip

    with ThreadPoolExecutor(2) as two:
        said = list(two.map(say, ZONES))
    assert [one.returncode for one in said] == [0] * len(ZONES), [one.stderr[-2000:] for one in said]
    return [one.stdout for one in said]
