"""What an auditor sees of a case before he says why he has to see more: P2 only (SECURITY 2.2).

Routing variables, dates, steps and offices are P2. Facts of a person (RULES J.5), what was written in free
words, employers, posts and difficulty categories are covered, not left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tasks import labels
from tasks.access import HIDDEN
from tasks.decide import TELLS_OF_PERSON
from tasks.facts import FACTS
from tasks.forms.spec import Field

#: Data of events that tell of the person; everything else of an event is P2.
_PERSONAL = frozenset({"employer", "post", "explanation", "categories", "missing", "term", "code"})
#: Worked out from the facts of a person by the tables about him.
_DERIVED = frozenset({"age", "graduated_year", "unemployed_year", "members_all_unemployed", "members_of_age",
                      "poor", "categories"})
_TOLD = frozenset(FACTS) | _DERIVED
_FREE = ("reason",)
#: Their reasons tell of the reader.
_OF_READING = frozenset({"RecordViewed", "RecordExported"})
_OPEN_TYPES = frozenset({"date", "datetime", "user"})


def is_open(field: Field) -> bool:
    """Tell whether the answer to a question of a form is P2."""
    return field.name not in _TOLD and (field.routing or field.type in _OPEN_TYPES)


def covered_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return routing variables with the facts of the person covered."""
    return {name: HIDDEN if name in _TOLD and value is not None else value for name, value in values.items()}


def covered_data(kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data of an event with what tells of the person covered."""
    shown = {name: HIDDEN if name in _PERSONAL and value else value for name, value in data.items()}
    about_person = kind == "DecisionMade" and data.get("table") in TELLS_OF_PERSON
    if about_person:  # who knows the row knows what it asks for
        shown |= {name: [] for name in ("rows", "valid") if name in data}
    for name in ("set", "inputs", "output"):
        values = data.get(name)
        if isinstance(values, dict):
            whole = about_person and name == "inputs"
            shown[name] = dict.fromkeys(values, HIDDEN) if whole else covered_values(values)
    if about_person and isinstance(data.get("output"), list):
        shown["output"] = [HIDDEN]
    for name in _FREE if kind not in _OF_READING else ():
        value = data.get(name)
        if isinstance(value, str) and value and not _is_code(value):
            shown[name] = HIDDEN
    return shown


def _is_code(text: str) -> bool:
    find = labels.catalogue().find
    return any(find(kind, text, "zh", "reason") is not None for kind in ("close_reason", "code"))
