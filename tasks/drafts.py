"""Drafts of diagrams: anybody of the office's supervisors may go on with one, nobody overwrites another."""

from __future__ import annotations

from lxml import etree

from engine import xmlsafe
from engine.clock import SHANGHAI, from_us
from engine.definitions import NO_ANNEX
from engine.errors import AidError, FormInvalid, IllegalState, NotFound
from engine.gate.rules.ids import PATTERN
from engine.ids import new_id
from engine.layout import with_drawing
from tasks import access, accounts, annex
from tasks import studio_commands as commands
from tasks.access import Subject
from tasks.commands import Done
from tasks.desk import Desk
from tasks.store import rows, studio, tables
from tasks.store.conn import Connection, RowMapping
from tasks.text import need_reason

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"


class DraftChanged(AidError):
    """Somebody saved the draft since its editor last saw it."""

    code = "draft_changed"
    zh = "草稿已由{who}于{when}修改，您的改动没有保存，也没有覆盖对方的内容。请先导出，再打开最新草稿。"
    en = "{who} changed the draft at {when}. Yours was not saved; export it, then open the draft anew."


def open_draft(desk: Desk, command: commands.OpenDraft) -> Done:
    """Begin a draft from a version, a file, or the version at work; raise NotFound or FormInvalid."""
    access.authorize(desk.actor, "edit_process", Subject("/"))
    if not PATTERN.fullmatch(command.key):
        zh = "流程编号应以字母开头，只用字母、数字、下划线、点和连字符，最多64个字符。"
        raise FormInvalid([("key", zh, "The key of the process is not an id.")])
    base = _base(desk, command)
    given = base["xml"].encode() if command.xml is None and base is not None else command.xml or b""
    xml = given if command.xml is None else with_drawing(given)
    laid_out = xml != given
    trail = desk.process_trail(command.key)
    made = new_id()
    who = {"by": desk.actor.user_id, "at": desk.now_us}
    rows.add(
        desk.conn, tables.draft, id=made, key=command.key, name=_name(xml, command.key),
        base_id=None if base is None else base["id"], xml=xml.decode(),
        annex=NO_ANNEX if base is None else base["annex"], rev=1, made_by=who["by"], made_at=who["at"],
        saved_by=who["by"], saved_at=who["at"],
    )  # fmt: skip
    began = None if base is None else base["version"]
    desk.emit(trail, "DraftOpened", draft=str(made), base=began, imported=command.xml is not None,
              laid_out=laid_out, reason=command.reason.strip())  # fmt: skip
    return Done(extra={"draft_id": str(made), "rev": 1, "laid_out": laid_out})


def _base(desk: Desk, command: commands.OpenDraft) -> RowMapping | None:
    """Return the version a draft begins from; None for a file that begins from none."""
    if command.base_id is not None:
        found = studio.version(desk.conn, command.base_id)
        if found is None or found["key"] != command.key:
            raise NotFound()
        return found
    active = desk.unit.kernel.definitions.find_active(desk.conn, command.key)
    if active is None and command.xml is None:
        raise NotFound(zh=f"没有已发布的流程“{command.key}”，请选择一个版本，或导入流程图文件。")
    return None if active is None else studio.version(desk.conn, active)


def _name(xml: bytes, key: str) -> str:
    """Return what a safe file calls the process; raise XmlRefused."""
    root: etree._Element = xmlsafe.load(xml)
    names = [one.get("name") for one in root.iter(f"{_BPMN}process") if one.get("id") == key]
    return (names[0] if names and names[0] else key)[:200]


def save_model(desk: Desk, command: commands.SaveModel) -> Done:
    """Save what was drawn; raise DraftChanged when somebody saved since, XmlRefused, AnnexRefused."""
    access.authorize(desk.actor, "edit_process", Subject("/"))
    found = read(desk.conn, command.draft_id)
    kept = {
        "name": _name(command.xml, found["key"]), "xml": command.xml.decode(),
        "annex": annex.canonical(command.annex), "saved_by": desk.actor.user_id,
    }  # fmt: skip
    rev = command.rev + 1
    if not studio.save(desk.conn, command.draft_id, command.rev, **kept, rev=rev, saved_at=desk.now_us):
        now = read(desk.conn, command.draft_id)
        if now["definition_id"] is not None or any(now[name] != kept[name] for name in kept):
            raise changed(desk, now)
        rev = now["rev"]  # the same save, sent again
    return Done(extra={"rev": rev})


def discard_draft(desk: Desk, command: commands.DiscardDraft) -> Done:
    """Throw an open draft away, with a reason."""
    access.authorize(desk.actor, "edit_process", Subject("/"))
    found = read(desk.conn, command.draft_id)
    reason = need_reason(command.reason)
    trail = desk.process_trail(found["key"])
    if read(desk.conn, command.draft_id)["definition_id"] is not None:
        raise IllegalState(detail="草稿已提交发布，请先退回，再放弃")
    studio.drop(desk.conn, command.draft_id)
    desk.emit(trail, "DraftDiscarded", draft=str(command.draft_id), reason=reason)
    return Done()


def read(conn: Connection, draft_id: int) -> RowMapping:
    """Return a draft; raise NotFound."""
    found = rows.first(conn, tables.draft, id=draft_id)
    if found is None:
        raise NotFound(zh="没有找到这份草稿，可能已经发布或被放弃。")
    return found


def changed(desk: Desk, row: RowMapping) -> AidError:
    """Return why a draft cannot be saved or submitted as its editor saw it."""
    if row["definition_id"] is not None:
        return IllegalState(detail="草稿已提交发布，正在等待审批，不能再修改")
    when = from_us(row["saved_at"]).astimezone(SHANGHAI).strftime("%m-%d %H:%M")
    return DraftChanged(who=accounts.name_of(desk.conn, row["saved_by"]), when=when, rev=row["rev"])
