"""What a vacancy says besides employer and post: whom it suits, its source, the employer's promise.

R000-05.2, R000-05.3 and R002-06.1 ask for posts that suit some people; R003-02.1 for a written promise that
what the employer says is true (E54), for a look at it where needed, and for a mark of both in the vacancy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from tasks.decision_inputs import full_years
from tasks.labels import LANGUAGES, code_of, label
from tasks.library import Library

#: Whom a post suits; POLICY: its employer enjoys a policy that promotes employment (R000-06.3).
TAGS = ("FLEXIBLE", "NEARBY", "LOW_SKILL", "OLDER", "POLICY")
SOURCES = ("EMPLOYER", "PUBLIC_AGENCY", "HR_AGENCY", "PLATFORM")
#: What a list may leave out.
SAID = ("tags", "source", "promised_on", "checked_on")
#: Visits once a month: who cares for somebody at home and needs work nearby (R004-02.D3x, DT-05).
NEEDS_NEARBY = 3
_NATIONAL, _OLDER = "DT-02", "N01_OLDER"
_BETWEEN = re.compile(r"[\s、,，;；]+")

Problem = tuple[str, str, str]


def read(row: Mapping[str, str], today: date) -> tuple[dict[str, str | None], list[Problem]]:
    """Return what a row of a list says of a vacancy, as stored, and what is wrong with it.

    What the row does not have is left out, so that a shorter list does not take it away.
    """
    values: dict[str, str | None] = {}
    problems: list[Problem] = []
    if "tags" in row:
        found = [code_of("vacancy_tag", TAGS, word) for word in filter(None, _BETWEEN.split(row["tags"]))]
        if None in found:
            problems.append(_unknown("tags", "vacancy_tag", TAGS))
        values["tags"] = " ".join(tag for tag in TAGS if tag in found)
    if "source" in row:
        values["source"] = code_of("vacancy_source", SOURCES, row["source"])
        if row["source"] and values["source"] is None:
            problems.append(_unknown("source", "vacancy_source", SOURCES))
    for name in ("promised_on", "checked_on"):
        if name in row:
            values[name] = row[name] or None
            if row[name] and not _past(row[name], today):
                zh = f"{name} 应是不晚于今天的日期，如2026-03-09。"
                problems.append((name, zh, f"{name} is a day such as 2026-03-09, not after today."))
    return values, problems


def _unknown(name: str, kind: str, codes: tuple[str, ...]) -> Problem:
    words = {lang: [label(kind, one, lang) for one in codes] for lang in LANGUAGES}
    return name, f"{name} 可写：{'、'.join(words['zh'])}。", f"{name}: one of {', '.join(words['en'])}."


def _past(text: str, today: date) -> bool:
    try:
        return len(text) == 10 and date.fromisoformat(text) <= today
    except ValueError:
        return False


def told(name: str, value: Any) -> Any:
    """Return a stored value as a list says it."""
    if name == "tags":
        return "、".join(label("vacancy_tag", one) for one in str(value or "").split())
    return label("vacancy_source", value) if name == "source" and value else value


def wanted(
    library: Library, visit_class: int | None, sex: str | None, born: str | None, today: date
) -> list[str]:
    """Return the tags of the posts that suit somebody: work nearby of class 3, posts for older persons."""
    tags = ["NEARBY", "FLEXIBLE"] if visit_class == NEEDS_NEARBY else []
    if sex and born:
        known = {
            "unemployed": True, "disabled": False, "poor": False, "unemployed_year": False, "sex": sex,
            "age": full_years(date.fromisoformat(born), today),
        }  # fmt: skip
        found = library.tables[_NATIONAL].decide(known, on=today).output
        tags += ["OLDER"] if _OLDER in found else []
    return tags
