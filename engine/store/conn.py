"""The connection type, so that rooms above the store need not import the database library."""

from __future__ import annotations

from sqlalchemy import Connection

__all__ = ["Connection"]
