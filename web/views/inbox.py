"""The inbox: mine, to claim, overdue, this week, done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from engine.clock import NO_DUE, end_of_day, to_us
from engine.errors import AidError
from tasks import commands, labels, people
from tasks.access import tier_of
from tasks.queries import areas, inbox, matters
from tasks.queries.case_page import case_by_no
from tasks.queries.scope import reading_areas
from tasks.store.conn import Connection
from web import matterwords, query, words
from web.context import Ctx, ctx
from web.going import go, ours
from web.numbers import whole
from web.views.offices import days_open

views = Blueprint("inbox", __name__)
#: Processes by their codes, to choose from.
PROCESSES = tuple(sorted(words.process_code(one) for one in words.process_ids()))
_FOUND = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One task as the list shows it."""

    id: int
    url: str
    name: str
    below: tuple[str, str]
    person: str
    case_no: str
    tier: str
    area: str
    due: words.DueWords
    when: str
    claimable: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Tasks of one urgency."""

    key: str
    rows: list[Line]


@views.get("/inbox")
def index() -> str:
    """Show one list."""
    context = ctx()
    wanted = query.one_of("list", inbox.LISTS)
    span = span_of(context)
    after = query.read("after", cursor)
    with context.app.read() as conn:
        pools = areas.pools_of(conn, context.actor)
        filters, typed = _filters(context, conn)
        counts = inbox.counts(conn, context.user_id, pools, span)
        which = wanted or ("mine" if counts.mine or not counts.pool else "pool")
        rows = inbox.page(
            conn, which, context.user_id, pools, span, filters, after, inbox.PAGE + 1
        )
        units = areas.units_under(conn, reading_areas(context.actor))
        names = {unit["path"]: unit["name"] for unit in units}
        names |= areas.unit_names(conn, [row.area for row in rows if row.area not in names])
        told = matterwords.about(context, conn, {row.matter for row in rows if row.matter})
        alarm = _alarm(context, conn)
    more = len(rows) > inbox.PAGE
    rows = rows[: inbox.PAGE]
    lines = _lines(context, rows, names, told)
    return render_template(
        "inbox.html",
        which=which, rows=rows, groups=_groups(which, lines), lists=list(counts._asdict().items()),
        claimable=which != "done" and any(line.claimable for line in lines),
        processes=[(code, _process_name(code, context.lang)) for code in PROCESSES],
        alarm=alarm, areas=_indented(units), list_url=_list_url, filtered=any(typed.values()),
        next_url=_next_url(which, rows) if more else "", first_url=_list_url(which) if after else "",
        **typed,
    )  # fmt: skip


def span_of(context: Ctx) -> inbox.Span:
    """Return the instants that divide the lists at the request's time."""
    today = context.today
    week = to_us(end_of_day(words.week_end(today)))
    return inbox.Span(to_us(context.now), week)


def _filters(context: Ctx, conn: Connection) -> tuple[inbox.Filters, dict[str, str]]:
    known = query.one_of("process", PROCESSES)
    inside = query.read("area", lambda area: area if context.actor.covers(area) else None) or ""
    text = request.args.get("q", "")[:60].strip()
    persons = _persons(context, conn, text) if text else None
    return inbox.Filters(known, inside, persons), {"process": known, "area": inside, "q": text}


def _persons(context: Ctx, conn: Connection, text: str) -> tuple[int, ...]:
    """Return whom a search text means: a case number, else people of the reader's areas."""
    found = case_by_no(conn, text.upper())
    if found is not None:
        return (found[1],)
    rows = people.search(conn, context.app.keys, text, reading_areas(context.actor), _FOUND)
    return tuple(row["id"] for row in rows)


def cursor(text: str) -> inbox.Cursor | None:
    """Return where a page begins, from the address of the page; None for the first and for nonsense."""
    at, _, task = text.partition("-")
    if not (at.isascii() and at.isdigit() and task.isascii() and task.isdigit()) or len(at) + len(task) > 40:
        return None
    return inbox.Cursor(min(int(at), NO_DUE), min(int(task), 2**63 - 1))


