"""Messages and signals: who waits for them gets them; nobody waiting starts or keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.clock import to_us
from engine.codec import dumps, loads
from engine.graph import Trigger
from engine.ids import new_id
from engine.store import queries

if TYPE_CHECKING:
    from engine.unit import Unit

Values = Mapping[str, Any]


def send(
    unit: Unit, name: str, key: str, values: Values, run: int | None = None, trail_id: int | None = None,
    only: int | None = None, starts: bool = True,
) -> None:  # fmt: skip
    """Deliver a message after the present step, in the same transaction (`deliver` says to whom)."""
    unit.later(lambda: deliver(unit, name, key, values, run, trail_id, only, starts))


def deliver(
    unit: Unit, name: str, key: str, values: Values, run: int | None = None, trail_id: int | None = None,
    only: int | None = None, starts: bool = True, message_id: int | None = None,
) -> int:  # fmt: skip
    """Give a message to every instance that waits for it under a key; return how many took it.

    Where none waits and a process starts with it, one is started; otherwise it is kept on the trail and
    given to the first catch of that name that opens for the same key and run. `only` limits it to one
    instance. A message id is taken once.
    """
    if message_id is not None and queries.MESSAGE_BY_ID.run(unit.conn, {"id": message_id}).first():
        return 0
    taken = _to_waiting(unit, name, key, values, run, only)
    if not taken and starts and unit.kernel.world.start_by_message(unit, name, key, run, values):
        taken = 1
    if message_id is not None or not taken:
        state = "delivered" if taken else "kept"
        _keep(unit, message_id or new_id(), name, key, run, values, trail_id, state)
    return taken


def _to_waiting(unit: Unit, name: str, key: str, values: Values, run: int | None, only: int | None) -> int:
    unit.write_waits()
    taken = 0
    waiting = {"name": name, "key": key, "trigger": Trigger.MESSAGE.value}
    for instance_id, token, element, trail, waits_run in queries.WAITING_FOR.run(unit.conn, waiting).all():
        if (only is None or instance_id == only) and (run is None or waits_run in (0, run)):
            unit.lock(trail)
            taken += _hand(unit, instance_id, token, element, name, values)
    return taken


def _hand(unit: Unit, instance_id: int, token: int, element: str, name: str, values: Values) -> int:
    live = unit.instance(instance_id)
    here = live.state.tokens.get(token)
    if token >= 0 and (here is None or element not in here.armed) or live.status != "running":
        return 0
    cause = unit.emit(live.trail_id, "MessageReceived", live=live, element=element, data={"message": name})
    declared = live.graph.variables
    given = {field: value for field, value in values.items() if field in declared}
    unit.step(live, lambda machine: machine.trigger(token, element, given), cause)
    return 1


def _keep(
    unit: Unit, message_id: int, name: str, key: str, run: int | None, values: Values,
    trail_id: int | None, state: str,
) -> None:  # fmt: skip
    queries.NEW_MESSAGE.run(
        unit.conn,
        {
            "id": message_id, "name": name, "key": key, "run": run, "trail_id": trail_id or 0,
            "payload": dumps(dict(values)), "state": state, "created_at": to_us(unit.now),
        },
    )  # fmt: skip
    if state == "kept" and trail_id is not None:
        unit.emit(trail_id, "MessageUndelivered", data={"message": name, "id": str(message_id)})


def give_kept(unit: Unit, key: str, run: int, names: set[str]) -> None:
    """Give messages that were kept to catches that have just opened, the oldest first."""
    for message_id, name, for_run, payload in queries.KEPT_MESSAGES.run(unit.conn, {"key": key}).all():
        if name in names and for_run in (None, run):
            if _to_waiting(unit, name, key, loads(payload), for_run, None):
                queries.MESSAGE_DELIVERED.run(unit.conn, {"b_id": message_id})
            return


def broadcast(unit: Unit, name: str) -> None:
    """Let a signal happen wherever it is awaited."""
    unit.write_waits()
    for instance_id, token, element, trail, _run in queries.SIGNALLED.run(unit.conn, {"name": name}).all():
        unit.lock(trail)
        _hand(unit, instance_id, token, element, name, {})
