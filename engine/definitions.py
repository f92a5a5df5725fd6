"""Process definitions: versions in the database, compiled graphs in memory."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from engine.clock import to_us
from engine.compile import read_file
from engine.errors import EngineFault, IllegalState, NotFound
from engine.graph import Graph
from engine.ids import new_id
from engine.store import definitions as store
from engine.store.conn import Connection

#: What a version brings besides its drawing when it brings nothing.
NO_ANNEX = "{}"
#: Graphs kept in memory; a graph is some 0.3 MB.
MOST_GRAPHS = 128


@dataclass(frozen=True, slots=True)
class Definition:
    """One version of one diagram, compiled."""

    id: int
    key: str
    version: int
    graph: Graph
    digest: str
    annex: str = NO_ANNEX


@dataclass(frozen=True, slots=True)
class Deployed:
    """The processes at work: what each calls, and which start by a message only: nobody can call those."""

    calls: Mapping[str, frozenset[str]] = field(default_factory=dict)
    by_message: frozenset[str] = frozenset()

    def with_graphs(self, graphs: Mapping[str, Graph]) -> Deployed:
        """Return these with some processes added, or put in the place of what they were."""
        called = {
            key: frozenset(node.called for node in graph.nodes.values() if node.called)
            for key, graph in graphs.items()
        }
        waiting = frozenset(key for key, graph in graphs.items() if graph.root.none_start() is None)
        return Deployed({**self.calls, **called}, (self.by_message - graphs.keys()) | waiting)


class Definitions:
    """A cache over the definition table; safe to share between threads."""

    def __init__(self) -> None:
        self._known: OrderedDict[int, Definition] = OrderedDict()
        self._lock = threading.Lock()
        self._starters: dict[frozenset[int], dict[str, list[str]]] = {}

    def get(self, conn: Connection, definition_id: int) -> Definition:
        """Return a definition by id; raise NotFound."""
        found = self._known.get(definition_id)
        if found is not None:
            return found
        row = store.read(conn, definition_id)
        if row is None:
            raise NotFound()
        xml = row.xml.encode()
        if digest(xml, row.annex) != row.digest:
            raise EngineFault(element=row.key, detail="流程图与发布时不符，可能被改动，请核查数据库")
        # A version runs as it was admitted: what a later gate would refuse does not stop cases under way.
        graph = read_file(xml)[0].processes[row.key]
        made = Definition(definition_id, row.key, row.version, graph, row.digest, row.annex)
        with self._lock:
            self._known[definition_id] = made
            while len(self._known) > MOST_GRAPHS:
                self._known.popitem(last=False)
        return made

    def active(self, conn: Connection, key: str) -> Definition:
        """Return the active version of a process; raise NotFound when there is none."""
        definition_id = self.find_active(conn, key)
        if definition_id is None:
            raise NotFound(zh=f"没有已发布的流程“{key}”。请先部署流程图。")
        return self.get(conn, definition_id)

    def find_active(self, conn: Connection, key: str) -> int | None:
        """Return the id of the version of a process that is at work, None when there is none."""
        return store.active_id(conn, key)

    def all_active(self, conn: Connection) -> list[Definition]:
        """Return every active definition."""
        return [self.get(conn, definition_id) for definition_id in store.active_ids(conn)]

    def deployed(self, conn: Connection) -> Deployed:
        """Return what the active processes call, and which of them nobody can call."""
        found = Deployed()
        for made in self.all_active(conn):
            found = found.with_graphs({made.key: made.graph})
        return found

    def started_by(self, conn: Connection, message: str) -> list[Definition]:
        """Return the active definitions that a message of this name starts."""
        ids = frozenset(store.active_ids(conn))
        starters = self._starters.get(ids)
        if starters is None:
            starters = {}
            for definition_id in sorted(ids):
                made = self.get(conn, definition_id)
                for name in made.graph.messages_started_by():
                    starters.setdefault(name, []).append(made.key)
            self._starters = {ids: starters}
        return [self.active(conn, key) for key in starters.get(message, [])]


def digest(xml: bytes, annex: str = NO_ANNEX) -> str:
    """Return the content hash of a version: of its drawing, and of what it brings besides."""
    made = hashlib.sha256(xml)
    if annex != NO_ANNEX:
        made.update(b"\0" + annex.encode())
    return made.hexdigest()


def publish(
    conn: Connection,
    key: str,
    name: str,
    xml: bytes,
    now: datetime,
    author_id: int | None = None,
    reason: str = "",
    annex: str = NO_ANNEX,
) -> tuple[int, int]:
    """Store a diagram as the new active version of its process and retire the one before.

    The caller has passed it through the gate. Returns (definition id, version); an unchanged active
    version is returned as it is.
    """
    current = store.lock_current(conn, key)
    if current is not None and current.digest == digest(xml, annex):
        return current.id, current.version
    made, version = submit(conn, key, name, xml, annex, now, author_id, reason)
    activate(conn, key, made, now, ("submitted",))
    return made, version


def submit(
    conn: Connection, key: str, name: str, xml: bytes, annex: str, now: datetime, author_id: int | None,
    reason: str,
) -> tuple[int, int]:  # fmt: skip
    """Store a version that is not at work yet; return (definition id, version).

    The caller holds what keeps two from numbering at once: the trail of the process, or the version at work.
    """
    made, version = new_id(), store.last_version(conn, key) + 1
    store.add(
        conn,
        {
            "id": made, "key": key, "version": version, "name": name, "status": "submitted",
            "xml": xml.decode(), "annex": annex, "digest": digest(xml, annex), "author_id": author_id,
            "reason": reason, "created_at": to_us(now),
        },
    )  # fmt: skip
    return made, version


def activate(
    conn: Connection, key: str, definition_id: int, now: datetime, before: tuple[str, ...]
) -> int | None:
    """Put a version to work and retire the one before it, whose id is returned.

    `before` are the states it may be in; raises IllegalState when it is in none of them.
    """
    current = store.lock_current(conn, key)
    if current is not None:
        store.set_status(conn, current.id, ("active",), status="retired")
    if not store.set_status(conn, definition_id, before, status="active", activated_at=to_us(now)):
        raise IllegalState(detail="这一版本不在可以启用的状态")
    return None if current is None else current.id