def _alarm(context: Ctx, conn: Connection) -> tuple[int, int] | None:
    """Return how many families without work a supervisor still has, and for how long (动态清零)."""
    over = list(context.actor.areas("supervisor"))
    found = matters.open_families(conn, over) if over else []
    return (len(found), days_open(context, found[0])) if found else None


def _lines(
    context: Ctx, rows: list[inbox.Row], names: dict[str, str], told: Mapping[str, matterwords.About]
) -> list[Line]:
    lang, t = context.lang, context.t
    instants = {row.due_at for row in rows}
    due = {at: words.due_words(at, context.now, context.calendar, lang) for at in instants}
    return [
        Line(
            id=row.id,
            url=f"/tasks/{row.id}",
            name=words.element_name(context, row.definition_id, row.element, lang),
            below=_below(row.element.split("_", 1)[0], row.role, lang),
            **_subject(row, told),
            area=words.area_name(names, row.area, t),
            due=due[row.due_at],
            when=words.moment_text(row.at, context.today, lang) if row.state == "completed" else "",
            claimable=row.state == "created",
        )
        for row in rows
    ]


def _subject(row: inbox.Row, told: Mapping[str, matterwords.About]) -> dict[str, str]:
    """Return whom or what a row is about: the person and case, else the matter in words."""
    if row.matter is None:
        return {"person": row.person_name or "", "case_no": row.case_no or "", "tier": row.tier or ""}
    about, tier = told[row.matter], tier_of(row.role)
    if row.person_name:
        second = " ".join(one for one in (about.title, about.sub) if one)
        return {"person": row.person_name, "case_no": second, "tier": tier}
    return {"person": about.title, "case_no": about.sub, "tier": tier}


@cache
def _below(code: str, role: str, lang: str) -> tuple[str, str]:
    """Return what stands under a task's name: its process and whose work it is."""
    return f"{code} {_process_name(code, lang)}", labels.label("role", role, lang)


def _groups(which: str, lines: list[Line]) -> list[Group]:
    if which == "done":
        return [Group("done", lines)] if lines else []
    return [Group(key, list(run)) for key, run in groupby(lines, key=lambda line: line.due.urgency)]


def _process_name(code: str, lang: str) -> str:
    return words.process_name(words.process_id(code), lang)


def _indented(units: list[dict[str, Any]]) -> list[dict[str, str]]:
    if not units:
        return []
    top = min(areas.depth(unit["path"]) for unit in units)
    return [
        {"path": unit["path"], "name": unit["name"], "indent": "\u3000" * (areas.depth(unit["path"]) - top)}
        for unit in units
    ]


def _list_url(which: str, plain: bool = False) -> str:
    kept = {} if plain else {name: request.args.get(name, "") for name in ("process", "area", "q")}
    return "/inbox?" + urlencode({"list": which, **{name: value for name, value in kept.items() if value}})


def _next_url(which: str, rows: list[inbox.Row]) -> str:
    return f"{_list_url(which)}&after={rows[-1].at}-{rows[-1].id}"


@views.post("/inbox/claim")
def claim_many() -> Response:
    """Claim one task in one click, or all that were ticked; what others took meanwhile is counted."""
    context = ctx()
    back = ours(request.form.get("back"), "/inbox")
    one = request.form.get("one", type=whole)
    wanted = [one] if one is not None else request.form.getlist("task", type=whole)[: inbox.PAGE]
    if not wanted:
        return go(back, "nothing_picked")
    if one is not None:
        return _claim_one(context, one)
    taken, lost = 0, 0
    for task_id in wanted:
        try:
            _claim(context, task_id)
            taken += 1
        except AidError:
            lost += 1
    return go(back, "claimed_some" if lost else "claimed", n=taken, lost=lost)


def _claim(context: Ctx, task_id: int) -> None:
    key = context.command_key(request.form.get("_key", ""), f"claim:{task_id}")
    context.app.do(commands.ClaimTask(task_id), context.actor, key)


def _claim_one(context: Ctx, task_id: int) -> Response:
    _claim(context, task_id)
    return go(f"/tasks/{task_id}", "claimed_one")
