"""Gathers what the page of a matter shows, and what a task's page says of its matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from engine.errors import NotFound
from tasks import labels, survey_round
from tasks.access import Subject, authorize
from tasks.queries import matters as query
from tasks.queries import roster, task_page, trail
from tasks.store import matters as store
from tasks.store.conn import Connection
from web import matterwords
from web.context import Ctx
from web.words import area_name, moment_text, month_text

#: (question, answer, address or nothing)
Fact = tuple[str, str, str]


@dataclass(slots=True)
class Card:
    """What a matter is about: its name, facts, and what it goes through."""

    trail_id: int
    process_id: str
    about: matterwords.About
    facts: list[Fact] = field(default_factory=list)
    items: list[query.Item] = field(default_factory=list)
    members: Sequence[Any] = ()


@dataclass(slots=True)
class Page:
    """Everything the page of a matter needs."""

    head: query.Matter
    card: Card
    instances: list[query.Matter]
    tasks: list[query.Task]
    deadlines: list[task_page.DueRow]
    events: list[trail.Happened]
    area_name: str
    subject: Subject


def load_matter(context: Ctx, trail_id: int, beyond: int | None, without: Sequence[str], most: int) -> Page:
    """Read a matter; raise NotFound for what is not there or not the reader's."""
    with context.app.read() as conn:
        head = query.head(conn, trail_id)
        if head is None:
            raise NotFound
        subject = Subject(head.area, tier=head.tier)
        authorize(context.actor, "view_matter", subject)
        runs = query.instances(conn, trail_id)
        names = query.unit_chain(conn, head.area)
        return Page(
            head=head,
            card=card(context, conn, head.matter, head.process_id, trail_id, head.household_id),
            instances=runs,
            tasks=query.tasks(conn, [one.instance_id for one in runs]),
            deadlines=task_page.due_rows(conn, trail_id=trail_id),
            events=trail.events(
                conn, trail_id, newest_first=True, limit=most, beyond=beyond, without=without
            ),
            area_name=area_name(names, head.area, context.t),
            subject=subject,
        )


def card(
    context: Ctx, conn: Connection, matter: str, process_id: str, trail_id: int,
    household_id: int | None = None, person_id: int | None = None,
) -> Card:  # fmt: skip
    """Return what is to be said of a matter beside its name; of one person's round only that person."""
    told = Card(trail_id, process_id, matterwords.about(context, conn, [matter])[matter])
    told.items = query.items(conn, matter)
    if person_id is not None:
        told.items = [one for one in told.items if one.person_id == person_id]
        paid = store.paid_by(conn, person_id)
        if paid is not None and process_id.startswith("P08"):
            month = month_text(paid["month"], context.lang)
            said = context.t("matter.contribution_text", month=month, employer=paid["employer"] or "")
            told.facts.append((context.t("matter.contribution"), said, ""))
    if process_id == survey_round.ROUND:
        told.facts += _round(context, conn, trail_id)
    if household_id is not None:
        told.members = query.members(conn, household_id)
    row = query.facts_of(conn, [matter]).get(matter)
    kind = matter.partition(":")[0]
    if row is not None and kind in _FACTS:
        told.facts += [one for one in _FACTS[kind](context, conn, row) if one[1]]
    return told


def _round(context: Ctx, conn: Connection, trail_id: int) -> list[Fact]:
    """Return how far the round of a survey is, in numbers."""
    head = query.head(conn, trail_id)
    if head is None:
        return []
    t, thresholds = context.t, context.app.library.thresholds
    found = roster.of_round(conn, head, thresholds, context.today)
    if found.making and found.wanted is None:
        return [(t("matter.roster"), t("matter.roster_growing", listed=found.listed), "")]
    if found.wanted is not None:
        making = t("matter.roster_making", listed=found.listed, wanted=max(found.wanted, found.listed))
        return [(t("matter.roster"), making, "")]
    if not found.listed:
        return []
    counts = t("matter.roster_counts", visited=found.visited, out=found.out_of_scope, left=found.left)
    everybody = t("matter.roster_all", n=found.listed)
    return [(t("matter.roster"), everybody, ""), (t("matter.visited"), counts, "")]


def _complaint(context: Ctx, conn: Connection, row: Any) -> list[Fact]:
    """Return what was complained of; by whom is for its supervisor and who took it in."""
    t, lang = context.t, context.lang
    case = query.case_no(conn, row["case_id"])
    named = context.user_id == row["filed_by"] or context.actor.has("supervisor", row["area"])
    phone = (row["phone"] or "") if named else ""
    return [
        (t("matter.content"), row["content"], ""),
        (t("matter.received"), _day(context, row["received_on"]), ""),
        (t("matter.source"), labels.label("code", row["source"], lang), ""),
        (t("matter.complainant"), (row["complainant"] or "") if named else "", ""),
        (t("matter.phone"), phone, f"tel:{phone}" if phone else ""),
        (t("matter.case"), case, f"/cases/{row['case_id']}" if row["case_id"] else ""),
        (t("matter.by"), query.user_name(conn, row["filed_by"]), ""),
    ]


def _warning(context: Ctx, conn: Connection, row: Any) -> list[Fact]:
    t = context.t
    by = query.user_name(conn, row["raised_by"]) or t("matter.program")
    return [
        (t("matter.said"), matterwords.warning_text(context, row), ""),
        (t("matter.raised"), moment_text(row["raised_at"], context.today, context.lang), ""),
        (t("matter.by"), by, ""),
    ]


def _list(context: Ctx, conn: Connection, row: Any) -> list[Fact]:
    t = context.t
    return [
        (t("matter.file"), row["name"], ""),
        (t("matter.list_rows"), str(row["rows"]), ""),
        (t("matter.list_taken"), str(row["taken"]), ""),
        (t("matter.by"), query.user_name(conn, row["made_by"]), ""),
    ]


def _benefit(context: Ctx, conn: Connection, row: Any) -> list[Fact]:
    t = context.t
    period = f"{_day(context, row['starts_on'])} – {_day(context, row['ends_on'])}"
    return [
        (t("matter.benefit"), labels.label("benefit", row["code"], context.lang), ""),
        (t("matter.period"), period, ""),
    ]


def _day(context: Ctx, iso: str | None) -> str:
    from web.words import day_text

    return day_text(date.fromisoformat(iso), context.today, context.lang) if iso else ""


_FACTS = {"complaint": _complaint, "warning": _warning, "discovery": _list, "benefit": _benefit}
