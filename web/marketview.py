"""Vacancies in words: what a worker sees of each while choosing one."""

from __future__ import annotations

from tasks.access import HIDDEN
from tasks.labels import label
from tasks.queries import choices
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
    return [(str(one.id), " · ".join([one.name, one.employer, *_marks(context, one)])) for one in found]


def _marks(context: Ctx, one: choices.Offer) -> list[str]:
    marks = [label("vacancy_tag", tag, context.lang) for tag in one.tags.split()]
    if one.promised_on:
        marks.append(context.t("market.promised"))
    if one.checked_on:
        marks.append(context.t("market.checked"))
    return marks
