"""The worker's part of a survey round: the roster of a large community, piece by piece.

A piece, and the job that asks for the next one, are one transaction, so whoever dies in between has lost
nothing; between two pieces the office has its turn.
"""

from __future__ import annotations

import logging

from engine import jobs
from engine.errors import AidError, Unavailable
from engine.store.db import is_conflict
from tasks import survey_round
from tasks.app import App
from tasks.desk import Desk

log = logging.getLogger(__name__)

#: Pieces made in one look.
PIECES = 5


def run_rosters(app: App, most: int = PIECES) -> int:
    """Make some pieces of the rosters under way; return how many were made."""
    made = 0
    while made < most:
        with app.read() as conn:
            waits = jobs.is_due(conn, survey_round.ROSTER, app.clock.now())
        if not waits or not _piece(app):
            break
        made += 1
    return made


def _piece(app: App) -> bool:
    claimed: list[jobs.Job] = app.run(lambda desk: jobs.claim(desk.unit, survey_round.ROSTER, 1))
    if not claimed:  # another worker was quicker
        return False
    job = claimed[0]
    try:
        app.run(lambda desk: survey_round.go_on(desk, job))
    except Unavailable:
        raise
    except Exception as error:
        if not is_conflict(error):
            log.exception("A part of a roster could not be made.", extra={"action": "roster"})
        told = error.sentence("zh") if isinstance(error, AidError) else type(error).__name__
        app.run(lambda desk: _failed(desk, job, told))
        return False
    return True


def _failed(desk: Desk, job: jobs.Job, told: str) -> None:
    jobs.failed(desk.unit, job, f"应访名单没有全部生成：{told}")
