"""Whatever zone a machine is set to, the same cases get the same dates, sentences and moments."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
ZONES = ("Asia/Shanghai", "UTC", "America/New_York", "Europe/Berlin")
#: Over the Spring Festival, over Labour Day, a missed day, thirty days, the end of a month, an extension.
CASES = ("GS06", "GS11", "GS12", "GS19", "GS26", "L31")
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

class Dates(Coverage):
    def add(self, app):
        with app.read() as conn:
            for row in conn.execute(sa.select(deadline).order_by(deadline.c.created_at, deadline.c.rule_id,
                                                                 deadline.c.nth)).mappings():
                told = arithmetic(row)
                print(row["rule_id"], row["due_literal"], row["due_effective"], row["due_at"], row["met"],
                      row["completed_on"], describe(told) if "effective" in told else "")
            for column in (timer.c.due_at, user_task.c.due_at, duty_window.c.due_at, event.c.at):
                print(*sorted(conn.execute(sa.select(column)).scalars()))

runner = Runner(coverage=Dates())
for path in scenario_files([Path("bpmn/scenarios")]):
    if path.name.startswith(tuple(sys.argv[1:])):
        for result in runner.file(path):
            assert result.passed, result.text()
            print(path.name)
runner.close()
"""


def test_dates_are_the_same_in_every_zone() -> None:
    def begin(zone: str) -> subprocess.Popen[str]:
        env = {**os.environ, "TZ": zone, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
        return subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *CASES], cwd=ROOT, env=env, text=True, encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    running = [begin(zone) for zone in ZONES]
    said = [one.communicate(timeout=240) for one in running]
    assert [one.returncode for one in running] == [0] * len(ZONES), said
    dates = [out for out, _err in said]
    assert dates[0].count(".yaml") == len(CASES)
    assert "2026-05-06" in dates[0]
    assert [zone for zone, found in zip(ZONES, dates, strict=True) if found != dates[0]] == []
