"""Names of things as a person reads them: steps and processes, dates, due dates, areas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from engine import deadlines
from engine.calendar import WorkCalendar
from engine.clock import NO_DUE, SHANGHAI, from_us, local_date
from engine.errors import CalendarUnknown
from tasks import contract_names, labels
from tasks.contract_names import chinese, english, rules_in_english
from tasks.traceability import trace
from web.i18n import Translate, translator

if TYPE_CHECKING:
    from web.context import Ctx

URGENCIES = ("overdue", "today", "week", "later", "none")
#: Further away than this, days are not counted one by one.
_COUNTED = timedelta(days=45)
_WEEK = 7
_ID = re.compile(r"([A-Z]{2,4}-[0-9]{2,4}[a-z]?)")


def in_pieces(text: str) -> list[str]:
    """Return a text parted at the ids of rules such as DL-039, each of which is every second piece."""
    return _ID.split(text)


def element_name(context: Ctx, definition_id: int | None, element: str, lang: str) -> str:
    """Return a step's name: Chinese as its diagram has it, English as far as the contract names it."""
    if lang == "en" and element in english():
        return english()[element]
    if definition_id is not None:
        node = context.graph(definition_id).nodes.get(element)
        if node is not None and node.name:
            return node.name
    return chinese().get(element, element)


def rule_title(rule_id: str, title: str, lang: str) -> str:
    """Return what a deadline rule is called; `title` is its Chinese title where there is one."""
    return title or rule_id if lang == "zh" else rules_in_english().get(rule_id, rule_id)


def since_words(arithmetic: Mapping[str, Any], trigger_on: str, today: date, lang: str) -> str:
    """Return the day a deadline is counted from with what happened on it."""
    since = labels.catalogue().find("since", str(arithmetic.get("since") or ""), lang) or ""
    day = day_text(date.fromisoformat(trigger_on), today, lang)
    return day + since if lang == "zh" else f"{day} ({since})" if since else day


def how_counted(arithmetic: Mapping[str, Any], lang: str) -> str:
    """Return how a due date came about, in a sentence that names what happened on the day it is counted from.

    Empty where no date was counted.
    """
    if "effective" not in arithmetic:
        return ""
    since = labels.catalogue().find("since", str(arithmetic.get("since") or ""), lang) or ""
    return deadlines.describe(arithmetic, lang, since)


_CHINESE = re.compile("[\u4e00-\u9fff]")


def is_chinese(text: str) -> bool:
    """Tell whether a text holds Chinese characters."""
    return _CHINESE.search(text) is not None


def process_name(process_id: str, lang: str) -> str:
    """Return the name of a process."""
    names = english() if lang == "en" else chinese()
    return names.get(process_id, process_id)


@cache
def _by_code() -> Mapping[str, str]:
    return {one.split("_", 1)[0]: one for one in contract_names.process_ids()}


def process_ids() -> frozenset[str]:
    """Return the ids of all processes."""
    return frozenset(_by_code().values())


def process_id(code: str) -> str:
    """Return the whole id of a process: `P04_community_assistance` of `P04`."""
    return _by_code().get(code, code)


def process_code(process_id: str) -> str:
    """Return the short code of a process: `P04`."""
    return process_id.split("_", 1)[0]


def day_text(day: date, today: date, lang: str) -> str:
    """Return a civil date with its weekday, without the year where it is this one."""
    t = translator(lang)
    weekday = t("date.weekdays").split()[day.weekday()]
    pattern = "date.day" if day.year == today.year else "date.day_year"
    return t(pattern, year=day.year, month=day.month, day=day.day, weekday=weekday, iso=day.isoformat())


def full_day(day: date, lang: str) -> str:
    """Return a civil date with its year, however near it is."""
    return translator(lang)("date.full", year=day.year, month=day.month, day=day.day, iso=day.isoformat())


def moment_text(us: int, today: date, lang: str) -> str:
    """Return an instant (microseconds UTC) as Shanghai date and time."""
    local = from_us(us).astimezone(SHANGHAI)
    t = translator(lang)
    pattern = "date.moment" if local.year == today.year else "date.moment_year"
    return t(
        pattern,
        year=local.year,
        month=local.month,
        day=local.day,
        time=f"{local:%H:%M}",
        iso=local.date().isoformat(),
    )


def month_text(month: str, lang: str) -> str:
    """Return a month (YYYY-MM) in words; what is none stays as it is."""
    year, dash, number = month.partition("-")
    if not dash or not (year + number).isdecimal():
        return month
    return translator(lang)("matter.month", year=int(year), month=int(number))


