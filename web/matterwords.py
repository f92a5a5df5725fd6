"""What a matter is about, in words: the office and its week, a family, a complaint's number."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tasks import labels
from tasks.queries import matters as query
from tasks.store.conn import Connection
from web.context import Ctx
from web.words import day_text, rule_title

#: Processes whose matter is one window of an office's duty, by the first part of the key.
OFFICE = ("P01", "P08", "P14", "P15", "P22", "P23")
_QUARTER = 3


@dataclass(frozen=True, slots=True)
class About:
    """What a row says of a matter: its name, and a second line."""

    title: str
    sub: str = ""


def about(context: Ctx, conn: Connection, matters: Collection[str]) -> dict[str, About]:
    """Return what some matters are about; one nobody described is named by its key."""
    facts, families = query.facts_of(conn, matters), query.families_of(conn, matters)
    found: dict[str, About] = {}
    for matter in matters:
        if matter in families:
            found[matter] = _family(context, families[matter])
        elif matter in facts:
            found[matter] = _described(context, matter, facts[matter])
        else:
            found[matter] = About(matter.split(":", 2)[-1])
    return found


def _family(context: Ctx, names: list[str]) -> About:
    joint = "、" if context.lang == "zh" else ", "
    return About(context.t("matter.family", name=names[0], n=len(names)), joint.join(names[1:]))


def _described(context: Ctx, matter: str, row: Any) -> About:
    kind, t, lang = matter.partition(":")[0], context.t, context.lang
    if kind in OFFICE:
        return About(row["name"], window_text(context, kind, matter.rpartition(":")[2]))
    if kind == "benefit":
        ends = row["ends_on"] or ""
        return About(labels.label("benefit", row["code"], lang), t("matter.ends", day=_day(context, ends)))
    if kind == "discovery":
        return About(labels.label("list", row["kind"], lang), row["name"])
    if kind == "warning":
        return About(labels.label("warning", row["rule"], lang), warning_text(context, row))
    if kind == "special":
        until = _day(context, row["until"])
        return About(t("matter.special"), t("matter.special_text", purpose=row["purpose"], day=until))
    if kind == "complaint":
        return About(row["number"], row["content"][:40])
    return About(row["name"])


def window_text(context: Ctx, code: str, first: str) -> str:
    """Return the window of an office's duty that begins on a day: its week, month, quarter or year."""
    try:
        day = date.fromisoformat(first)
    except ValueError:
        return first
    t = context.t
    if code == "P14":
        return t("matter.week", first=_plain(context, day), last=_plain(context, day + timedelta(days=6)))
    if code == "P15":
        return t("matter.quarter", year=day.year, n=(day.month - 1) // _QUARTER + 1)
    if code in ("P22", "P23"):
        return t("matter.from_day", year=day.year, day=_plain(context, day))
    if code == "P01":
        return t("matter.year", year=day.year)
    return t("matter.month", year=day.year, month=day.month)


def _plain(context: Ctx, day: date) -> str:
    return context.t("matter.day", month=day.month, day=day.day)


def _day(context: Ctx, iso: str) -> str:
    return day_text(date.fromisoformat(iso), context.today, context.lang) if iso else ""


def warning_text(context: Ctx, row: Any) -> str:
    """Return what a warning says."""
    if row["rule"] == "MISSED_WINDOWS":
        duty = labels.label("duty", row["said"], context.lang)
        return context.t("matter.missed_windows", duty=duty, n=row["count"])
    if row["rule"] == "OVERDUE_CLUSTER":
        return context.t("matter.overdue_cluster", n=row["count"])
    return str(row["said"])


def why(context: Ctx, code: str) -> str:
    """Return why something stands in a matter: `OVERDUE DL-018`, `MONTHS 3`, `LIST DISABLED`."""
    kind, _, detail = code.partition(" ")
    if kind == "LIST":
        return labels.label("list", detail, context.lang)
    if kind == "OVERDUE":
        rule = context.rule(detail)
        named = rule_title(detail, rule.title if rule is not None else "", context.lang)
        return context.t("matter.why_overdue", n=named)
    return context.t(f"matter.why_{kind.lower()}", n=detail)
