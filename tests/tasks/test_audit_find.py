"""Finding cases to check reads the index of what is asked for, and no page counts rows it does not show."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from engine.store.db import Database
from tasks.queries import audit_find
from tasks.queries.audit_find import DEADLINE_STATES, Wanted

AREA = ("/1/2/",)
ASKED: dict[str, dict[str, Any]] = {
    "nothing": {}, "unit": {"unit": "/1/2/3/"}, "worker": {"workers": (7,)},
    "step": {"elements": ("P04_Decide_GW",)}, "person": {"persons": (7, 8)}, "version": {"definition_id": 7},
    "work in a period": {"workers": (7,), "elements": ("P04_Outcome",), "since": 1, "until": 9},
    **{f"deadline {state}": {"deadline": state} for state in DEADLINE_STATES},
}  # fmt: skip


@pytest.mark.parametrize("asked", ASKED)
def test_no_search_reads_a_whole_table_of_events_tasks_or_deadlines(
    sqlite_database: Database, asked: str
) -> None:
    sent: list[tuple[str, Any]] = []
    sa.event.listen(
        sqlite_database.engine, "before_cursor_execute",
        lambda _c, _cursor, statement, values, *_: sent.append((statement, values)),
    )  # fmt: skip
    with sqlite_database.read() as conn:
        audit_find.find(conn, Wanted(AREA, **ASKED[asked]), before=10)
        statement, values = sent[-1]
        plan = [row[3] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    assert plan
    whole = [step for step in plan if step.startswith("SCAN") and "case_file" not in step]
    assert whole == []
    assert "OFFSET" not in statement.upper().replace("LIMIT ? OFFSET ?", "LIMIT ?")
    assert "LIMIT" in statement.upper()


def test_the_next_page_begins_behind_the_last_case(sqlite_database: Database) -> None:
    from tasks.store.tables import case

    rows = [
        {"id": n, "case_no": str(n), "person_id": n, "area": "/1/2/3/4/", "status": "active",
         "tier": "street", "run_no": 1, "data": "{}", "opened_at": n} for n in range(1, 121)
    ]  # fmt: skip
    with sqlite_database.transaction() as conn:
        conn.execute(case.insert(), rows)
        elsewhere = {"id": 999, "case_no": "x", "area": "/1/9/", "person_id": 999}
        conn.execute(case.insert(), [{**rows[0], **elsewhere}])
    seen: list[int] = []
    with sqlite_database.read() as conn:
        while True:
            page = audit_find.find(conn, Wanted(AREA), before=seen[-1] if seen else None)
            if not page:
                break
            seen += [row.id for row in page]
    assert seen == list(range(120, 0, -1))