def due_day(due_at: int) -> date:
    """Return the civil day that ends (or holds) a due instant."""
    return local_date(from_us(due_at) - timedelta(microseconds=1))


@dataclass(frozen=True, slots=True)
class DueWords:
    """How a due date is shown: its day, what is left of it, and how urgent that is."""

    day: str
    left: str
    urgency: str
    iso: str


def due_words(due_at: int, now: datetime, calendar: WorkCalendar, lang: str) -> DueWords:
    """Return a due instant in words, counted in working days where the calendar knows them."""
    if due_at >= NO_DUE:
        return DueWords("", translator(lang)("due.none"), "none", "")
    overdue = from_us(due_at) <= now
    return _due_words(due_day(due_at), local_date(now), overdue, _Cal(calendar), lang)


class _Cal:
    """A calendar as a key of a cache: equal versions count alike."""

    def __init__(self, calendar: WorkCalendar) -> None:
        self.calendar = calendar

    def __hash__(self) -> int:
        return hash(self.calendar.version)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Cal) and other.calendar.version == self.calendar.version


@lru_cache(maxsize=4096)
def _due_words(due: date, today: date, overdue: bool, cal: _Cal, lang: str) -> DueWords:
    t = translator(lang)
    shown = day_text(due, today, lang)
    iso = due.isoformat()
    if overdue:
        days, working = _days_between(due, max(today, due), cal.calendar)
        key = "due.overdue_wd" if working else "due.overdue_cd"
        return DueWords(shown, t(key, n=max(days, 1)), "overdue", iso)
    if due == today:
        return DueWords(shown, t("due.today"), "today", iso)
    days, working = _days_between(today, due, cal.calendar)
    left = t("due.left_wd" if working else "due.left_cd", n=days)
    if working and not days:
        left = t("due.last_wd" if cal.calendar.is_working(today) else "due.no_wd")
    week_end = today + timedelta(days=_WEEK - 1 - today.weekday())
    return DueWords(shown, left, "week" if due <= week_end else "later", iso)


def _days_between(first: date, last: date, calendar: WorkCalendar) -> tuple[int, bool]:
    """Return days after `first` up to `last`, and whether they are working days."""
    span = last - first
    if span > _COUNTED:
        return span.days, False
    try:
        days = (first + timedelta(days=n) for n in range(1, span.days + 1))
        return sum(calendar.is_working(day) for day in days), True
    except CalendarUnknown:
        return span.days, False


def week_end(today: date) -> date:
    """Return the Sunday of a day's week."""
    return today + timedelta(days=_WEEK - 1 - today.weekday())


def area_name(names: Mapping[str, str], path: str, t: Translate) -> str:
    """Return the name of an area from names already read."""
    return names.get(path) or t("area.unknown")


def size_text(size: int) -> str:
    """Return how large a file is: KB, or MB with one decimal."""
    if size >= 1 << 20:
        return f"{size / (1 << 20):.1f} MB"
    return f"{max(1, round(size / 1024))} KB"


def _drawn(context: Ctx, element: str, lang: str) -> str:
    """Return what a drawing calls an element that has no form, with the process it is drawn in."""
    known = trace(context.app.library.shipped).drawn.get(element, "")
    named = known if lang == "zh" else english().get(element, "")
    return f"{process_code(element)} {named}" if named else ""


def story_name(context: Ctx, story: str, lang: str) -> str:
    """Return a scenario with its number and what it tells."""
    title = trace(context.app.library.shipped).stories.get(story, "") if lang == "zh" else ""
    return f"{story.split('_', 1)[0]} {title}" if title else story.replace("_", " ")


def place_name(context: Ctx, kind: str, name: str, lang: str) -> str:
    """Return the name of a place where a clause is done; empty where it has none of its own."""
    if kind in ("element", "field"):
        element, _, one = name.partition(".")
        form = context.app.library.forms.get(element)
        title = form.title(lang) if form is not None else _drawn(context, element, lang)
        asked = form.fields.get(one) if form is not None else None
        return title if asked is None else f"{title} · {asked.zh if lang == 'zh' else asked.en}"
    if kind == "deadline":
        known = context.rule(name)
        return rule_title(name, "" if known is None else known.title, lang)
    if kind in ("setting", "role"):
        return labels.label(kind, name, lang)
    if kind == "table":
        found = labels.catalogue().find("decision", name, lang)
        return name if found is None else f"{name} {found}"
    return ""
