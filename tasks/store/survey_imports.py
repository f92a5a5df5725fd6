"""Queries over imports of questionnaires: their state, their batches, their faulty rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from tasks.store.conn import Connection, RowMapping
from tasks.store.tables_survey import survey_batch, survey_fault, survey_import

_OPEN = ("checking", "checked", "importing")


def add(conn: Connection, **values: Any) -> None:
    """Add an import that begins."""
    zero = dict.fromkeys(("rows", "good", "faulty", "warned", "done", "opened", "same", "beside"), 0)
    conn.execute(survey_import.insert().values(**zero, **values))


def read(conn: Connection, import_id: int) -> RowMapping | None:
    """Return an import."""
    query = sa.select(survey_import).where(survey_import.c.id == import_id)
    return conn.execute(query).mappings().first()


def of_account(conn: Connection, user_id: int | None, limit: int = 20) -> list[RowMapping]:
    """Return the imports of an account, the newest first (`ix_survey_import_by`)."""
    query = sa.select(survey_import).where(survey_import.c.started_by == user_id)
    return list(conn.execute(query.order_by(survey_import.c.id.desc()).limit(limit)).mappings())


def write(conn: Connection, import_id: int, was: str | None = None, **values: Any) -> bool:
    """Change an import that is open, of one state where it is given; tell whether it did."""
    wanted = survey_import.c.state.in_(_OPEN) if was is None else survey_import.c.state == was
    query = sa.update(survey_import).where(survey_import.c.id == import_id, wanted).values(**values)
    return conn.execute(query).rowcount == 1


def hold(conn: Connection, import_id: int, run: int, now: int) -> bool:
    """Hold an open import for the child at work and say that it is alive; False where another follows it."""
    held = survey_import.c.run == run, survey_import.c.state.in_(_OPEN)
    query = sa.update(survey_import).where(survey_import.c.id == import_id, *held).values(beat_at=now)
    return conn.execute(query).rowcount == 1


def count_up(conn: Connection, import_id: int, beat_at: int, **more: int) -> None:
    """Add to the counts of an import."""
    counts = {name: survey_import.c[name] + number for name, number in more.items()}
    query = sa.update(survey_import).where(survey_import.c.id == import_id)
    conn.execute(query.values(beat_at=beat_at, **counts))


def add_batch(conn: Connection, import_id: int, no: int, sealed: bytes) -> None:
    """Keep checked rows until they are taken over."""
    conn.execute(survey_batch.insert().values(import_id=import_id, no=no, sealed=sealed))


def waiting(conn: Connection, import_id: int) -> list[int]:
    """Return the numbers of the batches that are not taken over yet."""
    query = sa.select(survey_batch.c.no).where(
        survey_batch.c.import_id == import_id, survey_batch.c.done_at.is_(None)
    )
    return list(conn.execute(query.order_by(survey_batch.c.no)).scalars())


def take_batch(conn: Connection, import_id: int, no: int, now: int) -> bytes | None:
    """Return what a batch holds and mark it as taken over; None where another was first."""
    mine = (survey_batch.c.import_id == import_id, survey_batch.c.no == no)
    free = (*mine, survey_batch.c.done_at.is_(None))
    if conn.execute(sa.update(survey_batch).where(*free).values(done_at=now)).rowcount != 1:
        return None
    sealed: bytes = conn.execute(sa.select(survey_batch.c.sealed).where(*mine)).scalar_one()
    conn.execute(sa.update(survey_batch).where(*mine).values(sealed=None))
    return sealed


def add_faults(conn: Connection, rows: list[dict[str, Any]]) -> None:
    """Keep rows with faults."""
    conn.execute(survey_fault.insert(), rows)


def faults(
    conn: Connection, import_id: int, after: int = 0, limit: int = 50, warned: bool = False
) -> list[RowMapping]:
    """Return rows with faults (or only unlikely ones) after a row number, in their order."""
    query = sa.select(survey_fault).where(
        survey_fault.c.import_id == import_id, survey_fault.c.row > after, survey_fault.c.warned == warned
    )
    return list(conn.execute(query.order_by(survey_fault.c.row).limit(limit)).mappings())


def all_faults(conn: Connection, import_id: int) -> Iterator[RowMapping]:
    """Yield every row with faults in their order."""
    query = sa.select(survey_fault).where(
        survey_fault.c.import_id == import_id, survey_fault.c.warned.is_(False)
    )
    found = conn.execution_options(yield_per=500).execute(query.order_by(survey_fault.c.row))
    yield from found.mappings()


def clear(conn: Connection, import_id: int, faults_too: bool = True) -> None:
    """Put away what an import still holds."""
    conn.execute(survey_batch.delete().where(survey_batch.c.import_id == import_id))
    if faults_too:
        conn.execute(survey_fault.delete().where(survey_fault.c.import_id == import_id))
