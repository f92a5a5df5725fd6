"""Everything that is known of one trail, for those who check it: each section by an index of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.codec import mapping
from engine.store.tables import definition, event, event_payload, instance
from tasks.queries import trail
from tasks.queries.rows import each
from tasks.store.conn import Connection
from tasks.store.tables import form_data, process_context
from tasks.store.tables_people import paper

#: Events of one trail that a page reads at most; what is beyond is in the bundle.
MOST_EVENTS = 20_000
#: An id has fewer than this.
_DIGITS = 20


@dataclass(frozen=True, slots=True)
class Run:
    """One process instance of a trail, with the version it runs and those it left by a migration."""

    id: int
    process_id: str
    definition_id: int
    version: int
    name: str
    digest: str
    status: str
    parent_id: int | None
    started_at: int
    ended_at: int | None
    tier: str | None
    run_no: int | None
    left: tuple[trail.Left, ...] = ()

    def asof(self, seq: int) -> Run:
        """Return it with the version it ran after an event."""
        later = next((one for one in self.left if one.seq > seq), None)
        if later is None:
            return self
        return replace(
            self, definition_id=later.definition_id, version=later.version, name=later.name,
            digest=later.digest, left=tuple(one for one in self.left if one.seq <= seq),
        )  # fmt: skip


def runs(conn: Connection, trail_id: int) -> list[Run]:
    """Return every instance of a trail in the order of their starts (`ix_instance_trail`)."""
    i, d, x = instance.c, definition.c, process_context.c
    query = (
        sa.select(
            i.id, i.process_id, i.definition_id, d.version, d.name, d.digest, i.status, i.parent_id,
            i.started_at, i.ended_at, x.tier, x.run_no,
        )
        .select_from(
            instance.join(definition, d.id == i.definition_id).outerjoin(
                process_context, x.instance_id == i.id
            )
        )
        .where(i.trail_id == trail_id)
        .order_by(i.started_at, i.id)
    )
    left = trail.left(conn, trail_id)
    return [replace(run, left=tuple(left.get(run.id, ()))) for run in each(conn, query, Run)]


def payloads(conn: Connection, trail_id: int) -> dict[int, dict[str, Any] | None]:
    """Return what stands beside the events of a trail, by number; None where it was erased."""
    query = sa.select(event_payload.c.seq, event_payload.c.payload).where(
        event_payload.c.trail_id == trail_id
    )
    return {row[0]: None if row[1] is None else mapping(row[1]) for row in conn.execute(query)}


class Form(NamedTuple):
    """A form as submitted."""

    task_id: int
    element: str
    values: Mapping[str, Any]
    saved_at: int


def forms(conn: Connection, trail_id: int) -> dict[int, Form]:
    """Return the submitted forms of a trail by task.

    Those of a case by `ix_form_data_case_element`, those of another trail as its events name the tasks.
    """
    f = form_data.c
    query = sa.select(f.task_id, f.element, f["values"], f.saved_at).where(f.draft.is_(sa.false()))
    found = conn.execute(query.where(f.case_id == trail_id)).all()
    if not found:
        named = _named(conn, trail_id, "TaskCompleted", "task")
        found = conn.execute(query.where(f.task_id.in_(named), f.case_id.is_(None))).all()
    return {row[0]: Form(row[0], row[1], mapping(row[2]), row[3]) for row in found}


def _named(conn: Connection, trail_id: int, kind: str, member: str) -> list[int]:
    """Return the ids that the events of a kind name."""
    e = event.c
    told = conn.execute(sa.select(e.data).where(e.trail_id == trail_id, e.kind == kind)).scalars()
    ids = (str(mapping(data).get(member)) for data in told)
    return [int(one) for one in ids if one.isdigit() and len(one) < _DIGITS]


class PaperRow(NamedTuple):
    """An issued paper, with the hash of its content as stored."""

    id: int
    kind: str
    number: str
    task_id: int | None
    issued_on: str
    hash: str
    content: str
    template: str
    voided_at: int | None


def papers(conn: Connection, trail_id: int) -> list[PaperRow]:
    """Return the papers of a trail in the order of their issue.

    Those of a case by `ix_paper_case_id`, those of another trail as its events name them.
    """
    p = paper.c
    query = sa.select(
        p.id, p.kind, p.number, p.task_id, p.issued_on, p.hash, p.content, p.template, p.voided_at
    ).order_by(p.issued_at, p.id)
    found = each(conn, query.where(p.case_id == trail_id), PaperRow)
    if not found:
        named = _named(conn, trail_id, "PaperIssued", "id")
        found = each(conn, query.where(p.id.in_(named), p.case_id.is_(None)), PaperRow)
    return found


def unmasked_at(conn: Connection, trail_id: int, user_id: int, since: int) -> int | None:
    """Return when somebody last gave a reason to see whose case it is, if that was after an instant."""
    e = event.c
    query = (
        sa.select(e.at, e.data)
        .where(e.trail_id == trail_id, e.kind == "RecordViewed", e.actor_id == user_id, e.at >= since)
        .order_by(e.seq.desc())
    )
    return next((row[0] for row in conn.execute(query) if mapping(row[1]).get("viewed") == "person"), None)
