"""What an office deals with beside single cases: the list a matter goes through, and who stands in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.live import Live
from tasks.desk import Context, Desk
from tasks.store import matters as store
from tasks.store import rows, tables
from tasks.store.conn import RowMapping

#: First part of the key of a survey begun by hand (tasks.special_surveys).
SPECIAL = "special"


def has_own_term(context: Context) -> bool:
    """Tell whether a matter has a term of its own, so that no deadline rule opens for it."""
    return (context.matter or "").startswith(f"{SPECIAL}:")


def set_items(desk: Desk, matter: str, found: Iterable[Mapping[str, Any]]) -> None:
    """Keep what a matter goes through, in place of what it was to go through before."""
    store.drop_items(desk.conn, matter)
    for n, item in enumerate(found):
        rows.add(desk.conn, tables.matter_item, matter=matter, n=n, **item)


def items_of(desk: Desk, live: Live) -> list[RowMapping]:
    """Return what the matter of an instance goes through."""
    return store.items(desk.conn, live.key)


def persons_to_check(desk: Desk, live: Live) -> list[int]:
    """Return the persons of a matter whose round is still to come (the collection of P08 and P18)."""
    return [row["person_id"] for row in items_of(desk, live) if row["outcome"] is None]


def chosen(desk: Desk, context: Context, of: str, wanted: int) -> bool:
    """Tell whether a person or case may be named in a form of a matter: those of its household or area."""
    if of == "case":
        row = rows.first(desk.conn, tables.case, id=wanted)
        return row is not None and str(row["area"]).startswith(context.area)
    person = rows.first(desk.conn, person_table(), id=wanted)
    if person is None:
        return False
    if context.household_id is not None:
        return bool(person["household_id"] == context.household_id)
    return str(person["area"]).startswith(context.area)


def met_elsewhere(desk: Desk, live: Live, met_by: str | None) -> bool:
    """Tell whether a matter's step opens a deadline another process meets: it opens with that one's case."""
    context = desk.context(live)
    return context.matter is not None and context.case_id is None and met_by not in live.graph.nodes


def person_table() -> Any:
    """Return the table of persons."""
    from tasks.store.tables_people import person

    return person
