"""The worker's part of the exchanges: records go out, receipts come in, lists are fetched.

A system is asked outside any transaction. What it answers is taken in one; the record's key makes it harmless
that a worker may die between the two and another asks again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from engine import jobs
from engine.clock import from_us, to_us
from engine.errors import AidError, Unavailable
from engine.store.db import is_conflict
from tasks import imports, list_import
from tasks.app import App
from tasks.commands import CompleteTask
from tasks.connectors import exchange
from tasks.connectors.port import Outgoing, Receipt, Unreachable
from tasks.desk import Desk
from tasks.store import exchange as store
from tasks.store import rows
from tasks.store.tables_exchange import feed

log = logging.getLogger(__name__)

#: Records sent in one look.
BATCH = 5
#: A record that is not decided yet is asked about again after this time.
ASK_AGAIN = timedelta(minutes=10)
FETCH_EVERY = timedelta(hours=6)
#: Parts of a list fetched in one look.
PARTS = 20


def run_exchanges(app: App) -> int:
    """Send what waits and fetch what is old; return how many things were done."""
    if not app.adapters:
        return 0
    claimed: list[jobs.Job] = app.run(lambda desk: jobs.claim(desk.unit, exchange.JOB, BATCH))
    done = sum(_send(app, job) for job in claimed)
    return done + sum(
        _fetch_if_old(app, code, name, what)
        for code in app.adapters
        for name, what in app.library.systems[code].feeds.items()
    )


def _send(app: App, job: jobs.Job) -> int:
    try:
        found: Outgoing | None = app.run(lambda desk: exchange.outgoing(desk, job))
        if found is None:
            app.run(lambda desk: jobs.done(desk.conn, job, desk.now))
            return 1
        receipt = app.adapters[found.system].send(found)
        filled: CompleteTask | None = app.run(lambda desk: _answered(desk, job, receipt))
    except AidError as error:
        log.warning("A record was not sent: %s", error, extra={"action": "exchange"})
        told = error.sentence("zh")
        app.run(lambda desk: exchange.gave_up(desk, job, told))
        return 0
    except KeyError:
        app.run(lambda desk: exchange.gave_up(desk, job, "这一系统已不再连接"))
        return 0
    except Exception as error:
        if is_conflict(error) or isinstance(error, Unavailable):
            raise
        log.exception("An answer could not be taken.", extra={"action": "exchange"})
        app.run(lambda desk: exchange.gave_up(desk, job, "回应不能处理"))
        return 0
    if filled is not None:
        _complete(app, filled)
    return 1


def _complete(app: App, filled: CompleteTask) -> None:
    try:
        app.run(lambda desk: exchange.complete_filled(desk, filled))
    except AidError as left:  # something is left that only a person can say
        log.info("A task was filled and not completed: %s", left.code, extra={"action": "exchange"})


def _answered(desk: Desk, job: jobs.Job, receipt: Receipt) -> CompleteTask | None:
    if not jobs.done(desk.conn, job, desk.now):
        return None  # the lease was lost: another worker asks again and takes the answer
    filled = exchange.answered(desk, job, receipt)
    if receipt.state == "pending":
        jobs.enqueue(desk.unit, job.kind, job.payload, desk.now + ASK_AGAIN, job.trail_id)
    desk.unit.settle()
    return filled


def _fetch_if_old(app: App, code: str, name: str, what: str) -> int:
    with app.read() as conn:
        row = rows.first(conn, feed, system=name)
    now = app.clock.now()
    if row is not None and now - from_us(row["fetched_at"]) < FETCH_EVERY:
        return 0
    taken, cursor, problem = 0, "" if row is None else row["cursor"], ""
    try:
        for _part in range(PARTS):
            page = app.adapters[code].fetch(what, cursor)
            taken += _take(app, code, what, page.items)
            cursor = page.cursor or cursor
            if not page.cursor:
                break
    except imports.ImportRefused as refused:
        problem = "".join(refused.problems[:5])
    except Unreachable as error:
        problem = error.sentence("zh")
    with app.write() as conn:
        store.put_feed(
            conn, name, cursor=cursor, fetched_at=to_us(now), taken=taken, problem=problem[:1000]
        )
    return taken


def _take(app: App, code: str, what: str, items: Sequence[Mapping[str, Any]]) -> int:
    if what == "vacancies":
        return imports.take_items(app, what, items, app.library.systems[code].source)
    return list_import.take_listed(app, what.upper(), code, items)
