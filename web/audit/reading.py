"""What a reader of trails does that leaves a mark: opening one, looking for a person, taking evidence."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from flask import make_response
from werkzeug.wrappers import Response

from tasks import commands_audit
from tasks.access import Subject, authorize
from tasks.auditing import need_reason
from tasks.queries import audit_find
from tasks.queries.audit_find import Found
from web.audit import search
from web.audit.bundle import pack
from web.audit.file import AuditFile, load
from web.context import Ctx


def note_view(context: Ctx, case_id: int) -> None:
    """Record that the reader opened a trail, once a day."""
    day = context.today.isoformat()
    context.app.do(
        commands_audit.ViewTrail(case_id), context.actor, f"audit:{context.user_id}:{case_id}:{day}"
    )


@dataclass(frozen=True, slots=True)
class Taken:
    """An evidence bundle, its hash, and the name of its file."""

    content: bytes
    sha256: str
    name: str


def take_bundle(context: Ctx, case_id: int, reason: str) -> Taken:
    """Return the evidence of a trail after recording that it leaves; raise FormInvalid without a reason."""
    file: AuditFile = load(context, case_id)
    authorize(context.actor, "unmask", Subject(file.head.area))
    whole = load(context, case_id, whole=True)
    packed = pack(context, whole, need_reason(reason), context.config.checkpoints)
    digest = hashlib.sha256(packed).hexdigest()
    note = commands_audit.NoteExport("bundle", digest, len(whole.every), case_id, reason)
    context.app.do(note, context.actor)
    return Taken(packed, digest, f"{file.head.case_no}.zip")


def zipped(taken: Taken) -> Response:
    """Return an evidence bundle as a file to save."""
    response = make_response(taken.content)
    response.content_type = "application/zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{taken.name}"'
    response.headers["Digest"] = f"sha-256={taken.sha256}"
    return response


def of_person(context: Ctx, text: str) -> list[Found]:
    """Return the cases of persons by name, telephone or identity number; the search is recorded."""
    by, persons = search.persons(context, text)
    with context.app.read() as conn:
        wanted = audit_find.Wanted(search.mandate(context), persons=persons)
        rows = audit_find.find(conn, wanted) if persons else []
    context.app.do(commands_audit.NoteSearch(by, text, len(rows)), context.actor)
    return rows
