"""Due dates of the worked scenarios, and the sentence that tells how each came about."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.calendar import WorkCalendar
from engine.codec import dumps, loads
from engine.deadlines import DeadlineRule, Unit, count, describe
from engine.errors import CalendarUnknown
from tasks.deadline_dates import counted
from tasks.policy import Policy, load_policy

BPMN = Path(__file__).parents[2] / "bpmn"
GOLDEN = json.loads((Path(__file__).parent / "data" / "golden_deadlines.json").read_text())


@pytest.fixture(scope="module")
def calendar() -> WorkCalendar:
    return WorkCalendar.load(BPMN / "calendars")


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(BPMN / "policy.toml")


@pytest.mark.parametrize("row", GOLDEN, ids=lambda row: f"{row['scenario']}-{row['rule']}-{row['trigger']}")
def test_a_worked_scenario_gives_its_dates(
    row: dict[str, str], calendar: WorkCalendar, policy: Policy
) -> None:
    rule = policy[row["rule"]].rule_for({})
    assert rule is not None
    due = count(rule, date.fromisoformat(row["trigger"]), calendar)
    assert (due.literal.isoformat(), due.effective.isoformat()) == (row["literal"], row["effective"])


def sentence(rule: DeadlineRule, trigger: date, calendar: WorkCalendar, lang: str = "zh") -> str:
    arithmetic: dict[str, Any] = loads(dumps(count(rule, trigger, calendar).arithmetic))
    return describe(arithmetic, lang)


@pytest.mark.parametrize(
    ("rule", "trigger", "expected"),
    [
        (
            DeadlineRule("DL-017", Unit.WORKING_DAY, 3),
            date(2026, 2, 13),
            "2026年2月13日（周五）当日不计，自次日起算3个工作日，2月15日至2月23日（春节）不计，"
            "2月14日调休上班计入，2026年2月25日（周三）24:00到期。",
        ),
        (
            DeadlineRule("DL-018", Unit.CALENDAR_DAY, 3),
            date(2026, 4, 28),
            "2026年4月28日（周二）当日不计，自次日起算3日，至5月1日，遇5月1日至5月5日（劳动节）顺延，"
            "2026年5月6日（周三）24:00到期。",
        ),
        (
            DeadlineRule("DL-024", Unit.CALENDAR_DAY, 5, earliest=True),
            date(2026, 5, 11),
            "2026年5月11日（周一）当日不计，自次日起算5日，至5月16日，遇5月16日至5月17日（周末）顺延，"
            "2026年5月18日（周一）起办理，当日24:00到期。",
        ),
        (
            DeadlineRule("DL-002", Unit.MONTH, 1, until=(3, 31)),
            date(2026, 3, 10),
            "2026年3月10日（周二）起满1个月，至4月10日，最迟不超过3月31日，2026年3月31日（周二）24:00到期。",
        ),
        (
            DeadlineRule("DL-013", Unit.SAME_DAY, roll=False),
            date(2026, 3, 7),
            "2026年3月7日（周六）当日办理，2026年3月7日（周六）24:00到期。",
        ),
        (
            DeadlineRule("DL-104", Unit.CALENDAR_DAY, -60, earliest=True),
            date(2026, 12, 10),
            "2026年12月10日（周四）之前60日，即10月11日，遇10月11日（周末）顺延，"
            "2026年10月12日（周一）起办理，当日24:00到期。",
        ),
    ],
    ids=lambda value: value.id if isinstance(value, DeadlineRule) else "",
)
def test_the_sentence_tells_every_step(
    rule: DeadlineRule, trigger: date, expected: str, calendar: WorkCalendar
) -> None:
    assert sentence(rule, trigger, calendar) == expected


def test_the_sentence_is_there_in_english(calendar: WorkCalendar) -> None:
    text = sentence(DeadlineRule("DL-015", Unit.WORKING_DAY, 2), date(2026, 2, 13), calendar, "en")
    assert text.startswith("2 working days after 2026-02-13 (Fri)")
    assert text.endswith("due at 24:00 on 2026-02-24 (Tue).")


def test_a_rule_that_does_not_roll_keeps_its_day_off(calendar: WorkCalendar) -> None:
    due = count(DeadlineRule("x", Unit.CALENDAR_DAY, 3, roll=False), date(2026, 4, 28), calendar)
    assert due.effective == due.literal == date(2026, 5, 1)


def test_a_fixed_day_belongs_to_the_year_of_its_trigger(calendar: WorkCalendar) -> None:
    rule = DeadlineRule("DL-001", Unit.FIXED_DATE, roll=False, until=(3, 31))
    assert count(rule, date(2024, 1, 1), calendar).effective == date(2024, 3, 31)


def test_a_late_start_is_not_cut_to_a_day_before_it(calendar: WorkCalendar) -> None:
    rule = DeadlineRule("DL-002", Unit.MONTH, 1, until=(3, 31))
    assert count(rule, date(2026, 4, 8), calendar).effective == date(2026, 5, 8)


def test_a_fixed_day_without_its_day_is_refused() -> None:
    with pytest.raises(ValueError, match="month and day"):
        DeadlineRule("x", Unit.FIXED_DATE)


def test_an_unknown_year_leaves_the_date_open_until_it_is_loaded(calendar: WorkCalendar) -> None:
    rule = DeadlineRule("DL-033", Unit.CALENDAR_DAY, 30)
    with pytest.raises(CalendarUnknown):
        count(rule, date(2026, 12, 10), calendar)
    later = calendar.with_year(2027, [date(2027, 1, 1)], [])
    due = count(rule, date(2026, 12, 10), later)
    assert (due.literal, due.effective) == (date(2027, 1, 9), date(2027, 1, 11))
    assert due.calendar_version == later.version


@pytest.mark.parametrize(
    ("rule", "trigger", "zh", "en"),
    [
        (
            DeadlineRule("DL-017", Unit.WORKING_DAY, 3), date(2026, 4, 2),
            "2026年4月2日（周四）认定，当日不计，自次日起算3个工作日，4月4日至4月6日（清明节）不计，"
            "2026年4月8日（周三）24:00到期。",
            "3 working days after 2026-04-02 (Thu) (recognition), which is not counted; "
            "not counting 2026-04-04 to 2026-04-06 (清明节): due at 24:00 on 2026-04-08 (Wed).",
        ),
        (
            DeadlineRule("DL-013", Unit.SAME_DAY, roll=False), date(2026, 3, 7),
            "2026年3月7日（周六）认定，当日办理，2026年3月7日（周六）24:00到期。",
            "on the day itself, 2026-03-07 (Sat) (recognition): due at 24:00 on 2026-03-07 (Sat).",
        ),
        (
            DeadlineRule("DL-039", Unit.MONTH, 1), date(2026, 1, 31),
            "2026年1月31日（周六）认定起满1个月，至2月28日，2026年2月28日（周六）24:00到期。",
            "1 month(s) after 2026-01-31 (Sat) (recognition), to 2026-02-28: "
            "due at 24:00 on 2026-02-28 (Sat).",
        ),
    ],
)  # fmt: skip
def test_the_sentence_says_what_happened_on_the_day_it_counts_from(
    rule: DeadlineRule, trigger: date, zh: str, en: str, calendar: WorkCalendar
) -> None:
    arithmetic = count(rule, trigger, calendar).arithmetic
    assert describe(arithmetic, "zh", "认定") == zh
    assert describe(arithmetic, "en", "recognition") == en


def test_a_day_that_nobody_has_to_keep_is_not_called_due(calendar: WorkCalendar) -> None:
    rule = DeadlineRule("DL-104", Unit.CALENDAR_DAY, -60, earliest=True)
    told = loads(counted(count(rule, date(2026, 12, 10), calendar), dated=False)["arithmetic"])
    assert describe(told).endswith("2026年10月12日（周一）起办理，没有规定截止日。")
    assert "due" not in describe(told, "en")
    dated = loads(counted(count(rule, date(2026, 12, 10), calendar))["arithmetic"])
    assert describe(dated).endswith("当日24:00到期。")
