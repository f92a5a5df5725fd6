"""Messages and signals: who waits for them gets them; nobody waiting starts or keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.clock import to_us
from engine.codec import dumps, loads
from engine.graph import Trigger
from engine.ids import new_id
from engine.live import Live
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
    given to the first catch of that name that opens for the same key and run: the run limits only what was
    kept, since whoever waits now waits for it, of whatever run. A suspended instance that waits gets it
    when it is resumed. `only` limits it to one instance. A message id is taken once.
    """
    if message_id is not None and queries.MESSAGE_BY_ID.run(unit.conn, {"id": message_id}).first():
        return 0
    if trail_id is not None:
        unit.lock(trail_id)  # before looking, or a catch that opens meanwhile is not seen
    waiting = _waiting_for(unit, name, key, None, only)
    taken = sum(_hand(unit, live, token, element, name, values) for live, token, element in waiting)
    held = any(live.status == "suspended" for live, _token, _element in waiting)
    if not (taken or held) and starts and unit.kernel.world.start_by_message(unit, name, key, run, values):
        taken = 1
    if message_id is not None or not taken:
        state = "delivered" if taken else "kept"
        _keep(unit, message_id or new_id(), name, key, run, values, trail_id, state)
    return taken


def _waiting_for(
    unit: Unit, name: str, key: str, run: int | None, only: int | None
) -> list[tuple[Live, int, str]]:
    """Return (instance, owner, element) of everything that waits for a message, under its lock."""
    unit.write_waits()
    wanted = {"name": name, "key": key, "trigger": Trigger.MESSAGE.value}
    return [
        (unit.instance(instance_id), token, element)
        for instance_id, token, element, waits_run in queries.WAITING_FOR.run(unit.conn, wanted).all()
        if (only is None or instance_id == only) and (run is None or waits_run in (0, run))
    ]


def _hand(unit: Unit, live: Live, owner: int, element: str, name: str, values: Values) -> bool:
    """Let an event happen where it still waits: another one may have come first, here or elsewhere."""
    if live.status != "running" or element not in live.state.armed(owner):
        return False
    declared = live.graph.variables
    given = {field: value for field, value in values.items() if field in declared}
    data: dict[str, Any] = {"message": name, **({"set": given} if given else {})}
    cause = unit.emit(live.trail_id, "MessageReceived", live=live, element=element, data=data)
    unit.step(live, lambda machine: machine.trigger(owner, element, given), cause)
    return True


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


def give_kept(unit: Unit, key: str, run: int, name: str) -> None:
    """Give the oldest message that was kept for a name, key and run to whoever waits for it now."""
    kept = queries.KEPT_MESSAGES.run(unit.conn, {"key": key, "name": name}).all()
    for message_id, for_run, payload in kept:
        if for_run in (None, run):
            values = loads(payload)
            waiting = _waiting_for(unit, name, key, for_run, None)
            if sum(_hand(unit, live, owner, element, name, values) for live, owner, element in waiting):
                queries.MESSAGE_DELIVERED.run(unit.conn, {"b_id": message_id})
            return


def broadcast(unit: Unit, name: str, heard: int = 0) -> None:
    """Let a signal happen wherever it is awaited, but in the instance that has heard it."""
    unit.write_waits()
    for instance_id, owner, element in queries.SIGNALLED.run(unit.conn, {"name": name}).all():
        if instance_id != heard:
            _hand(unit, unit.instance(instance_id), owner, element, name, {})
