"""What a reader of trails does that leaves a mark: opening one, looking for a person, taking evidence."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from flask import make_response
from werkzeug.wrappers import Response

from tasks import commands_audit
from tasks.auditing import need_reason
from tasks.queries import audit_find
from tasks.queries.audit_find import Found
from tasks.queries.trail_owners import Owner, may, of_persons, require
from web.audit import search
from web.audit.bundle import pack
from web.audit.file import AuditFile, load
from web.context import Ctx


def note_view(context: Ctx, trail_id: int) -> None:
    """Record that the reader opened a trail, once a day."""
    day = context.today.isoformat()
    context.app.do(
        commands_audit.ViewTrail(trail_id), context.actor, f"audit:{context.user_id}:{trail_id}:{day}"
    )


@dataclass(frozen=True, slots=True)
class Taken:
    """An evidence bundle, its hash, and the name of its file."""

    content: bytes
    sha256: str
    name: str


def take_bundle(context: Ctx, trail_id: int, reason: str) -> Taken:
    """Return the evidence of a trail after recording that it leaves; raise FormInvalid without a reason."""
    file: AuditFile = load(context, trail_id)
    require(context.actor, file.owner, "take")
    whole = load(context, trail_id, whole=True)
    packed = pack(context, whole, need_reason(reason), context.config.checkpoints)
    digest = hashlib.sha256(packed).hexdigest()
    note = commands_audit.NoteExport("bundle", digest, len(whole.every), trail_id, reason)
    context.app.do(note, context.actor)
    return Taken(packed, digest, f"{file.head.case_no if file.head else f'trail-{file.id}'}.zip")


def zipped(taken: Taken) -> Response:
    """Return an evidence bundle as a file to save."""
    response = make_response(taken.content)
    response.content_type = "application/zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{taken.name}"'
    response.headers["Digest"] = f"sha-256={taken.sha256}"
    return response


def of_person(context: Ctx, text: str) -> tuple[list[Found], list[Owner]]:
    """Return the cases and other trails of persons by name, telephone or identity number.

    The search is recorded.
    """
    by, persons = search.persons(context, text)
    with context.app.read() as conn:
        wanted = audit_find.Wanted(search.mandate(context), persons=persons)
        rows = audit_find.find(conn, wanted) if persons else []
        others = [one for one in of_persons(conn, persons) if may(context.actor, one, "read")]
    context.app.do(commands_audit.NoteSearch(by, text, len(rows)), context.actor)
    return rows, others
