"""The page for trails so spoiled that they cannot be told event by event: what verifying them finds."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import make_response, render_template
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from engine.errors import AidError, EngineFault, NotFound
from tasks.access import Subject, authorize
from tasks.queries.proof import prove
from tasks.queries.trail_owners import may, owner_of
from tasks.store.conn import Connection
from web.context import Ctx

log = logging.getLogger(__name__)


def or_spoiled(
    context: Ctx, trail_id: int | None, page: Callable[[], str | Response], status: int = 200
) -> str | Response:
    """Return a page; where it cannot be made because somebody spoiled a trail, what is wrong.

    It is the page of one trail, or of all of them for who may verify them (`trail_id` None).
    """
    try:
        return page()
    except Exception as error:
        if isinstance(error, AidError | HTTPException) and not isinstance(error, EngineFault):
            raise
        with context.app.read() as conn:
            _require(context, conn, trail_id)
            report = prove(conn, context.app.keys, context.config.checkpoints, trail_id)
        if report.ok:
            raise
        log.exception("A trail that was spoiled could not be shown.", extra={"action": "audit"})
    return make_response(render_template("audit_spoiled.html", trail_id=trail_id, result=report), status)


def _require(context: Ctx, conn: Connection, trail_id: int | None) -> None:
    if trail_id is None:
        authorize(context.actor, "verify_audit", Subject(""))
        return
    owner = owner_of(conn, trail_id)
    if owner is None or not may(context.actor, owner, "read"):
        raise NotFound
