"""Every id a scenario may name: processes, elements, branches, rules, papers, events, fields."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from tasks.labels import catalogue as labels
from tasks.library import Library

_PAPER = re.compile(r"E(0[1-9]|[1-4][0-9]|5[0-6])", re.ASCII)
#: RULES C.1, section I and J.3 number their rows without a gap.
_NUMBERED = {"CR": 21, "AMB": 66, "DT": 20}


@dataclass(frozen=True)
class Catalogue:
    """Known ids of a release."""

    #: process id -> tier
    processes: Mapping[str, str]
    #: gateway -> its branch keys
    branches: Mapping[str, frozenset[str]]
    elements: frozenset[str]
    tasks: frozenset[str]
    rules: frozenset[str]
    deadlines: frozenset[str]
    events: frozenset[str]
    benefits: frozenset[str]
    categories: frozenset[str]

    def process(self, named: str) -> str | None:
        """Return the process of a full or short name (`P04`), or None."""
        if named in self.processes:
            return named
        return next((found for found in self.processes if found.startswith(f"{named}_")), None)

    def knows_rule(self, named: str) -> bool:
        """Tell whether a rule reference is known: long, short (`05.D4c`), a prefix, or a range `a..b`.

        The rules of the questionnaire may be written `V03` or `V-03`.
        The end of a range may leave out what it shares with its beginning: `05.D4b..d`, `DL-015..018`.
        """
        first, dots, last = named.partition("..")
        if not dots:
            return self._known(named)
        ends = (last, *(first[:n] + last for n in range(1, len(first)))) if last else ()
        return self._known(first) and any(self._known(end) for end in ends)

    def _known(self, named: str) -> bool:
        if not named:
            return False
        wanted = f"R004-{named}" if named[0].isdigit() else named.replace("V-", "V")
        if wanted in self.rules:
            return True
        return wanted.startswith("R") and any(
            rule.startswith(wanted) and not (wanted[-1].isdigit() and rule[len(wanted)].isdigit())
            for rule in self.rules
        )


def is_paper(named: str) -> bool:
    """Tell whether a text is an id of RULES section E."""
    return _PAPER.fullmatch(named) is not None


@lru_cache(maxsize=4)
def catalogue(library: Library) -> Catalogue:
    """Return what a release knows."""
    folder = library.folder / "policy"
    processes = json.loads((folder / "processes.json").read_text("utf-8"))["processes"]
    elements = [element for process in processes for element in process["elements"]]
    rules = {rule["id"] for rule in json.loads((folder / "rules.json").read_text("utf-8"))}
    survey = json.loads((folder / "survey.json").read_text("utf-8"))
    rules |= {row["id"] for row in survey["validation"]}
    rules |= {f"{kind}-{n:02d}" for kind, most in _NUMBERED.items() for n in range(1, most + 1)}
    deadlines = frozenset(library.policy.rules)
    return Catalogue(
        processes={process["id"]: process["tier"] for process in processes},
        branches={row["id"]: frozenset(row["branches"]) for row in elements if row.get("branches")},
        elements=frozenset(row["id"] for row in elements),
        tasks=frozenset(library.forms),
        rules=frozenset(rules) | deadlines,
        deadlines=deadlines,
        events=frozenset(labels().codes("event")),
        benefits=frozenset(labels().codes("benefit")),
        categories=frozenset(labels().codes("category")),
    )
