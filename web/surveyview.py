"""What the pages of questionnaires show: answers side by side, filters, the words of groups."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tasks import labels
from tasks.actor import Actor
from tasks.queries import areas
from tasks.queries.scope import reading_areas
from tasks.store import surveys
from tasks.store.conn import Connection, RowMapping
from tasks.survey import form
from tasks.survey.analysis import NONE_OF
from tasks.survey.door import doubts_about
from tasks.survey.rowcheck import IMPORTERS
from tasks.survey.schema import questionnaire
from web import query
from web.context import Ctx

#: Questionnaires of one page of the list.
PAGE = 50


@dataclass(frozen=True, slots=True)
class Beside:
    """One answer, and what the other questionnaire of the same person and year says."""

    question: str
    said: str
    other: str | None = None

    @property
    def differs(self) -> bool:
        """Tell whether the two say something else."""
        return self.other is not None and self.other != self.said


def words_of(answers: Mapping[str, Any], other: Mapping[str, Any] | None, lang: str) -> list[Beside]:
    """Return what was answered in words, in the order of the form, beside another questionnaire's answers."""
    mine = dict(form.told(answers, lang))
    if other is None:
        return [Beside(question, said) for question, said in mine.items()]
    theirs = dict(form.told(other, lang))
    order = [form.spec().fields[one.id].label(lang) for one in questionnaire()]
    return [
        Beside(label, mine.get(label, "—"), theirs.get(label, "—"))
        for label in order
        if label in mine or label in theirs
    ]


def look_again(context: Ctx, conn: Connection, row: RowMapping) -> list[str]:
    """Return what whoever asked should look at again in a kept questionnaire, in words."""
    found = doubts_about(conn, row, context.today, context.app.library.thresholds)
    return [zh if context.lang == "zh" else en for _name, zh, en in found]


def latest_doubts(context: Ctx, conn: Connection, person_id: int) -> list[str]:
    """Return what to look at again in the last questionnaire of a person; without one nothing."""
    rows = [row for row in surveys.of_person(conn, person_id) if row["standing"] != "set_aside"]
    return look_again(context, conn, rows[0]) if rows else []


def may_import(actor: Actor) -> bool:
    """Tell whether somebody may import questionnaires."""
    return bool(actor.roles & set(IMPORTERS))


@dataclass(frozen=True, slots=True)
class Filters:
    """Which questionnaires a page lists: those behind a number of the analysis."""

    year: int
    area: str = ""
    choice: str = ""
    category: str = ""
    visit_class: int | None = None
    before: int | None = None

    def query(self) -> dict[str, Any]:
        """Return them as the query takes them."""
        return {
            "year": self.year, "area": self.area, "choice": self.choice, "category": self.category,
            "visit_class": self.visit_class, "before": self.before,
        }  # fmt: skip

    def words(self, lang: str) -> list[str]:
        """Return what is asked for, in words."""
        said = []
        name, _, code = self.choice.partition("=")
        question = questionnaire().questions.get(name)
        option = question.option(code) if question is not None else None
        if question is not None and option is not None:
            label = form.spec().fields[name].label(lang)
            said.append(f"{label} {option.zh if lang == 'zh' else option.en}")
        if self.category:
            said.append(group_word("category", self.category, {}, lang))
        if self.visit_class is not None:
            said.append(group_word("visit_class", str(self.visit_class), {}, lang))
        return said

    def after(self, last: int) -> str:
        """Return the address of the next page."""
        return address(self.query() | {"before": last})


def address(given: Mapping[str, Any]) -> str:
    """Return the address of a list of questionnaires."""
    return "/surveys?" + urlencode({name: value for name, value in given.items() if value not in (None, "")})


def _choice(text: str) -> str | None:
    name, _, code = text.partition("=")
    question = questionnaire().questions.get(name)
    return text if question is not None and question.option(code) is not None else None


def filters_of(years: Sequence[int], this_year: int) -> Filters:
    """Return the filters of the address; what does not fit is left out, and told."""
    year = query.read("year", lambda text: _digits(text, 4) if len(text) == 4 else None)
    year = year or (years[0] if years else this_year)
    area = query.read("area", lambda text: text if re.fullmatch(r"/[0-9/]*", text) else None) or ""
    category = query.read("category", lambda text: text if text.replace("_", "").isalnum() else None) or ""
    visit_class = query.read("visit_class", lambda text: _digits(text, 1))
    return Filters(
        year, area, query.read("choice", _choice) or "", category, visit_class, query.number("before")
    )


def _digits(text: str, most: int) -> int | None:
    return int(text) if re.fullmatch(f"[0-9]{{1,{most}}}", text) else None


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of questionnaires, and those that stand beside another; `names` are those of the areas."""

    years: Sequence[int]
    wanted: Filters
    rows: Sequence[Mapping[str, Any]]
    more: bool
    beside: Sequence[Mapping[str, Any]]
    names: Mapping[str, str]


def listing(context: Ctx) -> Listing:
    """Return the page of questionnaires that an address asks for, of the areas its reader may see."""
    reading = reading_areas(context.actor)
    with context.app.read() as conn:
        years = surveys.years(conn, reading)
        wanted = filters_of(years, context.today.year)
        rows = surveys.found(conn, reading, limit=PAGE + 1, **wanted.query())
        beside = surveys.beside(conn, reading)
        names = areas.unit_names(conn, [row["area"] for row in (*rows, *beside)])
    return Listing(years, wanted, rows[:PAGE], len(rows) > PAGE, beside, names)


def group_word(way: str, group: str, names: Mapping[str, str], lang: str) -> str:
    """Return what a group of the analysis is called."""
    if group == NONE_OF:
        return {"zh": "无", "en": "none"}[lang]
    if way == "community":
        return names.get(group, group)
    if way == "category":
        return labels.label("category", group, lang)
    return labels.label("visit_class", group, lang)
