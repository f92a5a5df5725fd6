"""On PostgreSQL a login with the rights of docs/operations.md works and cannot rewrite history."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine import seals
from engine.store import migrate
from engine.store.db import Database
from tasks.queries.proof import prove
from tests.databases import Postgres
from tests.web.office import Office

DOCUMENT = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")


def statements(role: str) -> list[str]:
    """Return what the document tells an operator to run, for a role of a name of its own."""
    found = re.search(r"```sql\n(.+?)```", DOCUMENT, re.DOTALL)
    assert found is not None
    told = re.sub(r"--.*", "", found[1]).replace("aid595_app", role)
    return [one.strip() for one in told.split(";") if one.strip()]


@pytest.mark.postgres
def test_the_login_of_the_services_works_and_cannot_rewrite_history(
    postgres: Postgres, tmp_path: Path
) -> None:
    url = postgres.create(schema=False)
    owner = Database(url)
    migrate.upgrade(owner)
    role = "app_of_" + sa.make_url(url).database.rsplit("/")[-1]
    with owner.transaction() as conn:
        for statement in statements(role):
            conn.exec_driver_sql(statement)
    target = sa.make_url(url).set(username=role)
    served = Database(target.render_as_string(hide_password=False))
    office = Office(served)
    case = office.new_case()
    office.reach(case, "P04_FirstContact")
    office.pass_days(2)
    office.clock.advance(timedelta(hours=2))
    seals.seal(served, office.keys.trail, office.clock.now(), tmp_path / "checkpoints")
    with served.read() as conn:
        assert prove(conn, office.keys, tmp_path / "checkpoints").faults == []
    for statement in (
        "UPDATE event SET role = 'x'", "DELETE FROM event", "TRUNCATE event CASCADE", "DELETE FROM seal",
        "UPDATE event_payload SET payload = ''", "DROP TRIGGER event_append_only ON event",
        "ALTER TABLE event DISABLE TRIGGER ALL", "UPDATE alembic_version SET version_num = '0001'",
        "SET session_replication_role = replica",
    ):  # fmt: skip
        refused = pytest.raises(sa.exc.ProgrammingError, match=r"permission denied|must be owner")
        with refused, served.transaction() as conn:
            conn.exec_driver_sql(statement)
    served.dispose()
    with owner.transaction() as conn:
        conn.exec_driver_sql(f"DROP OWNED BY {role}")
        conn.exec_driver_sql(f"DROP ROLE {role}")
    owner.dispose()
    postgres.drop(url)
