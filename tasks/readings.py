"""How clauses are read that leave something open or contradict each other (`bpmn/readings.toml`, RULES I)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from tasks.library import Library
from tasks.traceability import Place

#: Who decides on a reading: the office by a setting, a release with its tables and rules, the drawing itself.
DECIDED = ("setting", "table", "fixed")
#: Kinds of places whose content is data of a release.
_DATA = frozenset({"table", "data", "deadline"})


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading: what was taken, of which clauses, and where it is done."""

    id: str
    weight: str
    clauses: tuple[str, ...]
    places: tuple[Place, ...]
    zh: str
    en: str

    @property
    def decided(self) -> str:
        """Return where it is decided, of DECIDED."""
        kinds = {place.kind for place in self.places}
        return "setting" if "setting" in kinds else "table" if kinds & _DATA else "fixed"


@cache
def readings(library: Library) -> Mapping[str, Reading]:
    """Return the readings by id; those that an office may decide name their settings first."""
    named: dict[str, list[Place]] = {}
    for setting in library.settings.values():
        for rule in setting.rules:
            named.setdefault(rule, []).append(Place("setting", setting.id))
    return {
        row["id"]: Reading(
            row["id"], row["weight"], tuple(row["clauses"]),
            (*named.get(row["id"], ()), *(Place(*one.split(":", 1)) for one in row["places"])),
            row["zh"], row["en"],
        )
        for row in tomllib.loads((library.folder / "readings.toml").read_text("utf-8"))["reading"]
    }  # fmt: skip
