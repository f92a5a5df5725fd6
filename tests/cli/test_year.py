"""`aid595 demo --year`: a small district lives, is sealed and proved, and can be served as a demo."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Call

SMALL = ("--year", "2026", "--months", "1", "--streets", "1", "--communities", "1", "--persons", "6")


def test_a_small_district_lives_and_is_proved(call: Call, home: Path) -> None:
    lived = call("demo", *SMALL)
    assert lived.code == 0, lived
    for said in ("2026-01：办结", "居民：登记 6", "逾期的期限：无", "错过的周期任务：无"):
        assert said in lived.out
    for said in ("被拒绝：无", "一切一致。", "全部完好"):
        assert said in lived.out
    assert (home / "demo.checkpoints").exists()
    assert call("audit", "verify", "--demo").code == 0
    assert call("doctor", "--demo").code == 0
    call("demo", *SMALL).require_refused("只能装入空库")


def test_a_year_whose_calendar_is_not_shipped_as_official_is_refused(call: Call) -> None:
    call("demo", "--year", "2027").require_refused("2024到2026", code=2)
