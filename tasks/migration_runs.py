"""Working a batch of migrations off: in order, one transaction an instance, from where it was left.

The row of an instance is closed in the transaction that migrates it, so a batch that is killed goes on with
the first that waits; any number of workers may be at it, and people go on working meanwhile.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.clock import to_us
from engine.codec import dumps, loads
from engine.errors import AidError, NotFound, Unavailable
from engine.migration import NotMigratable
from tasks import accounts
from tasks.actor import SYSTEM, Actor
from tasks.app import App
from tasks.migration_commands import MigrateInstance
from tasks.store import migrations as store
from tasks.store.migrations import Batch, Item

log = logging.getLogger(__name__)

OPEN = ("running", "suspended")
#: Instances a worker takes in one look, so that what is due in between is not late.
A_LOOK = 25
#: Hears of every instance that was dealt with.
Hears = Callable[[Item], None]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a batch is, of the instances somebody may see; `outside`: how many lie outside his areas."""

    state: str
    waiting: int
    done: int
    refused: int
    gone: int
    outside: int = 0

    @property
    def total(self) -> int:
        """Return how many instances the batch has, without those outside."""
        return self.waiting + self.done + self.refused + self.gone


def progress(app: App, migration_id: int, areas: Sequence[str] | None = None) -> Progress:
    """Return how far a batch is, in some areas (None: all); raise NotFound."""
    with app.read() as conn:
        batch, every = store.batch(conn, migration_id), store.counts(conn, migration_id)
        counts = every if areas is None else store.counts(conn, migration_id, areas)
    if batch is None:
        raise NotFound()
    found = {name: counts.get(name, 0) for name in ("waiting", "done", "refused", "gone")}
    return Progress(batch.state, **found, outside=sum(every.values()) - sum(counts.values()))


def run(app: App, migration_id: int, most: int | None = None, hears: Hears | None = None) -> Progress:
    """Work a batch off, or so many instances of it; return how far it is then. Raises NotFound."""
    done = 0
    while most is None or done < most:
        with app.read() as conn:
            batch = store.batch(conn, migration_id)
            item = store.next_item(conn, migration_id)
        if batch is None:
            raise NotFound()
        if batch.state != "running":
            break
        if item is None:
            _end(app, batch, "done")
            break
        actor = _actor(app, batch)
        if actor is None:
            _end(app, batch, "stopped")
            break
        _deal_with(app, batch, item, actor)
        done += 1
        if hears is not None:
            hears(item)
    return progress(app, migration_id)


def run_waiting(app: App, most: int = A_LOOK) -> int:
    """Work on every batch that is at work for a while; return how many instances were dealt with."""
    done = 0
    with app.read() as conn:
        found = store.running(conn)
    for migration_id in found:
        dealt: list[Item] = []
        run(app, migration_id, most, dealt.append)
        done += len(dealt)
    return done


def _actor(app: App, batch: Batch) -> Actor | None:
    """Return who began a batch, with the rights he has now; None when the account is gone."""
    if batch.made_by is None:
        return SYSTEM
    try:
        with app.read() as conn:
            return accounts.load_actor(conn, batch.made_by, "migration")
    except NotFound:
        return None


def _deal_with(app: App, batch: Batch, item: Item, actor: Actor) -> None:
    if _is_gone(batch, item):
        _settle(app, batch, item, "gone", [])
        return
    command = MigrateInstance(
        item.instance_id, batch.to_id, loads(batch.mapping), batch.recompute, batch.reason,
        None if batch.dry else (batch.id, item.n),
    )  # fmt: skip
    try:
        if batch.dry:
            said = app.rehearse(command, actor).extra["said"]
            _settle(app, batch, item, "done", said)
        else:
            app.do(command, actor, f"migration:{batch.id}:{item.n}")
    except Unavailable:
        raise
    except AidError as refusal:
        with app.read() as conn:
            ended_meanwhile = _is_gone(batch, store.item_now(conn, item))
        if ended_meanwhile:
            _settle(app, batch, item, "gone", [])
        else:
            _settle(app, batch, item, "refused", _sentences(refusal))
    except Exception as error:
        log.exception("A migration failed.", extra={"action": "migration"})
        fault = {"element": "", "zh": f"程序出错（{type(error).__name__}），已保持原样。",
                 "en": f"The program failed ({type(error).__name__}); left as it was."}  # fmt: skip
        _settle(app, batch, item, "refused", [fault])


def _is_gone(batch: Batch, item: Item) -> bool:
    """Tell whether an instance has ended or left the version before its turn came."""
    return item.status not in OPEN or item.definition_id != batch.from_id


def _sentences(refusal: AidError) -> list[dict[str, str]]:
    if isinstance(refusal, NotMigratable):
        return [said.as_dict() for said in refusal.said]
    return [{"element": "", "zh": refusal.sentence("zh"), "en": refusal.sentence("en")}]


def _settle(app: App, batch: Batch, item: Item, state: str, said: list[dict[str, str]]) -> None:
    with app.write() as conn:
        store.settle(conn, batch.id, item.n, state, dumps(said), to_us(app.clock.now()))


def _end(app: App, batch: Batch, state: str) -> None:
    with app.write() as conn:
        store.end(conn, batch.id, state, to_us(app.clock.now()))
