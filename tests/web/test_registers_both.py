"""Registers on both databases: pages, workbook, two workers that close, what an upgrade takes over."""

from __future__ import annotations

import importlib
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
import sqlalchemy as sa

from engine.clock import SHANGHAI
from engine.store.db import Database
from tasks.queries.measures import MEASURES
from tasks.queries.proof import prove
from tasks.registers import closing
from tasks.registers.spec import register_specs
from tasks.store.tables_registers import register_month, register_row
from tests.web.office import Office

MARCH = {"from": "2026-03-01", "to": "2026-03-31"}


@pytest.mark.slow
def test_registers_stand_on_both_databases(database: Database) -> None:
    office = Office(database)
    case_id = office.new_case()
    office.reach(case_id, "P04_FirstContact")
    street = office.browser("staff.rh")
    for name in register_specs():
        assert street.get(f"/registers/{name}", query_string=MARCH).status_code == 200, name
    for name in MEASURES:
        assert street.get(f"/registers/counted/{name}", query_string=MARCH).status_code == 200, name
    for path in ("/registers", "/registers/E50?before=9000000000000000-1", "/papers", "/papers?before=1-1"):
        assert street.get(path).status_code == 200, path
    assert street.post("/registers/E50/export", MARCH).data.startswith(b"PK")
    assert street.post("/registers/SUM/export", MARCH).data.startswith(b"PK")
    office.clock.set(datetime(2026, 5, 2, 8, tzinfo=SHANGHAI))
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _n: closing.close_waiting(office.app), range(2)))
    with office.app.read() as conn:
        m = register_month.c
        key = (m.unit_id, m.month, m.register)
        kept = conn.execute(sa.select(*key, sa.func.count()).group_by(*key)).all()
        assert prove(conn, office.keys).ok
    assert {row[3] for row in kept} == {1}
    assert {row[1] for row in kept} == {"2026-03", "2026-04"}
    assert sum(done) == len({(row[0], row[1]) for row in kept})
    assert closing.close_waiting(office.app) == 0
    boss = office.browser("sup.rh")
    with office.app.read() as conn:
        month = conn.execute(sa.select(m.id).where(m.register == "E50", m.rows > 0)).scalar()
    assert boss.get(f"/registers/months/{month}").status_code == 200
    assert boss.post(f"/registers/months/{month}/export").data.startswith(b"PK")
    assert office.browser("sup.nfx").get(f"/registers/months/{month}").status_code == 404


def test_an_upgrade_enters_what_the_trail_tells_of(database: Database) -> None:
    office = Office(database)
    office.reach(office.new_case(), "P04_FirstContact")
    counted = sa.text(
        "SELECT register, at, area, tier, trail_id, instance_id, element, task_id, case_id, person_id,"
        " user_id FROM register_row ORDER BY at, register, task_id"
    )
    step = importlib.import_module("engine.store.migrations.versions.0016_registers")
    with database.transaction() as conn:
        before = [tuple(row) for row in conn.execute(counted)]
        conn.execute(register_row.delete())
        step.take_over(conn)
        assert [tuple(row) for row in conn.execute(counted)] == before
    assert {"E07", "E14", "E15", "E50"} <= {row[0] for row in before}
