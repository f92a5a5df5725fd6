"""What every template can say: sentences, labels, dates, links to our own pages."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import Flask, g

from engine.calendar import full_years
from engine.clock import SHANGHAI, from_us, local_date
from tasks import files, labels
from tasks.access import HIDDEN
from tasks.calendar_moves import Move
from tasks.queries import office, task_page
from tasks.queries.trail import Happened
from tasks.reminders import OVER, POOL, SOON, TODAY
from tasks.rest_weeks import NOTICE as REST_WEEK
from tasks.settings import Setting
from tasks.traceability import Place
from web import nav, words
from web.addresses import ADDRESSES
from web.auth import anonymous_token
from web.config import WebConfig
from web.context import Ctx, ctx, the_app
from web.eventwords import EventWords, detail_words, event_words
from web.going import here, said
from web.i18n import HTML_LANG, LANGUAGES, say_or
from web.matterwords import why
from web.query import not_understood
from web.rights import RIGHTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_STATIC = Path(__file__).parent / "static"
_VENDOR = _STATIC / "vendor"


def _address(pattern: str) -> Callable[..., str]:
    return pattern.format


def install(flask: Flask, config: WebConfig) -> None:
    """Give the templates their vocabulary."""
    flask.context_processor(_vocabulary)
    flask.jinja_env.globals.update(
        LANGUAGES=LANGUAGES,
        config_demo=config.demo,
        vendor=frozenset(path.name for path in _VENDOR.glob("*")) if _VENDOR.is_dir() else frozenset(),
        task_url=task_url,
        case_url=case_url,
        person_url=person_url,
        process_code=words.process_code,
        clause_url=clause_url,
        anchor_url=anchor_url,
        xml_url=xml_url,
        marks_url=marks_url,
        tel_url=tel_url,
        sms_url=sms_url,
        url=str,
        size=words.size_text,
        largest_file=files.LARGEST >> 20,
        static_url=_static_addresses(),
        **{f"{name}_url": _address(pattern) for name, pattern in ADDRESSES.items()},
    )


def _static_addresses() -> Callable[[str], str]:
    """Return a function that gives a static file's address, with a mark of its content to outdo caches."""
    marks = {
        path.relative_to(_STATIC).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:10]
        for path in _STATIC.rglob("*") if path.is_file()
    }  # fmt: skip
    return lambda name: f"/static/{name}?v={marks.get(name, '')}"


def task_url(task_id: int) -> str:
    """Return the address of a task's page (written out: lists hold hundreds)."""
    return f"/tasks/{task_id}"


def case_url(case_id: int) -> str:
    """Return the address of a case's page."""
    return f"/cases/{case_id}"


def person_url(person_id: int) -> str:
    """Return the address of a person's page."""
    return f"/people/{person_id}"


def clause_url(clause_id: str) -> str:
    """Return the address of a clause's page."""
    return f"/clauses/{clause_id}"


def anchor_url(field: str) -> str:
    """Return the address of a field on the page at hand."""
    return f"#f-{field}"


def xml_url(definition_id: int) -> str:
    """Return the address of a diagram's text."""
    return f"/definitions/{definition_id}.bpmn"


def marks_url(instance_id: int, focus: str = "") -> str:
    """Return the address of an instance's marks; `focus` is the element to begin at."""
    return f"/instances/{instance_id}/marks" + (f"?focus={focus}" if focus else "")


def tel_url(phone: str) -> str:
    """Return what a telephone dials."""
    return "tel:" + "".join(char for char in phone if char.isdigit() or char == "+")


def sms_url(phone: str, text: str) -> str:
    """Return what opens a telephone's own messages with a text to send."""
    return f"sms:{tel_url(phone).removeprefix('tel:')}?body={quote(text)}"


def _vocabulary() -> dict[str, Any]:
    if not hasattr(g, "ctx"):
        return {}
    return Vocabulary(ctx()).names()


