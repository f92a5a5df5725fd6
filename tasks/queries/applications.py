"""Applications not decided yet, the longest waiting first (DL-048, DL-102), with their flag (CR-13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from engine.clock import from_us, local_date
from engine.codec import loads
from engine.store.tables import instance
from tasks.intake import APPLICATION
from tasks.queries.areas import under
from tasks.store.conn import Connection
from tasks.store.tables import case, process_context
from tasks.store.tables_people import person

MOST = 200


@dataclass(frozen=True, slots=True)
class Application:
    """One application: since when it lies, and how often material was missing."""

    case_id: int
    case_no: str
    person_name: str
    area: str
    started_at: int
    returns: int
    #: sent back for material more than once: the list was not complete the first time
    flagged: bool


def undecided(conn: Connection, areas: Sequence[str]) -> list[Application]:
    """Return the running applications of some areas on which nothing is decided, the oldest first."""
    query = (
        sa.select(
            case.c.id, case.c.case_no, person.c.name, process_context.c.area, instance.c.started_at,
            case.c.data,
        )
        .join(process_context, process_context.c.instance_id == instance.c.id)
        .join(case, case.c.id == process_context.c.case_id)
        .join(person, person.c.id == case.c.person_id)
        .where(
            instance.c.process_id == APPLICATION, instance.c.status == "running",
            under(process_context.c.area, list(areas)),
        )
        .order_by(instance.c.started_at)
    )  # fmt: skip
    found = []
    for row in conn.execute(query):
        data = loads(row.data)
        if str(data.get("recognised_at") or "") >= local_date(from_us(row.started_at)).isoformat():
            continue
        returns = int(data.get("returns") or 0)
        found.append(
            Application(row.id, row.case_no, row.name, row.area, row.started_at, returns,
                        bool(data.get("quality_flag")))
        )  # fmt: skip
    return found[:MOST]
