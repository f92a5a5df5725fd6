"""The numbers people say of cases."""

from __future__ import annotations

from tasks import org
from tasks.desk import Desk
from tasks.store import papers as series


def case_number(desk: Desk, area: str) -> str:
    """Take the next case number of a district and year, e.g. `2026-000123`."""
    year = desk.today.year
    district = int(org.path_at(area, "district").strip("/").split("/")[-1])
    return f"{year}-{series.take_number(desk.conn, 'case', district, year):06d}"
