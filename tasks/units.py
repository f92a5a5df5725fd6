"""Units as the system administrator keeps them: districts, streets, communities; closed when empty."""

from __future__ import annotations

from engine.errors import FormInvalid, IllegalState
from tasks import access, office_duties, office_trail, org
from tasks import admin_commands as commands
from tasks.access import Subject
from tasks.commands import Done
from tasks.desk import Desk
from tasks.store import org as store
from tasks.text import BrokenText, clean_line, need_reason

LONGEST = 60
#: What keeps a unit in use, as it is said.
_HELD = {
    "units": "还有下级机构",
    "persons": "还有居民档案",
    "accounts": "还有在用的账号",
    "roles": "还有以它为辖区的岗位",
}


def _begin(desk: Desk) -> None:
    access.authorize(desk.actor, "manage_units", Subject("/"))
    office_trail.hold(desk)


def named(name: str) -> str:
    """Return the name of a unit as it is stored; raise FormInvalid."""
    try:
        found = clean_line(name)
    except BrokenText:
        found = ""
    if not found or len(found) > LONGEST or "/" in found:
        zh = f"请填写机构名称：最多{LONGEST}字，不含斜线。"
        raise FormInvalid([("name", zh, f"Enter a name of at most {LONGEST} characters without a slash.")])
    return found


def add(desk: Desk, command: commands.AddUnit) -> Done:
    """Make a unit one level below its parent; raise FormInvalid, IllegalState."""
    _begin(desk)
    if not command.parent_id:
        raise FormInvalid([("parent", "请选择上级机构。", "Choose the unit above it.")])
    parent = org.get_unit(desk.conn, command.parent_id)
    return Done(extra={"unit_id": make(desk, parent, named(command.name)).id})


def make(desk: Desk, parent: org.Unit, name: str) -> org.Unit:
    """Make a unit under another, with its event; raise FormInvalid where the name is taken."""
    if parent.level == org.LEVELS[-1] or not parent.active:
        raise IllegalState(detail="社区（村）和已停用的机构下不能再建机构")
    there = store.child_named(desk.conn, parent.id, name)
    if there is not None:
        what = f"{parent.name}下已有“{name}”" + ("" if there["active"] else "，已停用，请恢复使用")
        raise FormInvalid([("name", f"{what}。", "A unit of this name is there already.")])
    made = org.child(desk.conn, parent, org.LEVELS[org.LEVELS.index(parent.level) + 1], name)
    office_duties.open_missing(desk)
    office_trail.emit(desk, "UnitAdded", f"unit:{made.id}", name=name, level=made.level, under=parent.name)
    return made


def rename(desk: Desk, command: commands.RenameUnit) -> Done:
    """Give a unit another name; raise FormInvalid where it is taken."""
    _begin(desk)
    reason = need_reason(command.reason)
    unit, name = org.get_unit(desk.conn, command.unit_id), named(command.name)
    there = store.child_named(desk.conn, unit.parent_id, name)
    if there is not None and there["id"] != unit.id:
        raise FormInvalid([("name", f"同级已有“{name}”。", "A unit of this name is there already.")])
    if name != unit.name:
        store.set_name(desk.conn, unit.id, name)
        office_trail.emit(desk, "UnitRenamed", f"unit:{unit.id}", old=unit.name, new=name, reason=reason)
    return Done()


def close(desk: Desk, command: commands.CloseUnit) -> Done:
    """Take a unit out of use; raise IllegalState while anything lies in it."""
    _begin(desk)
    reason = need_reason(command.reason)
    unit = org.get_unit(desk.conn, command.unit_id)
    if unit.level == "city" or not unit.active:
        raise IllegalState(detail="这个机构不能停用")
    held = [_HELD[name] for name, found in store.held_by(desk.conn, unit.id).items() if found]
    if held:
        raise IllegalState(detail=f"{unit.name}{'、'.join(held)}，不能停用")
    store.set_active(desk.conn, unit.id, False)
    office_duties.close_of_unit(desk, unit.id, reason)
    office_trail.emit(desk, "UnitClosed", f"unit:{unit.id}", name=unit.name, reason=reason)
    return Done()


def reopen(desk: Desk, command: commands.ReopenUnit) -> Done:
    """Take a closed unit back into use; raise IllegalState while the one above is closed."""
    _begin(desk)
    unit = org.get_unit(desk.conn, command.unit_id)
    if unit.active:
        raise IllegalState(detail="这个机构正在使用")
    if unit.parent_id is not None and not org.get_unit(desk.conn, unit.parent_id).active:
        raise IllegalState(detail="上级机构已停用，请先恢复上级机构")
    store.set_active(desk.conn, unit.id, True)
    office_duties.open_missing(desk)
    office_trail.emit(desk, "UnitReopened", f"unit:{unit.id}", name=unit.name)
    return Done()