class Vocabulary:
    """The words of one request's language."""

    def __init__(self, context: Ctx) -> None:
        self.context = context
        self.lang = context.lang

    def names(self) -> dict[str, Any]:
        """Return what templates may use by name."""
        return {
            "ctx": self.context,
            "t": self.context.t,
            "lang": self.lang,
            "covered": HIDDEN,
            "html_lang": HTML_LANG[self.lang],
            "label": self.label,
            "roles": self.roles,
            "say_or": self.say_or,
            "day": self.day,
            "date_of": self.date_of,
            "moment": self.moment,
            "month": lambda value: words.month_text(value, self.lang),
            "due": self.due,
            "step_name": self.step_name,
            "process_name": self.process_name,
            "describe": self.describe,
            "how_due": self.how_due,
            "moving": self.moving,
            "place_name": self.place_name,
            "full_day": lambda day: words.full_day(day, self.lang),
            "story_name": self.story_name,
            "rule_title": self.rule_title,
            "tongue": self.tongue,
            "may": self.may,
            "csrf_token": self.csrf_token,
            "shift": self.shift,
            "has_demo": self.has_demo,
            "here": here,
            "event_words": self.event_words,
            "age": self.age,
            "notice_words": self.notice_words,
            "in_pieces": words.in_pieces,
            "setting_value": self.setting_value,
            "frequency": self.frequency,
            "flash_text": self.flash_text,
            "not_understood": not_understood,
            "matter_why": self.matter_why,
            "nav_items": self.nav_items,
            "now_text": self.now_text,
            "local_now": self.context.now.astimezone(SHANGHAI),
        }

    def label(self, kind: str, code: str | None, field: str | None = None) -> str:
        """Return the label of a code."""
        return labels.label(kind, code, self.lang, field) if code else ""

    def say_or(self, key: str, otherwise: str) -> str:
        """Return a sentence whose key comes from data."""
        return say_or(self.lang, key, otherwise)

    def roles(self, joined: str | None) -> str:
        """Return the labels of roles as an event keeps them: joined by commas."""
        return " · ".join(labels.label("role", one, self.lang) for one in (joined or "").split(",") if one)

    def day(self, value: date | str | None) -> str:
        """Return a civil date in words; what is covered stays covered."""
        if not value:
            return ""
        if value == HIDDEN:
            return HIDDEN
        day = date.fromisoformat(value) if isinstance(value, str) else value
        return words.day_text(day, self.context.today, self.lang)

    def moment(self, us: int | None) -> str:
        """Return an instant in words."""
        return words.moment_text(us, self.context.today, self.lang) if us else ""

    def date_of(self, us: int) -> str:
        """Return the day of an instant in words."""
        return self.day(local_date(from_us(us)))

    def now_text(self) -> str:
        """Return this instant in words, with the year and the day of the week."""
        local = self.context.now.astimezone(SHANGHAI)
        weekday = self.context.t("date.weekdays").split()[local.weekday()]
        return self.context.t("date.now", year=local.year, month=local.month, day=local.day, weekday=weekday,
                              iso=f"{local:%Y-%m-%d}", time=f"{local:%H:%M}")  # fmt: skip

    def due(self, due_at: int) -> words.DueWords:
        """Return a due instant in words."""
        return words.due_words(due_at, self.context.now, self.context.calendar, self.lang)

    def step_name(self, definition_id: int | None, element: str | None) -> str:
        """Return the name of a step."""
        if not element:
            return ""
        return words.element_name(self.context, definition_id, element, self.lang)

    def process_name(self, process_id: str | None) -> str:
        """Return the name of a process."""
        return words.process_name(process_id, self.lang) if process_id else ""

    def rule_title(self, rule_id: str, arithmetic: Mapping[str, Any]) -> str:
        """Return what a deadline is called."""
        return words.rule_title(rule_id, str(arithmetic.get("title") or ""), self.lang)

    def tongue(self, text: str) -> str:
        """Return the language tag of words of the diagram, which are Chinese on an English page too."""
        return "zh-Hans" if self.lang == "zh" or words.is_chinese(text) else "en"

    def describe(self, arithmetic: Mapping[str, Any]) -> str:
        """Return how a due date came about, in a sentence."""
        return words.how_counted(arithmetic, self.lang)

    def how_due(self, row: task_page.DueRow) -> str:
        """Return how the date of a deadline came about, or why there is none yet."""
        if not row.pending:
            return self.describe(row.arithmetic)
        if row.trigger_on is None:
            return self.context.t("due.pending")
        since = words.since_words(row.arithmetic, row.trigger_on, self.context.today, self.lang)
        return self.context.t("due.pending_calendar", since=since)

    def place_name(self, place: Place) -> str:
        """Return what a place is called where it has a name of its own, else its id."""
        known = words.place_name(self.context, place.kind, place.name, self.lang)
        return known or place.name

    def story_name(self, story: str) -> str:
        """Return what a scenario tells."""
        return words.story_name(self.context, story, self.lang)

    def moving(self, one: Move) -> str:
        """Return what a changed calendar would move."""
        if one.kind == "target":
            step = self.step_name(one.row["definition_id"], one.element)
            return self.context.t("calendar.target_of", step=step)
        if one.kind in ("duty", "window"):
            name = words.process_name(one.row["kind"], self.lang)
            return self.context.t("calendar.window_of", duty=name)
        known = self.context.rule(one.rule_id)
        return words.rule_title(one.rule_id, "" if known is None else known.title, self.lang)

    def may(self, endpoint: str) -> bool:
        """Tell whether the page is open to who is logged in."""
        return RIGHTS[endpoint].allows(self.context.actor)

    def csrf_token(self) -> str:
        """Return the token that every form carries."""
        return self.context.csrf if self.context.logged_in else anonymous_token()

    def event_words(self, event: Happened) -> EventWords:
        """Return a history event in words."""
        return event_words(self.context, event)

    def age(self, birth_date: str) -> int:
        """Return full years today."""
        if not birth_date[:1].isdigit():  # covered
            return 0
        return full_years(date.fromisoformat(birth_date), self.context.today)

    def notice_words(self, row: office.Notice) -> str:
        """Return what a notice is about."""
        data = row.data
        if row.kind == POOL:
            t = self.context.t
            counts = [t(f"notice_of.{kind}", n=data[kind]) for kind in (TODAY, SOON, OVER) if data.get(kind)]
            return t("notice_of.pool", counts=("，" if self.lang == "zh" else ", ").join(counts))
        if row.kind == REST_WEEK:
            span = {name: self.day(data[name]) for name in ("first", "last")}
            return self.context.t("notice_of.rest_week", number=data["number"], **span)
        if "year" in data:
            return self.context.t("notice_of.year", year=data["year"])
        version = str(data.get("definition", ""))
        step = self.step_name(int(version) if version.isdigit() else None, data.get("element"))
        return " · ".join(filter(None, (step, *detail_words(self.context, data))))

    def frequency(self, code: str) -> str:
        """Return how often a duty comes: a named period, or `DAYS:7`."""
        kind, _, days = code.partition(":")
        if kind == "DAYS" and days:
            return self.context.t("duty.every_days", n=days)
        return labels.label("frequency", code, self.lang)

    def setting_value(self, setting: Setting, value: Any) -> str:
        """Return the value of a setting in words."""
        t = self.context.t
        if value is None or value == {}:
            return t("settings.off")
        if isinstance(value, bool):
            return t("form.yes" if value else "form.no")
        options = setting.options or {}
        if isinstance(value, list):
            return "、".join(options.get(str(one), str(one)) for one in value)
        return options.get(str(value), str(value))

    def matter_why(self, code: str) -> str:
        """Return why something stands in a matter."""
        return why(self.context, code)

    def has_demo(self) -> bool:
        """Tell whether the clock may be moved here."""
        return the_app().demo is not None

    def flash_text(self) -> str:
        """Return what the page before asked this one to say."""
        return said(self.lang)

    def nav_items(self) -> list[nav.Item]:
        """Return the main navigation."""
        return nav.items(self.context)

    def shift(self) -> Any:
        """Return the shift of the demo's clock, or None where there is none."""
        demo = the_app().demo
        return demo.shift if demo is not None else None
