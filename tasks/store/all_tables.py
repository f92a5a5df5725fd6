"""Every table of the product, so that one import knows the whole schema."""

from __future__ import annotations

from engine.store import tables as engine_tables
from engine.store.metadata import metadata
from tasks.store import (
    tables,
    tables_exchange,
    tables_files,
    tables_ledger,
    tables_matters,
    tables_migration,
    tables_notes,
    tables_org,
    tables_people,
    tables_registers,
    tables_survey,
    tables_trial,
)

__all__ = [
    "engine_tables", "metadata", "tables", "tables_exchange", "tables_files", "tables_ledger",
    "tables_matters", "tables_migration", "tables_notes", "tables_org", "tables_people", "tables_registers",
    "tables_survey", "tables_trial",
]  # fmt: skip
