"""The connection type, so that rooms above the store need not import the database library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

#: A row by column name, as it comes from the store or from a test.
Record = Mapping[Any, Any]
RowMapping = Record

__all__ = ["Connection", "Record", "RowMapping"]
