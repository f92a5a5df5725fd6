"""The oracle: recounts from tables and trail whether what the product promised still holds.

It shares nothing with the code under test but table names and keys: chains, seals, states and diagrams are
read again in its own way. The program's own doctor is asked as well. Every violation begins with the number
of its invariant, or with `doctor`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from engine.doctor import examine
from engine.store.db import Database
from tests.reliability.journal import Record
from tests.reliability.oracle import acks, engine, office, trail
from tests.reliability.oracle.rows import Rows, read_all
from tests.reliability.site import Site


def check(
    site: Site, records: Sequence[Record] = (), acting: Sequence[int] = (), one_clock: bool = True
) -> list[str]:
    """Return every violation, in words.

    `acting` are user ids that need no account. Without `one_clock` the instants of a trail may step back:
    a command takes its instant before it waits for the lock.
    """
    database = Database(site.url)
    try:
        with database.read() as conn:
            rows = read_all(conn)
            found = trail.violations(rows, site.app.keys.trail, one_clock)
            found += engine.violations(rows, site.app.keys.state)
            found += office.violations(rows, frozenset(acting))
            found += acks.violations(rows, records)
        with database.read() as conn:
            said = examine(conn, site.app.definitions, site.app.keys.trail, site.app.keys.state)
            found += [f"doctor: {finding}" for finding in said]
    finally:
        database.dispose()
    return found


def kinds(violations: Sequence[str]) -> dict[str, int]:
    """Return how many violations each invariant has."""
    return dict(Counter(text.partition(":")[0] for text in violations))


__all__ = ["Rows", "check", "kinds"]
