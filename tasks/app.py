"""The one door. Whoever wants something changed, by page, API, timer or file, calls `App.do`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from engine.calendar import WorkCalendar
from engine.clock import Clock
from engine.codec import loads
from engine.definitions import Definitions
from engine.errors import AidError, EngineFault, Unavailable
from engine.expressions import ExpressionError
from engine.history import By
from engine.store import queries
from engine.store.db import Database, is_conflict
from engine.unit import Kernel, Unit
from tasks import office, releases, retries, settings
from tasks.actor import SYSTEM, Actor
from tasks.commands import Command, Done
from tasks.connectors.port import Adapter
from tasks.crypto import Keys
from tasks.demo_clock import DemoClock
from tasks.desk import Desk
from tasks.library import Library
from tasks.office_trail import ACCESS, DENIALS, emit
from tasks.registry import HANDLERS
from tasks.store.conn import Connection
from tasks.store.office import decided_in
from tasks.world import World595

log = logging.getLogger(__name__)

#: How often a command that met another one's lock or index entry is tried in all.
TRIES = 4


class _TakenBack(Exception):
    """Ends a transaction of which nothing shall stay."""


@dataclass
class App:
    """The product without its faces: database, clock, keys and data of one installation."""

    db: Database
    clock: Clock
    keys: Keys
    library: Library = field(default_factory=Library)
    definitions: Definitions = field(default_factory=Definitions)
    demo: DemoClock | None = None
    #: use the demo's values for settings the policy leaves open
    demo_settings: bool = False
    #: settings laid over those of the database (scenarios)
    overrides: Mapping[str, Any] = field(default_factory=dict)
    calendar: WorkCalendar | None = None
    #: ways to the outside systems the operator has connected, by system
    adapters: Mapping[str, Adapter] = field(default_factory=dict)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield a connection for reading."""
        with self.db.read() as conn:
            yield conn

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Yield a connection for what is no case work: accounts, sessions, imports. Commits at the end."""
        with self.db.transaction() as conn:
            yield conn

    def do(self, command: Command, actor: Actor, key: str | None = None) -> Done:
        """Carry out a command in one transaction; the same key again gives the same answer.

        Raises an `AidError` and leaves everything as it was. A fault of the diagram becomes an incident.
        Where a lost connection hides whether the command was carried out, its key tells.
        """
        try:
            command = releases.prepare(self, command, actor)
        except AidError as refusal:
            self.record_denial(actor, refusal, type(command).__name__)
            raise
        for attempt in range(1, TRIES + 1):
            try:
                return self._once(command, actor, key)
            except (EngineFault, ExpressionError) as fault:
                self._record_fault(command, actor, fault)
                raise
            except Unavailable as fault:
                if key is None or attempt == TRIES or fault.data["kind"] != "lost":
                    raise
                log.info("Connection lost, trying again.", extra={"action": type(command).__name__})
            except AidError as refusal:
                done = self._done_meanwhile(key)
                if done is None:
                    self.record_denial(actor, refusal, type(command).__name__)
                    raise
                return done
            except Exception as error:
                if attempt == TRIES or not is_conflict(error):
                    raise
                log.info("Command met another one, trying again.", extra={"action": type(command).__name__})
        raise AssertionError("unreachable")

    def _done_meanwhile(self, key: str | None) -> Done | None:
        """Return the answer of the same command sent twice, whose other half won the race for the case."""
        if key is None:
            return None
        with self.db.read() as conn:
            return self.answer_of(conn, key)

    def _once(self, command: Command, actor: Actor, key: str | None) -> Done:
        with self.db.transaction() as conn:
            if key is not None:
                seen = self.answer_of(conn, key)
                if seen is not None:
                    return seen
            unit, desk = self.desk(conn, actor, key)
            done = HANDLERS[type(command)](desk, command)
            unit.settle()
            unit.answer = {k: v for k, v in asdict(done).items() if v is not None and v != {}}
            unit.flush()
            return done

    def rehearse(self, command: Command, actor: Actor) -> Done:
        """Carry a command out to its last statement and take it back; return what it would answer.

        Raises what `do` would raise.
        """
        done: Done | None = None
        try:
            with self.db.transaction() as conn:
                unit, desk = self.desk(conn, actor, None)
                desk.rehearsing = True
                done = HANDLERS[type(command)](desk, command)
                unit.flush()
                raise _TakenBack
        except _TakenBack:
            assert done is not None
            return done

    def run(self, act: Callable[[Desk], Any], actor: Actor = SYSTEM) -> Any:
        """Let the program itself do something at a desk of its own, in one transaction (timers, duties)."""
        with self.db.transaction() as conn:
            unit, desk = self.desk(conn, actor, None)
            result = act(desk)
            unit.flush()
            return result

    def desk(self, conn: Connection, actor: Actor, key: str | None = None) -> tuple[Unit, Desk]:
        """Set up a desk on a transaction."""
        changed, annexed = decided_in(conn)
        library = self._with_rules(conn, annexed)
        desk = Desk(library, self.keys, actor, self._with_changed(changed), self.work_calendar(conn))
        desk.connected = self.adapters
        kernel = Kernel(self.definitions, World595(desk), self.keys.trail, self.keys.state)
        role = ",".join(sorted(actor.roles))
        desk.unit = Unit(kernel, conn, self.clock.now(), By(actor.user_id, role, actor.origin), key)
        return desk.unit, desk

    def answer_of(self, conn: Connection, key: str) -> Done | None:
        """Return what a command of this key answered before, or None."""
        row = queries.SEEN_KEY.run(conn, {"command_key": key}).first()
        return None if row is None else Done(**loads(row[2]).get("answer", {}))

    def settings(self, conn: Connection) -> Mapping[str, Any]:
        """Return every setting as the office has it."""
        return self._with_changed(decided_in(conn)[0])

    def _with_changed(self, changed: Iterable[tuple[str, str]]) -> Mapping[str, Any]:
        base = settings.defaults(self.library.settings, demo=self.demo_settings)
        return {**base, **{name: loads(value) for name, value in changed}, **self.overrides}

    def in_force(self, conn: Connection) -> Library:
        """Return the library with the deadline rules that the versions at work bring."""
        return self._with_rules(conn, decided_in(conn)[1])

    def _with_rules(self, conn: Connection, annexed: Iterable[int]) -> Library:
        return self.library.with_rules(tuple(self.definitions.get(conn, one).annex for one in annexed))

    def library_of(self, conn: Connection, definition_id: int) -> Library:
        """Return the library with the forms of a version: what the tasks of its instances ask."""
        return self.library.with_forms(self.definitions.get(conn, definition_id).annex)

    def work_calendar(self, conn: Connection) -> WorkCalendar:
        """Return the shipped years with those an administrator loaded."""
        return office.calendar_with_loaded(conn, self.calendar or self.library.calendar)

    def record_denial(self, actor: Actor, refusal: AidError, what: str) -> None:
        """Put on the trail, once, that somebody reached for what is not his (SEC-Z5).

        It has been refused already: where the trail cannot be written, that is logged.
        """
        if refusal.code not in DENIALS or actor.user_id is None or hasattr(refusal, "__notes__"):
            return
        refusal.add_note("on the trail")
        try:
            self.run(lambda desk: emit(desk, "AccessDenied", what, ACCESS, code=refusal.code), actor)
        except AidError:
            log.exception("A denial could not be recorded.", extra={"action": "denied"})

    def _record_fault(self, command: Command, actor: Actor, fault: AidError) -> None:
        """Keep the form and open an incident, in a transaction of its own."""
        try:
            with self.db.transaction() as conn:
                unit, desk = self.desk(conn, actor, None)
                retries.keep_failed(desk, command, fault)
                unit.flush()
        except Exception:
            log.exception("The incident could not be recorded.", extra={"action": "incident"})
