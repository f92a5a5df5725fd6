"""What a new office holds, kept as rows: they are written into the next one instead of being made again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from engine.store.db import Database
from engine.store.metadata import metadata


@dataclass
class Prepared:
    """The rows of one office, by table, parents first; good for SQLite and PostgreSQL alike."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def empty(self) -> bool:
        """Tell whether no office was kept yet."""
        return not self.rows

    def keep(self, database: Database) -> None:
        """Keep every row of a database."""
        with database.read() as conn:
            for table in metadata.sorted_tables:
                found = [dict(row) for row in conn.execute(sa.select(table)).mappings()]
                if found:
                    self.rows[table.name] = found

    def pour(self, database: Database) -> None:
        """Write the kept rows into a database that holds the schema and nothing else."""
        with database.transaction() as conn:
            for table in metadata.sorted_tables:
                if table.name in self.rows:
                    conn.execute(sa.insert(table), self.rows[table.name])
