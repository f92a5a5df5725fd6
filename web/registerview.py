"""What somebody asks of the registers: which office, which days, filed under what; and the pages' choices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from flask import request

from engine.errors import AidError, NotFound
from tasks.access import Subject, allowed, permissions
from tasks.queries import areas
from tasks.queries.measures import Period
from tasks.queries.registers import Wanted
from tasks.registers import period as periods
from tasks.registers.spec import Column
from web import query
from web.context import Ctx
from web.numbers import whole


@dataclass(slots=True)
class Asked:
    """The office and the period asked for, as typed and as understood."""

    area: str
    first: date
    last: date
    facet: str = ""
    problems: dict[str, str] = field(default_factory=dict)
    before: tuple[int, int] | None = None

    @property
    def period(self) -> Period:
        """Return the period."""
        return periods.between(self.first, self.last)

    @property
    def wanted(self) -> Wanted:
        """Return what to look for in a register."""
        return Wanted((self.area,), self.period.since, self.period.until, self.facet)

    @property
    def given(self) -> dict[str, str]:
        """Return what an address needs to ask for the same."""
        asked = {"unit": self.area, "from": self.first.isoformat(), "to": self.last.isoformat()}
        return asked | ({"under": self.facet} if self.facet else {})

    def query(self, **other: str) -> str:
        """Return the same question as the query of an address, with something else."""
        return urlencode(self.given | other)


def mandate(context: Ctx) -> list[str]:
    """Return the areas whose registers are open to who is logged in; raise NotFound for none."""
    roles = permissions().actions["view_register"].roles
    found = areas.outermost(sorted({area for role, area in context.actor.grants if role in roles}))
    if not found:
        raise NotFound
    return found


def of_address(context: Ctx) -> Asked:
    """Understand what the address asks; what makes no sense is told. Raises NotFound."""
    asked = read(context, request.args)
    for name in asked.problems:
        query.odd(name, request.args.get(name, ""), said=True)
    if asked.before is None and request.args.get("before"):
        query.odd("before", request.args["before"])
    return asked


def read(context: Ctx, given: Mapping[str, str]) -> Asked:
    """Understand what is asked; without anything: one's own area, this month. Raises NotFound."""
    own = mandate(context)
    area = given.get("unit", "")[:60] or own[0]
    if not any(area.startswith(one) for one in own):
        raise NotFound
    month_first = context.today.replace(day=1)
    month_last = periods.next_first(context.today) - timedelta(days=1)
    problems: dict[str, str] = {}
    first = _day(context, given, "from", month_first, problems)
    last = _day(context, given, "to", month_last, problems)
    if last < first:
        if not problems:
            problems["to"] = context.t("registers.bad_period")
        first, last = month_first, month_last
    return Asked(area, first, last, given.get("under", "")[:40], problems, _key(given.get("before", "")))


def _day(
    context: Ctx, given: Mapping[str, str], name: str, otherwise: date, problems: dict[str, str]
) -> date:
    text = given.get(name, "").strip()
    if not text:
        return otherwise
    try:
        found = date.fromisoformat(text)
        if not 2000 <= found.year < 2100:
            raise ValueError(text)
    except ValueError:
        problems[name] = context.t("registers.bad_day")
        return otherwise
    return found


def _key(text: str) -> tuple[int, int] | None:
    at, _, row = text.partition("-")
    try:
        return (whole(at), whole(row)) if text else None
    except ValueError:
        return None


def units(context: Ctx) -> list[tuple[str, str]]:
    """Return the offices to choose from: path and name, the communities set in."""
    with context.app.read() as conn:
        found = areas.units_under(conn, mandate(context))
    top = min((areas.depth(unit["path"]) for unit in found), default=0)
    return [(unit["path"], "　" * (areas.depth(unit["path"]) - top) + unit["name"]) for unit in found]


class Heading(NamedTuple):
    """A heading of a table; `whole` cells are not broken into lines, `opens` ones lead to the person."""

    words: str
    whole: bool
    opens: bool = False


#: Columns whose cells are read as one sign.
_WHOLE = frozenset({"case_no", "community", "id_no", "phone", "name"})


def headings(columns: Iterable[Column], lang: str) -> list[Heading]:
    """Return the headings of some columns."""
    return [
        Heading(one.label(lang), one.type != "text" or one.name in _WHOLE, one.name == "name")
        for one in columns
    ]


def may(context: Ctx, action: str, area: str) -> bool:
    """Tell whether to offer an action over an area."""
    return allowed(context.actor, action, Subject(area))


def told(context: Ctx, refusal: AidError | None) -> str:
    """Return what a refusal says, its fields in one sentence; nothing where there is none."""
    if refusal is None:
        return ""
    problems = getattr(refusal, "problems", None) or ()
    fields = " ".join(zh if context.lang == "zh" else en for _field, zh, en in problems)
    return fields or refusal.sentence(context.lang)
