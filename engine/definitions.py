"""Process definitions: versions in the database, compiled graphs in memory."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from engine.clock import to_us
from engine.compile import read_diagram
from engine.errors import EngineFault, NotFound
from engine.graph import Graph
from engine.ids import new_id
from engine.store import definitions as store
from engine.store.conn import Connection
from engine.xmlsafe import load

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
        if digest(xml) != row.digest:
            raise EngineFault(element=row.key, detail="流程图与发布时不符，可能被改动，请核查数据库")
        # A version runs as it was admitted: what a later gate would refuse does not stop cases under way.
        graph = read_diagram(load(xml))[0].processes[row.key]
        made = Definition(definition_id, row.key, row.version, graph, row.digest)
        with self._lock:
            self._known[definition_id] = made
            while len(self._known) > MOST_GRAPHS:
                self._known.popitem(last=False)
        return made

    def active(self, conn: Connection, key: str) -> Definition:
        """Return the active version of a process; raise NotFound when there is none."""
        definition_id = store.active_id(conn, key)
        if definition_id is None:
            raise NotFound(zh=f"没有已发布的流程“{key}”。请先部署流程图。")
        return self.get(conn, definition_id)

    def all_active(self, conn: Connection) -> list[Definition]:
        """Return every active definition."""
        return [self.get(conn, definition_id) for definition_id in store.active_ids(conn)]

    def calls(self, conn: Connection) -> dict[str, frozenset[str]]:
        """Return which processes each active process calls."""
        return {
            made.key: frozenset(node.called for node in made.graph.nodes.values() if node.called)
            for made in self.all_active(conn)
        }

    def by_message(self, conn: Connection) -> frozenset[str]:
        """Return the active processes that only a message starts, so that nobody can call them."""
        return frozenset(m.key for m in self.all_active(conn) if m.graph.root.none_start() is None)

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


def digest(xml: bytes) -> str:
    """Return the content hash of a diagram."""
    return hashlib.sha256(xml).hexdigest()


def publish(
    conn: Connection,
    key: str,
    name: str,
    xml: bytes,
    now: datetime,
    author_id: int | None = None,
    reason: str = "",
) -> tuple[int, int]:
    """Store a diagram as the new active version of its process and retire the one before.

    The caller has passed it through the gate. Returns (definition id, version); an unchanged active
    version is returned as it is.
    """
    text = xml.decode()
    mark = digest(xml)
    current = store.lock_current(conn, key)
    if current is not None and current.digest == mark:
        return current.id, current.version
    version = store.last_version(conn, key) + 1
    if current is not None:
        store.retire(conn, current.id)
    made = new_id()
    store.add(
        conn,
        {
            "id": made, "key": key, "version": version, "name": name, "status": "active", "xml": text,
            "digest": mark, "author_id": author_id, "reason": reason, "created_at": to_us(now),
            "activated_at": to_us(now),
        },
    )  # fmt: skip
    return made, version
