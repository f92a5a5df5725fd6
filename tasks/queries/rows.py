"""Rows as frozen objects: a statement's columns stand in the order of the object's fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sqlalchemy import Executable

from tasks.store.conn import Connection

T = TypeVar("T")


def each(
    conn: Connection, query: Executable, make: Callable[..., T], values: Mapping[str, Any] | None = None
) -> list[T]:
    """Return one object a row."""
    return [make(*row) for row in conn.execute(query, values)]


def one(conn: Connection, query: Executable, make: Callable[..., T]) -> T | None:
    """Return the object of the first row, or None."""
    row = conn.execute(query).first()
    return None if row is None else make(*row)
