"""What persons were told, and credit notes, as pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from tasks.queries.areas import under
from tasks.queries.rows import each
from tasks.store.conn import Connection
from tasks.store.tables_notes import credit_note, told
from tasks.store.tables_org import user_account

PAGE = 100


class Told(NamedTuple):
    """What a person was told once."""

    id: int
    person_id: int
    topic: str
    channel: str
    said: str
    told_on: str
    teller: str | None


def told_of(conn: Connection, person_id: int) -> list[Told]:
    """Return what a person was told, the latest first (`ix_told_person`)."""
    return each(conn, _told().where(told.c.person_id == person_id).order_by(told.c.id.desc()), Told)


def told_once(conn: Connection, person_id: int, told_id: int) -> Told | None:
    """Return one of the things a person was told."""
    found = each(conn, _told().where(told.c.person_id == person_id, told.c.id == told_id), Told)
    return found[0] if found else None


def _told() -> sa.Select[tuple[object, ...]]:
    t = told.c
    return sa.select(
        t.id, t.person_id, t.topic, t.channel, t.said, t.told_on, user_account.c.display_name
    ).select_from(told.outerjoin(user_account, user_account.c.id == t.told_by))


class Note(NamedTuple):
    """A fact noted about somebody's credit."""

    id: int
    about: str
    name: str | None
    good: bool
    noted_on: str
    source: str
    said: str
    struck_at: int | None
    strike_reason: str | None
    noter: str | None


def _notes() -> sa.Select[tuple[object, ...]]:
    n = credit_note.c
    return (
        sa.select(
            n.id, n.about, n.name, n.good, n.noted_on, n.source, n.said, n.struck_at, n.strike_reason,
            user_account.c.display_name,
        )
        .select_from(credit_note.outerjoin(user_account, user_account.c.id == n.noted_by))
        .order_by(n.noted_on.desc(), n.id.desc())
    )  # fmt: skip


def notes_of(conn: Connection, person_id: int) -> list[Note]:
    """Return the notes about a person, the latest first, struck ones too (`ix_credit_note_person`)."""
    return each(conn, _notes().where(credit_note.c.person_id == person_id), Note)


def notes_of_bodies(conn: Connection, areas: Sequence[str], name: str = "") -> list[Note]:
    """Return the notes about employers, agencies and staff in some districts (`ix_credit_note_area`)."""
    query = _notes().where(credit_note.c.person_id.is_(None), under(credit_note.c.area, areas)).limit(PAGE)
    return each(conn, query.where(credit_note.c.name == name) if name else query, Note)


def standing_of(conn: Connection, areas: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Return of each employer how many good and bad notes stand in some districts."""
    n = credit_note.c
    query = (
        sa.select(n.name, n.good, sa.func.count())
        .where(n.about == "EMPLOYER", n.struck_at.is_(None), under(n.area, areas))
        .group_by(n.name, n.good)
    )
    found: dict[str, tuple[int, int]] = {}
    for name, good, count in conn.execute(query):
        plus, minus = found.get(name, (0, 0))
        found[name] = (plus + count, minus) if good else (plus, minus + count)
    return found
