"""How a due date comes about: counted from a trigger day by a rule, explained in a sentence.

The trigger day is not counted; calendar days and working days are told apart as the rule's words do; a due
day ends at 24:00 Asia/Shanghai. `literal` is what the words give and what is reported, `effective` is the
next working day where the literal one is a day off, and drives overdue (AMB-06, AMB-07).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.calendar import DayOff, WorkCalendar

Arithmetic = dict[str, Any]


class Unit(StrEnum):
    """What a rule counts."""

    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"
    MONTH = "month"
    #: ends at 24:00 of the trigger day
    SAME_DAY = "same_day"
    #: a fixed month and day of the trigger's year (`until`)
    FIXED_DATE = "fixed_date"
    #: the trigger itself is the due day, typed by a person
    GIVEN_DATE = "given_date"


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """A counting rule with the words it comes from."""

    id: str
    unit: Unit
    value: int = 0
    #: a due day on a day off moves to the next working day
    roll: bool = True
    #: "N days later": the day is the earliest and the due day in one (AMB-17)
    earliest: bool = False
    #: (month, day): the due day of FIXED_DATE; for other units the latest effective day in the trigger's year
    until: tuple[int, int] | None = None
    clauses: tuple[str, ...] = ()
    quote_zh: str = ""
    title: str = ""

    def __post_init__(self) -> None:
        if self.unit is Unit.FIXED_DATE and self.until is None:
            raise ValueError(f"{self.id}: a fixed date needs its month and day")


@dataclass(frozen=True, slots=True)
class Due:
    """A computed due date; `arithmetic` is plain JSON data that `describe` turns into a sentence."""

    literal: date
    effective: date
    calendar_version: str
    arithmetic: Arithmetic


def count(rule: DeadlineRule, trigger: date, calendar: WorkCalendar) -> Due:
    """Count a rule from its trigger day; raise CalendarUnknown where a year needed is not known."""
    literal = _literal(rule, trigger, calendar)
    effective = calendar.eff(literal) if rule.roll else literal
    steps: Arithmetic = {}
    if rule.unit is Unit.WORKING_DAY and rule.value:
        steps["skipped"] = _plain(calendar.days_off(trigger + timedelta(days=1), literal))
        worked = calendar.working_weekends(trigger + timedelta(days=1), literal)
        steps["worked_weekends"] = [day.isoformat() for day in worked]
    if effective != literal:
        steps["rolled_over"] = _plain(calendar.days_off(literal, effective))
    limit = _limit(rule, trigger)
    if limit is not None and limit < effective:
        effective = limit
        steps["cut_to"] = limit.isoformat()
    arithmetic: Arithmetic = {
        "rule": rule.id,
        "title": rule.title,
        "clauses": list(rule.clauses),
        "quote": rule.quote_zh,
        "trigger": trigger.isoformat(),
        "value": rule.value,
        "unit": rule.unit.value,
        "earliest": rule.earliest,
        "roll": rule.roll,
        **({} if rule.until is None else {"until": list(rule.until)}),
        "literal": literal.isoformat(),
        "effective": effective.isoformat(),
        "calendar_version": calendar.version,
        **steps,
    }
    return Due(literal, effective, calendar.version, arithmetic)


def _literal(rule: DeadlineRule, trigger: date, calendar: WorkCalendar) -> date:
    match rule.unit:
        case Unit.WORKING_DAY:
            return calendar.wd(trigger, rule.value)
        case Unit.CALENDAR_DAY:
            return calendar.cd(trigger, rule.value)
        case Unit.MONTH:
            return calendar.mo(trigger, rule.value)
        case Unit.FIXED_DATE:
            assert rule.until is not None
            return date(trigger.year, *rule.until)
        case Unit.SAME_DAY | Unit.GIVEN_DATE:
            return trigger


def _limit(rule: DeadlineRule, trigger: date) -> date | None:
    if rule.until is None or rule.unit is Unit.FIXED_DATE:
        return None
    limit = date(trigger.year, *rule.until)
    return limit if trigger <= limit else None


def _plain(runs: list[DayOff]) -> list[dict[str, str]]:
    return [{"first": r.first.isoformat(), "last": r.last.isoformat(), "name": r.name} for r in runs]


def describe(arithmetic: Mapping[str, Any], lang: str = "zh", since: str = "") -> str:
    """Tell in one or two sentences how a due date came about, in Chinese (`zh`) or English.

    `since` says what happened on the trigger day. A date that nobody has to keep is marked `undated`.
    """
    words = _ZH if lang == "zh" else _EN
    parts = [_counting(arithmetic, words, since)]
    if arithmetic.get("skipped"):
        parts.append(words["skipped"].format(days=_runs(arithmetic["skipped"], words)))
    if arithmetic.get("worked_weekends"):
        days = words["and"].join(_day(day, words) for day in arithmetic["worked_weekends"])
        parts.append(words["worked"].format(days=days))
    if arithmetic.get("rolled_over"):
        parts.append(words["rolled"].format(runs=_runs(arithmetic["rolled_over"], words)))
    if arithmetic.get("cut_to"):
        parts.append(words["cut"].format(limit=_day(arithmetic["cut_to"], words)))
    kind = "undated" if arithmetic.get("undated") else "earliest" if arithmetic["earliest"] else "due"
    ending = words[kind].format(day=_day(arithmetic["effective"], words, full=True))
    return words["comma"].join(parts) + ending


def _counting(arithmetic: Mapping[str, Any], words: Mapping[str, str], since: str) -> str:
    key = str(arithmetic["unit"])
    value = int(arithmetic["value"])
    if value < 0 and key == Unit.CALENDAR_DAY:
        key = "calendar_day_before"
    told = words["since"].format(since=since) if since else ""
    return words[key].format(
        trigger=_day(arithmetic["trigger"], words, full=True) + told,
        then=words["then"] if told else "",
        value=abs(value),
        literal=_day(arithmetic["literal"], words),
    )


def _runs(runs: list[dict[str, str]], words: Mapping[str, str]) -> str:
    return words["and"].join(
        words["run" if run["first"] != run["last"] else "one"].format(
            first=_day(run["first"], words),
            last=_day(run["last"], words),
            name=run["name"] or words["weekend"],
        )
        for run in runs
    )


def _day(iso: str, words: Mapping[str, str], *, full: bool = False) -> str:
    day = date.fromisoformat(iso)
    weekday = words["weekdays"].split()[day.weekday()]
    return words["full" if full else "short"].format(
        year=day.year, month=day.month, day=day.day, weekday=weekday, iso=iso
    )


_ZH = {
    "working_day": "{trigger}{then}当日不计，自次日起算{value}个工作日",
    "calendar_day": "{trigger}{then}当日不计，自次日起算{value}日，至{literal}",
    "calendar_day_before": "{trigger}之前{value}日，即{literal}",
    "month": "{trigger}起满{value}个月，至{literal}",
    "same_day": "{trigger}{then}当日办理",
    "fixed_date": "规定的截止日为{literal}",
    "given_date": "限定日期为{literal}",
    "skipped": "{days}不计",
    "worked": "{days}调休上班计入",
    "rolled": "遇{runs}顺延",
    "cut": "最迟不超过{limit}",
    "due": "，{day}24:00到期。",
    "earliest": "，{day}起办理，当日24:00到期。",
    "undated": "，{day}起办理，没有规定截止日。",
    "run": "{first}至{last}（{name}）",
    "one": "{first}（{name}）",
    "weekend": "周末",
    "since": "{since}",
    "then": "，",
    "and": "、",
    "comma": "，",
    "full": "{year}年{month}月{day}日（{weekday}）",
    "short": "{month}月{day}日",
    "weekdays": "周一 周二 周三 周四 周五 周六 周日",
}

_EN = {
    "working_day": "{value} working days after {trigger}, which is not counted",
    "calendar_day": "{value} calendar days after {trigger}, which is not counted, to {literal}",
    "calendar_day_before": "{value} days before {trigger}, that is {literal}",
    "month": "{value} month(s) after {trigger}, to {literal}",
    "same_day": "on the day itself, {trigger}",
    "fixed_date": "fixed by the policy at {literal}",
    "given_date": "set at {literal}",
    "skipped": "not counting {days}",
    "worked": "counting the working weekend {days}",
    "rolled": "moved past {runs}",
    "cut": "not later than {limit}",
    "due": ": due at 24:00 on {day}.",
    "earliest": ": opens on {day} and is due at 24:00 that day.",
    "undated": ": may begin on {day}; no day is set by which it must be done.",
    "run": "{first} to {last} ({name})",
    "one": "{first} ({name})",
    "weekend": "weekend",
    "since": " ({since})",
    "then": "",
    "and": ", ",
    "comma": "; ",
    "full": "{iso} ({weekday})",
    "short": "{iso}",
    "weekdays": "Mon Tue Wed Thu Fri Sat Sun",
}
