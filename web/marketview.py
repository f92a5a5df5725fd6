"""Vacancies in words: what a worker sees of each while choosing one."""

from __future__ import annotations

from collections.abc import Mapping

from tasks.access import HIDDEN
from tasks.labels import label
from tasks.queries import choices, notes
from tasks.queries.task_page import TaskView
from tasks.store.conn import Connection
from tasks.vacancies import wanted
from web.context import Ctx


def offers(conn: Connection, context: Ctx, task: TaskView, areas: list[str]) -> list[tuple[str, str]]:
    """Return the vacancies a task may choose from: what suits the person first, each with its marks."""
    visits = choices.visit_class(conn, task.person_id)
    seen = HIDDEN not in (task.sex, task.birth_date)  # what is covered must not show through an order
    sex, born = (task.sex, task.birth_date) if seen else (None, None)
    suits = wanted(context.app.library, visits, sex, born, context.today)
    found = choices.vacancies(conn, areas, suits)
    standing = notes.standing_of(conn, areas)
    told = (
        (one.id, [one.name, one.employer, *_marks(context, one), *_credit(context, standing, one)])
        for one in found
    )
    return [(str(vacancy_id), " · ".join(words)) for vacancy_id, words in told]


def _credit(context: Ctx, standing: Mapping[str, tuple[int, int]], one: choices.Offer) -> list[str]:
    """Return how the employer stands, where anything is on record (R003-16.3)."""
    known = standing.get(one.employer)
    return [context.t("credit.marks", good=known[0], bad=known[1])] if known else []


def _marks(context: Ctx, one: choices.Offer) -> list[str]:
    marks = [label("vacancy_tag", tag, context.lang) for tag in one.tags.split()]
    if one.promised_on:
        marks.append(context.t("market.promised"))
    if one.checked_on:
        marks.append(context.t("market.checked"))
    return marks
