"""The outside systems as data (`bpmn/systems.toml`): what goes to which, and what its receipt fills in."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from engine.errors import AidError

#: What may be sent; `tasks.connectors.records` makes each.
KINDS = frozenset(
    {
        "survey", "registration", "employment", "guidance", "assessment", "contribution_query", "enrolment",
        "training_need", "outcome", "advice",
    }
)
#: What a receipt may bring beside what it fills in, and what lists may be fetched.
BRINGS = frozenset({"contributions"})
LISTS = frozenset({"vacancies", "unemployed", "low_income", "disabled", "dibao", "relief"})


class SystemsInvalid(AidError):
    """The file of the outside systems contradicts itself."""

    code = "policy_invalid"
    zh = "外部系统文件有误：{problem}。请改正后再发布。"
    en = "The file of the outside systems is not valid: {problem}"


@dataclass(frozen=True, slots=True)
class System:
    """One outside system."""

    id: str
    name: str
    name_en: str
    rules: tuple[str, ...]
    #: element -> what is sent when its task opens
    sends: Mapping[str, str]
    #: element -> field -> value, or `$on`, `$number`, `$<name>` of the receipt
    fills: Mapping[str, Mapping[str, Any]]
    #: routing variables that must have these values for the system to be meant
    when: Mapping[str, Any]
    #: the lists that are fetched from it
    receives: tuple[str, ...] = ()
    #: whom the vacancies of such a list come from, where an item does not say (tasks.vacancies.SOURCES)
    source: str = ""
    #: element -> the list its receipt brings
    brings: Mapping[str, str] = field(default_factory=dict)
    #: element -> what is told when its task is completed
    tells: Mapping[str, str] = field(default_factory=dict)

    @property
    def feeds(self) -> Mapping[str, str]:
        """Return its lists by the name under which it is kept how far they were fetched."""
        several = len(self.receives) > 1
        return {f"{self.id}:{one}" if several else self.id: one for one in self.receives}

    def filled(self, element: str, on: date, number: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of a form that a receipt answers."""
        known = {"on": on, "number": number, **values}
        found = {
            name: known.get(wanted[1:]) if isinstance(wanted, str) and wanted.startswith("$") else wanted
            for name, wanted in self.fills.get(element, {}).items()
        }
        return {name: value for name, value in found.items() if value not in (None, "")}


@cache
def load_systems(path: Path) -> Mapping[str, System]:
    """Read the systems by id; raise SystemsInvalid naming what is wrong."""
    found: dict[str, System] = {}
    for row in tomllib.loads(path.read_text("utf-8"))["system"]:
        system = System(
            id=row["id"], name=row["name"], name_en=row["name_en"], rules=tuple(row["rules"]),
            sends=row.get("sends", {}), fills=row.get("fills", {}), when=row.get("when", {}),
            receives=tuple(row.get("receives", ())), brings=row.get("brings", {}),
            source=row.get("source", ""), tells=row.get("tells", {}),
        )  # fmt: skip
        if system.id in found or not {*system.sends.values(), *system.tells.values()} <= KINDS:
            raise SystemsInvalid(problem=f"{system.id} 重复，或发送的内容不认识")
        if not set(system.receives) <= LISTS or not set(system.brings.values()) <= BRINGS:
            raise SystemsInvalid(problem=f"{system.id} 的清单不认识")
        if not set(system.fills) | set(system.brings) <= set(system.sends):
            raise SystemsInvalid(problem=f"{system.id} 填写了没有发送内容的环节")
        if set(system.tells) & set(system.sends):
            raise SystemsInvalid(problem=f"{system.id} 同一环节只在打开时或办结时发送一次")
        found[system.id] = system
    return found
