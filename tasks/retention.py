"""What may be removed after a time, and nothing else: all that is no record of anybody's assistance.

Cases, papers, registers, files, questionnaires and every trail are kept for good (DL-050, AMB-48: the policy
names no end); where the office sets years of keeping, pages and `aid595 prune` say which files are past them.
What is removed is told on the office's trail by number and digest, in the same transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.clock import SHANGHAI, from_us, local_date, to_us
from tasks import office_trail
from tasks.actor import OPERATOR
from tasks.app import App
from tasks.desk import Desk
from tasks.store import retention as store
from tasks.store.conn import Connection

#: Rows of one transaction.
BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Leftover:
    """One kind of rows that may go: after how many days, how they are found, how they are removed."""

    days: int
    find: Callable[[Connection, int, int], list[int]]
    remove: Callable[[Connection, list[int]], int]


#: By name (`bpmn/labels/administration.toml`); a row is old by the day it was read, done, ended or typed.
LEFTOVERS: Mapping[str, Leftover] = {
    "notice": Leftover(180, store.read_notices, store.remove_notices),
    "job": Leftover(90, store.done_jobs, store.remove_jobs),
    "form_draft": Leftover(30, store.left_drafts, store.remove_drafts),
    "survey_row": Leftover(30, store.ended_imports, store.clear_imports),
}


def falls_due(closed_at: int | None, years: int | None) -> int | None:
    """Return the year in which the file of a closed case falls due (DL-050); None where nothing says so."""
    if closed_at is None or years is None:
        return None
    return local_date(from_us(closed_at)).year + years


def past_their_years(app: App) -> int | None:
    """Return how many files are past the year they fall due; None where the office keeps them for good."""
    with app.read() as conn:
        years = app.settings(conn)["retention_years"]
        if years is None:
            return None
        first_kept = datetime(local_date(app.clock.now()).year - years, 1, 1, tzinfo=SHANGHAI)
        return store.count_closed(conn, to_us(first_kept))


def waiting(app: App, name: str) -> int:
    """Return how many rows of a kind may go now; nothing changes."""
    with app.read() as conn:
        return store.count(conn, LEFTOVERS[name].find, _before(name, app.clock.now()))


def prune(app: App, name: str) -> int:
    """Remove what may go of a kind, a batch a transaction, each told on the trail; return how many rows."""
    removed = 0
    while True:
        gone = int(app.run(lambda desk: _batch(desk, name), OPERATOR))
        removed += gone
        if not gone:
            return removed


def _batch(desk: Desk, name: str) -> int:
    kind = LEFTOVERS[name]
    ids = kind.find(desk.conn, _before(name, desk.now), BATCH)
    if not ids:
        return 0
    gone = kind.remove(desk.conn, ids)
    digest = hashlib.sha256("\n".join(map(str, ids)).encode()).hexdigest()
    about = f"leftover:{name}"
    office_trail.emit(desk, "LeftoversRemoved", about, count=gone, days=kind.days, digest=digest)
    return gone


def _before(name: str, now: datetime) -> int:
    return to_us(now - timedelta(days=LEFTOVERS[name].days))
