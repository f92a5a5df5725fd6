"""What the world around the engine knows: the names a diagram may use. Given, never looked up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a form. Only routing fields become variables."""

    name: str
    type: str  #: bool, enum, int, date, text …
    options: tuple[str, ...] = ()
    routing: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """Registered names. `decisions` and `forms` also give the values a variable may take."""

    services: frozenset[str] = frozenset()
    #: table id -> output name -> its possible values (empty: any)
    decisions: Mapping[str, Mapping[str, tuple[object, ...]]] = field(default_factory=dict)
    functions: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    forms: Mapping[str, tuple[FormField, ...]] = field(default_factory=dict)
    #: deployed process id -> ids of the processes it calls
    calls: Mapping[str, frozenset[str]] = field(default_factory=dict)
    #: deployed processes that only a message starts: nobody can call them
    by_message: frozenset[str] = frozenset()
    messages: frozenset[str] = frozenset()
    clauses: frozenset[str] = frozenset()
    #: names of our own attributes; empty: whatever is written
    attributes: frozenset[str] = frozenset()
