"""Named queries over files of steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tasks.store.conn import Connection
from tasks.store.tables_files import attachment, attachment_content
from tasks.store.tables_org import user_account


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as it is listed."""

    id: int
    instance_id: int
    task_id: int
    element: str
    case_id: int | None
    person_id: int | None
    tier: str
    name: str
    kind: str
    size: int
    hash: str
    added_at: int
    added_by: int
    adder: str | None


def _files() -> sa.Select[Any]:
    a = attachment.c
    return (
        sa.select(
            a.id, a.instance_id, a.task_id, a.element, a.case_id, a.person_id, a.tier, a.name, a.kind, a.size,
            a.hash, a.added_at, a.added_by, user_account.c.display_name,
        )
        .outerjoin(user_account, user_account.c.id == a.added_by)
        .where(a.removed_at.is_(None))
        .order_by(a.id)
    )  # fmt: skip


def files_of_step(conn: Connection, instance_id: int, element: str) -> list[Kept]:
    """Return the files of a step, also those of its earlier visits (`ix_attachment_step`)."""
    a = attachment.c
    query = _files().where(a.instance_id == instance_id, a.element == element)
    return [Kept(*row) for row in conn.execute(query)]


def files_of_case(conn: Connection, case_id: int) -> list[Kept]:
    """Return the files of a case (`ix_attachment_case`)."""
    return [Kept(*row) for row in conn.execute(_files().where(attachment.c.case_id == case_id))]


def file_by_id(conn: Connection, file_id: int) -> Kept | None:
    """Return a file that was not removed."""
    row = conn.execute(_files().where(attachment.c.id == file_id)).first()
    return None if row is None else Kept(*row)


def sealed_content(conn: Connection, file_id: int) -> bytes:
    """Return what was kept, sealed."""
    query = sa.select(attachment_content.c.sealed).where(attachment_content.c.attachment_id == file_id)
    return bytes(conn.execute(query).scalar_one())


def drop_content(conn: Connection, file_id: int) -> None:
    """Take the content away for good."""
    conn.execute(attachment_content.delete().where(attachment_content.c.attachment_id == file_id))
