"""Seeded bugs: each is put into a child by rewriting statements or replacing one function of the product.

They show that the oracle is awake. Where two mechanisms guard the same promise, one bug takes out both: the
product would not break with only one of them gone (`docs/reliability.md` names those pairs).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from engine import timers
from engine.history import open_chain
from engine.store import db, queries
from engine.store import timers as stored_timers
from engine.unit import Unit
from tests.reliability.site import Site

Rewrite = Callable[[str], str]


def _rewriting(rewrite: Rewrite) -> Callable[[Site], None]:
    """Return a bug that changes the text of statements on their way to the driver."""

    def seed(site: Site) -> None:
        def before(_c: Any, _cursor: Any, text: str, values: Any, _x: Any, _m: Any) -> tuple[str, Any]:
            return rewrite(text), values

        event.listen(site.app.db.engine, "before_cursor_execute", before, retval=True)

    return seed


def _never(pattern: str) -> Callable[[Site], None]:
    """Return a bug by which a kind of change reaches no row."""
    found = re.compile(pattern, re.IGNORECASE | re.DOTALL)
    return _rewriting(lambda text: f"{text} AND 1 = 0" if found.search(text) else text)


def _without(pattern: str, instead: str = "") -> Callable[[Site], None]:
    """Return a bug by which a part of some statements is not there."""
    found = re.compile(pattern, re.IGNORECASE | re.DOTALL)
    return _rewriting(lambda text: found.sub(instead, text))


def _both(*bugs: Callable[[Site], None]) -> Callable[[Site], None]:
    def seed(site: Site) -> None:
        for bug in bugs:
            bug(site)

    return seed


NO_LOCK = _without(r"\s+FOR UPDATE( OF \w+)?( SKIP LOCKED)?")
NO_FENCE = _without(r"(instance\.rev) = ", r"\1 >= 0 * ")


def ack_before_commit(site: Site) -> None:
    """Tell the person that it is done before it is."""
    flush = Unit.flush

    def early(self: Unit) -> None:
        flush(self)
        if self.command_key is not None:
            journal = site.journal
            pending = journal.pending() if journal is not None else None
            if journal is not None and pending is not None and pending["key"] == self.command_key:
                journal.write("ack", **pending, done=dict(self.answer))

    Unit.flush = early  # type: ignore[method-assign]


class _HeldBack:
    """Stands for a statement and keeps its rows until the transaction is over."""

    def __init__(self, statement: Any) -> None:
        self.statement = statement
        self.rows: list[Any] = []

    def many(self, _conn: Any, rows: Any) -> None:
        """Keep rows."""
        self.rows += rows

    def run(self, _conn: Any, row: Any) -> None:
        """Keep a row."""
        self.rows.append(row)


def _in_a_second_transaction(statement: str) -> Callable[[Site], None]:
    """Return a bug by which a statement is carried out after the commit, in a transaction of its own."""

    def seed(site: Site) -> None:
        held = _HeldBack(getattr(queries, statement))
        setattr(queries, statement, held)
        transaction = db.Database.transaction

        @contextmanager
        def split(self: db.Database) -> Any:
            with transaction(self) as conn:
                yield conn
            rows, held.rows = held.rows, []
            if rows:
                with transaction(self) as conn:
                    for row in rows:
                        held.statement.run(conn, row)

        db.Database.transaction = split  # type: ignore[method-assign]

    return seed


def key_not_stored(site: Site) -> None:
    """Forget the idempotency key."""
    made = Unit.__init__

    def init(self: Unit, *args: Any, **named: Any) -> None:
        made(self, *args, **named)
        self.command_key = None

    Unit.__init__ = init  # type: ignore[method-assign]


def no_check_when_firing(site: Site) -> None:
    """Fire what was due when somebody looked, whatever happened since."""

    def fire(unit: Unit, candidate: timers.DueTimer) -> bool:
        work = unit
        work.lock(candidate.trail_id)
        live = work.instance(candidate.instance_id)
        row = stored_timers.read(work.conn, candidate.id)
        assert row is not None
        work.emit(live.trail_id, "TimerFired", live=live, element=row.element, data={"timer": str(row.id)})
        if live.status == "running" and row.element in live.state.armed(row.token):
            work.step(live, lambda machine: machine.trigger(row.token, row.element))
        return True

    timers.fire = fire


def locked_too_late(site: Site) -> None:
    """Decide first, lock the case when writing, and let every condition of a write go."""
    lock = queries.LOCK_TRAIL
    flush = Unit.flush
    for_update = re.compile(r"\s+FOR UPDATE( SKIP LOCKED)?")

    def before(_c: Any, _cursor: Any, text: str, values: Any, _x: Any, _m: bool) -> tuple[str, Any]:
        return (text if site.lab.get("flushing") else for_update.sub("", text)), values

    def late(self: Unit) -> None:
        self.settle()
        site.lab["flushing"] = True
        for trail_id, chain in sorted(self.chains.items()):
            lock.run(self.conn, {"id": trail_id})
            head = open_chain(self.conn, trail_id)
            chain.seq, chain.hash = head.seq, head.hash
        site.lab["flushing"] = False
        flush(self)

    event.listen(site.app.db.engine, "before_cursor_execute", before, retval=True)
    Unit.flush = late  # type: ignore[method-assign]
    NO_FENCE(site)
    _without(r" AND user_task\.state = 'created'")(site)


def deferred_begin(site: Site) -> None:
    """Take SQLite's write lock only when something is written."""
    event.remove(site.app.db.engine, "begin", db._begin_immediate)
    event.listen(site.app.db.engine, "begin", lambda conn: conn.exec_driver_sql("BEGIN"))


#: Found by killing: what a step writes no longer stands or falls together.
KILL_BUGS: Mapping[str, Callable[[Site], None]] = {
    "ack before commit": ack_before_commit,
    "history in a second transaction": _in_a_second_transaction("NEW_EVENT"),
    "idempotency key not stored": key_not_stored,
    "timer not cancelled": _never(r"^UPDATE timer SET state="),
    "timer marked later": _in_a_second_transaction("CLOSE_TIMER"),
    "wait not deleted": _never(r"^DELETE FROM subscription"),
    "task not closed": _never(r"^UPDATE user_task SET state=.*token"),
    "state saved without its seal": _without(r"\bmac=(\?|%\(\w+\)s)", r"mac=coalesce(mac, \1)"),
    "revision not counted": _without(r"\brev=(\?|%\(\w+\)s)", r"rev=rev + 0 * \1"),
}
#: The same, where it takes the whole product to see it.
OFFICE_BUGS: Mapping[str, Callable[[Site], None]] = {
    "draft not removed": _never(r"^DELETE FROM form_data"),
    "duty not ended": _never(r"^UPDATE duty SET state="),
    "deadline met and not marked": _never(r"^UPDATE deadline SET completed_on="),
}
#: Found by racing.
RACE_BUGS: Mapping[str, Callable[[Site], None]] = {
    "no lock on the case": NO_LOCK,
    "no lock and no fence": _both(NO_LOCK, NO_FENCE),
    "locked too late": locked_too_late,
    "no check when firing": no_check_when_firing,
    "deferred begin": deferred_begin,
}
