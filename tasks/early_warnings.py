"""Early warnings (P19): raised by rules of the office or by hand, examined and put right (R000-13)."""

from __future__ import annotations

from engine.errors import FormInvalid
from engine.ids import new_id
from engine.live import Live
from tasks import access, org
from tasks.access import Subject
from tasks.commands import Done
from tasks.desk import Context, Desk
from tasks.forms.command_forms import accept_values
from tasks.matter_commands import RaiseWarning
from tasks.store import matters as store
from tasks.store import rows, tables
from tasks.store.conn import RowMapping

PROCESS = "P19_early_warning"
#: Rules: windows of a duty missed in a row, deadlines of an office missed at one time, what somebody noticed.
MISSED, OVERDUE, BY_HAND = "MISSED_WINDOWS", "OVERDUE_CLUSTER", "BY_HAND"


def raise_warning(
    desk: Desk, rule: str, subject: str, area: str, said: str, count: int | None = None
) -> int | None:
    """Raise a warning and start its handling; None where the same one is open or the process is not there."""
    if not desk.deployed(PROCESS):
        return None
    if rows.first(desk.conn, tables.warning, rule=rule, subject=subject, closed_at=None) is not None:
        return None
    made = new_id()
    rows.add(
        desk.conn, tables.warning, id=made, rule=rule, subject=subject, area=area, said=said, count=count,
        raised_at=desk.now_us, raised_by=desk.actor.user_id,
    )  # fmt: skip
    context = Context(None, None, area, "district", matter=f"warning:{made}")
    desk.emit(desk.trail(context), "WarningRaised", rule=rule, subject=subject, count=count)
    return desk.start(PROCESS, context).id


def window_missed(desk: Desk, duty: RowMapping) -> None:
    """Look at a duty whose window was missed: so many in a row as the office set are a warning."""
    most = desk.setting("warning_missed_windows")
    if most is None:
        return
    states = store.latest_windows(desk.conn, duty["id"], most)
    if len(states) == most and set(states) == {"missed"}:
        raise_warning(desk, MISSED, f"duty:{duty['id']}", duty["area"], duty["kind"], most)


def deadline_missed(desk: Desk, area: str) -> None:
    """Look at an office one of whose deadlines was missed: so many open at one time are a warning."""
    most = desk.setting("warning_overdue_cluster")
    if most is None:
        return
    street = next((path for path in org.prefixes(area)[org.LEVELS.index("street"):]), area)
    count = store.overdue_in(desk.conn, street)
    if count >= most:
        unit = org.unit_of_path(desk.conn, street)
        raise_warning(desk, OVERDUE, f"unit:{unit.id}", street, "", count)


def by_hand(desk: Desk, command: RaiseWarning) -> Done:
    """Raise a warning somebody noticed: unit, said."""
    values = accept_values(desk, "raise_warning", command.values)
    unit = org.get_unit(desk.conn, int(values["unit"]))
    access.authorize_start(desk.actor, PROCESS, Subject(unit.path))
    live = raise_warning(desk, BY_HAND, f"hand:{new_id()}", unit.path, values["said"])
    if live is None:
        zh = "预警处置流程还没有发布，请先在流程设计中发布。"
        raise FormInvalid([("said", zh, "The process of warnings is not at work.")])
    return Done(instance_id=live)


def close(desk: Desk, live: Live) -> None:
    """Close the warning an instance handles."""
    warning_id = int(live.key.removeprefix("warning:"))
    rows.change(desk.conn, tables.warning, warning_id, closed_at=desk.now_us)
    desk.emit(live.trail_id, "WarningClosed", live)
