"""What the pages of a migration show: where open cases stand, the batches, and what became of each case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.codec import loads
from engine.store.tables import definition, instance, subscription, user_task
from tasks.queries.areas import under
from tasks.queries.rows import each
from tasks.store.conn import Connection
from tasks.store.tables import case, process_context
from tasks.store.tables_migration import migration, migration_item
from tasks.store.tables_org import user_account

_OPEN: list[Any] = [sa.literal_column("'created'"), sa.literal_column("'claimed'")]


def standing(conn: Connection, definition_id: int, areas: Sequence[str]) -> Counter[str]:
    """Return how many open instances of a version wait at each element, in some areas."""
    found: Counter[str] = Counter()
    for table, terms in ((user_task, [user_task.c.state.in_(_OPEN)]), (subscription, [])):
        query = (
            sa.select(table.c.element, sa.func.count(sa.distinct(table.c.instance_id)))
            .join(instance, instance.c.id == table.c.instance_id)
            .join(process_context, process_context.c.instance_id == instance.c.id)
            .where(
                instance.c.definition_id == definition_id,
                instance.c.status.in_(("running", "suspended")),
                under(process_context.c.area, areas),
                *terms,
            )
            .group_by(table.c.element)
        )
        found.update({row[0]: row[1] for row in conn.execute(query)})
    return found


def running(conn: Connection, key: str, areas: Sequence[str]) -> dict[int, int]:
    """Return how many instances of each version of a process are open in some areas."""
    query = (
        sa.select(instance.c.definition_id, sa.func.count())
        .join(definition, definition.c.id == instance.c.definition_id)
        .join(process_context, process_context.c.instance_id == instance.c.id)
        .where(
            definition.c.key == key, instance.c.status.in_(("running", "suspended")),
            under(process_context.c.area, areas),
        )
        .group_by(instance.c.definition_id)
    )  # fmt: skip
    return {row[0]: row[1] for row in conn.execute(query)}


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch with who began it."""

    id: int
    key: str
    from_version: int
    to_version: int
    mapping_json: str
    recompute: bool
    dry: bool
    reason: str
    state: str
    made_at: int
    ended_at: int | None
    maker: str | None

    @property
    def mapping(self) -> dict[str, str]:
        """Return the mapping that was given."""
        return dict(loads(self.mapping_json))


def batches(conn: Connection, key: str, migration_id: int | None = None, most: int = 10) -> list[Batch]:
    """Return the latest batches of a process, or one of them (`ix_migration_key`, primary key)."""
    m, old, new = migration.c, definition.alias("old"), definition.alias("new")
    query = (
        sa.select(
            m.id, m.key, old.c.version, new.c.version, m.mapping, m.recompute, m.dry, m.reason, m.state,
            m.made_at, m.ended_at, user_account.c.display_name,
        )
        .select_from(
            migration.join(old, old.c.id == m.from_id)
            .join(new, new.c.id == m.to_id)
            .outerjoin(user_account, user_account.c.id == m.made_by)
        )
        .where(m.key == key)
        .order_by(m.made_at.desc(), m.id.desc())
        .limit(most)
    )
    if migration_id is not None:
        query = query.where(m.id == migration_id)
    return each(conn, query, Batch)


@dataclass(frozen=True, slots=True)
class Item:
    """What became, or would become, of one instance."""

    n: int
    instance_id: int
    state: str
    said_json: str
    case_id: int | None
    case_no: str | None

    @property
    def said(self) -> list[dict[str, Any]]:
        """Return what there is to say, in both languages."""
        return list(loads(self.said_json))


def items(
    conn: Connection, migration_id: int, areas: Sequence[str] | None, *, state: str = "", beyond: int = 0,
    limit: int = 100,
) -> list[Item]:  # fmt: skip
    """Return the instances of a batch in their order, of some areas (None: all) and in one state or any."""
    i = migration_item.c
    query = (
        sa.select(i.n, i.instance_id, i.state, i.said, case.c.id, case.c.case_no)
        .select_from(
            migration_item.outerjoin(
                process_context, process_context.c.instance_id == i.instance_id
            ).outerjoin(case, case.c.id == process_context.c.case_id)
        )
        .where(i.migration_id == migration_id, i.n > beyond)
        .order_by(i.n)
        .limit(limit)
    )
    if areas is not None:
        query = query.where(under(process_context.c.area, areas))
    if state:
        query = query.where(i.state == state)
    return each(conn, query, Item)
