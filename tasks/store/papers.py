"""Named queries over issued papers and their number series."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from engine.store.statements import Statement
from tasks.store import rows
from tasks.store.conn import Connection, RowMapping
from tasks.store.tables_people import number_series, paper, paper_template

_TAKE = Statement(
    sa.text(
        "INSERT INTO number_series (kind, unit_id, year, last) VALUES (:kind, :unit_id, :year, 1)"
        " ON CONFLICT (kind, unit_id, year) DO UPDATE SET last = number_series.last + 1 RETURNING last"
    )
)
_KEEP = Statement(
    sa.text("INSERT INTO paper_template (hash, source) VALUES (:hash, :source) ON CONFLICT DO NOTHING")
)


def take_number(conn: Connection, kind: str, unit_id: int, year: int) -> int:
    """Take the next number of a series; it is given back when the transaction fails, so none is lost."""
    row = _TAKE.run(conn, {"kind": kind, "unit_id": unit_id, "year": year}).one()
    return int(row[0])


def last_number(conn: Connection, kind: str, unit_id: int, year: int) -> int:
    """Return the last number taken of a series, 0 before the first."""
    series = number_series
    query = sa.select(series.c.last).where(
        series.c.kind == kind, series.c.unit_id == unit_id, series.c.year == year
    )
    return conn.execute(query).scalar() or 0


def keep_template(conn: Connection, digest: str, source: str) -> None:
    """Keep a template text, once."""
    _KEEP.run(conn, {"hash": digest, "source": source})


def template_source(conn: Connection, digest: str) -> str:
    """Return a template text."""
    query = sa.select(paper_template.c.source).where(paper_template.c.hash == digest)
    return str(conn.execute(query).scalar_one())


def insert_paper(conn: Connection, **values: Any) -> None:
    """Add an issued paper."""
    rows.add(conn, paper, **values)


def paper_by_id(conn: Connection, paper_id: int, lock: bool = False) -> RowMapping | None:
    """Return one paper."""
    query = sa.select(paper).where(paper.c.id == paper_id)
    return conn.execute(query.with_for_update() if lock else query).mappings().first()


def paper_by_code(conn: Connection, code: str) -> RowMapping | None:
    """Return the paper of the code printed on it."""
    return conn.execute(sa.select(paper).where(paper.c.code == code)).mappings().first()


def number_taken(conn: Connection, kind: str, number: str) -> bool:
    """Tell whether a paper of the kind has this number."""
    query = sa.select(paper.c.id).where(paper.c.kind == kind, paper.c.number == number)
    return conn.execute(query).first() is not None


def papers_of_case(conn: Connection, case_id: int) -> list[RowMapping]:
    """Return the papers of a case, oldest first."""
    query = sa.select(paper).where(paper.c.case_id == case_id)
    return list(conn.execute(query.order_by(paper.c.issued_at, paper.c.id)).mappings())


def papers_of_person(conn: Connection, person_id: int) -> list[RowMapping]:
    """Return the papers of a person, oldest first."""
    query = sa.select(paper).where(paper.c.person_id == person_id)
    return list(conn.execute(query.order_by(paper.c.issued_at, paper.c.id)).mappings())


def void_paper(conn: Connection, paper_id: int, at: int, by: int | None, reason: str) -> None:
    """Mark a paper void; it stays."""
    where = paper.c.id == paper_id
    conn.execute(paper.update().where(where).values(voided_at=at, voided_by=by, void_reason=reason))
