"""A scenario as the runner uses it: every key, handle and id has been looked at (SCENARIOS.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tasks.scenarios.nodes import Table


@dataclass(frozen=True, slots=True)
class Area:
    """Names of a district, a street in it and a community in that."""

    district: str = "顺义区"
    street: str = "仁和镇"
    community: str = "河南村"


@dataclass(frozen=True, slots=True)
class Staff:
    """A further user: handle, roles, and where."""

    handle: str
    roles: tuple[str, ...]
    area: Area
    line: int


@dataclass(frozen=True, slots=True)
class Person:
    """A person by handle."""

    handle: str
    name: str
    id_no: str
    area: Area
    facts: Mapping[str, Any]
    benefits: tuple[Mapping[str, Any], ...]
    line: int
    phone: str = ""
    address: str = ""
    on_file: datetime | None = None  #: when the file is opened; without: before the first step


@dataclass(frozen=True, slots=True)
class Household:
    """Persons that live together."""

    members: tuple[str, ...]
    urban: bool | None
    line: int


@dataclass(frozen=True, slots=True)
class Opening:
    """A vacancy (level empty) or a public-welfare post of a level."""

    name: str
    number: int
    employer: str = ""
    level: str = ""
    #: Codes between spaces, as they are stored (tasks.vacancies.TAGS).
    tags: str = ""
    promised_on: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the story."""

    line: int
    at: datetime
    action: str
    target: Any
    with_: Table
    person: str | None = None
    who: str | None = None
    case: int | None = None  #: None: the latest
    area: str | None = None
    household: str | None = None
    refused: str | None = None
    strict: bool = False
    expect: Table | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """One whole story."""

    path: Path
    id: str
    title: str
    rules: tuple[str, ...]
    calendars: tuple[int, ...] | None
    settings: Mapping[str, Any]
    area: Area
    staff: tuple[Staff, ...]
    people: tuple[Person, ...]
    households: tuple[Household, ...]
    vacancies: tuple[Opening, ...]
    posts: tuple[Opening, ...]
    steps: tuple[Step, ...]
    begins: datetime
    line: int = 1
    extra: Mapping[str, Any] = field(default_factory=dict)


def day(value: Any) -> date | None:
    """Return a civil date written as a date or ISO text, or None."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
