"""What the questionnaires of a year say of an area, by question, community, class of visits, category."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tasks import org
from tasks.store import surveys
from tasks.store.conn import Connection
from tasks.survey.schema import Question, questionnaire

#: What columns may stand for.
WAYS = ("community", "visit_class", "category")
#: A group of its own: questionnaires without a class of visits, or without a candidate category.
NONE_OF = "-"


@dataclass(slots=True)
class Community:
    """One community of the area: persons on file, and those with a questionnaire."""

    path: str
    name: str
    residents: int = 0
    surveyed: int = 0
    candidates: int = 0
    willing: int = 0


@dataclass(slots=True)
class Analysis:
    """The analysis of a year and area; `counts[way][group][question=code]` are questionnaires."""

    year: int
    area: str
    total: int = 0
    communities: list[Community] = field(default_factory=list)
    sizes: dict[str, Counter[str]] = field(default_factory=dict)
    counts: dict[str, dict[str, Counter[str]]] = field(default_factory=dict)
    whole: Counter[str] = field(default_factory=Counter)
    #: Questionnaires that answered a question which the arrows of the form ask of some only.
    answered: Counter[str] = field(default_factory=Counter)
    first: str = ""
    last: str = ""

    @property
    def sum(self) -> Community:
        """Return all communities as one, under the last line of the table."""
        names = ("residents", "surveyed", "candidates", "willing")
        return Community(
            self.area, "", *(sum(getattr(one, name) for one in self.communities) for name in names)
        )

    def groups(self, way: str) -> list[str]:
        """Return the groups of a way in the order of its columns."""
        if way == "community":
            return [one.path for one in self.communities if self.sizes[way][one.path]]
        return sorted(self.sizes[way], key=lambda group: (group == NONE_OF, group))

    def questions(self) -> list[Question]:
        """Return the questions that are counted."""
        return [one for one in questionnaire() if one.is_choice]

    def asked(self, question: Question) -> int:
        """Return of how many questionnaires the shares of a question's boxes are: those it was asked of."""
        if question.type == "single":
            return sum(self.whole[f"{question.id}={code}"] for code in question.codes)
        return self.total if question.asked is None else self.answered[question.id]


def analyse(conn: Connection, year: int, area: str) -> Analysis:
    """Count the questionnaires that hold, of a year, in an area."""
    found = Analysis(year, area, sizes={way: Counter() for way in WAYS}, counts={way: {} for way in WAYS})
    by_path = {unit.path: Community(unit.path, unit.name) for unit in org.below(conn, area, "community")}
    for path, count in surveys.residents(conn, area):
        if path in by_path:
            by_path[path].residents = count
    branching = [one.id for one in questionnaire() if one.type == "multi" and one.asked is not None]
    days: set[str] = set()
    for row_area, choices, visit_class, candidates, day in surveys.held(conn, year, area):
        told = choices.split(" ")
        days.add(day)
        found.total += 1
        found.whole.update(told)
        found.answered.update(name for name in branching if f"{name}=" in choices)
        place = by_path.setdefault(row_area, Community(row_area, row_area))
        place.surveyed += 1
        place.candidates += bool(candidates)
        place.willing += "q11=A" in told
        groups = (
            ("community", (row_area,)), ("visit_class", (str(visit_class or NONE_OF),)),
            ("category", tuple(candidates.split()) or (NONE_OF,)),
        )  # fmt: skip
        for way, names in groups:
            for name in names:
                found.sizes[way][name] += 1
                found.counts[way].setdefault(name, Counter()).update(told)
    found.communities = sorted(by_path.values(), key=lambda one: one.name)
    found.first, found.last = (min(days), max(days)) if days else ("", "")
    return found
