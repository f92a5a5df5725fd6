"""Personal data as far as the reader's class of it goes (SECURITY 2.2); the rest is covered, not left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from tasks.access import Subject, classes_for, shown_person
from tasks.actor import Actor

T = TypeVar("T")
#: Columns of a read model that hold a field of the person under another name.
_NAMES = {"person_name": "name", "facts_json": "facts"}
_FIELDS = frozenset({"name", "phone", "address", "sex", "birth_date", "id_masked", "facts"})


def veiled(row: T, actor: Actor, subject: Subject) -> T:
    """Return a read model (a frozen dataclass) with what the reader may not see covered."""
    own = {one.name: _NAMES.get(one.name, one.name) for one in fields(row)}  # type: ignore[arg-type]
    held: Mapping[str, Any] = {
        field: getattr(row, name) for name, field in own.items()
        if field in _FIELDS and getattr(row, name) is not None
    }  # fmt: skip
    shown = shown_person(held, classes_for(actor, subject))
    changes = {
        name: shown[field] for name, field in own.items() if field in shown and shown[field] != held[field]
    }
    return replace(row, **changes)  # type: ignore[type-var]
