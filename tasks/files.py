"""Files of a step: photographs and scans that belong to it, sealed, seen by who works on the case (THR-17).

What a file is, is told by its content and never by its name. Every look is in the trail, as for the number.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from engine import user_tasks
from engine.errors import FormInvalid, NotFound
from engine.ids import new_id
from tasks import access, commands, privacy, taskwork
from tasks.actor import Actor
from tasks.commands import Done
from tasks.desk import Desk
from tasks.queries.scope import reading_tiers
from tasks.store import casework, files, people, rows, tables
from tasks.store.conn import Connection
from tasks.store.files import Kept
from tasks.store.tables_files import attachment, attachment_content
from tasks.text import clean_line

if TYPE_CHECKING:
    from tasks.app import App

#: Bytes; one request holds a little more (SEC-W3).
LARGEST = 7 * 1024 * 1024
#: Files of one step.
MOST = 20
MEDIA = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}
_PNG = b"\x89PNG\r\n\x1a\n"
_LONGEST_NAME = 80


def kind_of(content: bytes) -> str | None:
    """Return `pdf`, `jpg` or `png` as the content shows it; None for anything else or half of one."""
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return "pdf"
    if content.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in content:
        return "jpg"
    if content.startswith(_PNG) and content[12:16] == b"IHDR" and b"IEND" in content:
        return "png"
    return None


def shown_name(name: str, kind: str) -> str:
    """Return the name a file is listed and saved under: no folders, no signs of commands, its true ending."""
    last = clean_line(name.encode("utf-8", "ignore").decode()).replace("\\", "/").rsplit("/", 1)[-1]
    stem = re.sub(r"[^\w（）()〔〕\[\] .+-]", "", last).rpartition(".")[0] or last
    stem = re.sub(r"[^\w（）()〔〕\[\] .+-]", "", stem).strip(" .")[:_LONGEST_NAME]
    return f"{stem or 'file'}.{kind}"


def add_file(desk: Desk, command: commands.AddFile) -> Done:
    """Keep a file with an open task of one's own or one's pool."""
    task = taskwork.held(desk, command.task_id, "attach")
    kind = kind_of(command.content)
    there = files.files_of_step(desk.conn, task.live.id, task.node.id)
    _require(command.content, kind, len(there))
    assert kind is not None
    digest = hashlib.sha256(command.content).hexdigest()
    if any(one.hash == digest for one in there):
        return Done(task_id=task.row.id)  # the same photograph twice is one
    context, file_id = desk.context(task.live), new_id()
    rows.add(
        desk.conn, attachment, id=file_id, instance_id=task.live.id, task_id=task.row.id,
        element=task.node.id, case_id=context.case_id, person_id=context.person_id, tier=context.tier,
        name=shown_name(command.name, kind), kind=kind, size=len(command.content), hash=digest,
        added_at=desk.now_us, added_by=desk.actor.user_id or 0,
    )  # fmt: skip
    sealed = desk.keys.seal_bytes(command.content, _place(file_id))
    rows.add(desk.conn, attachment_content, attachment_id=file_id, sealed=sealed)
    desk.emit(task.row.trail_id, "FileAdded", task.live, task.node.id, file=str(file_id), hash=digest,
              size=len(command.content))  # fmt: skip
    return Done(task_id=task.row.id)


def _require(content: bytes, kind: str | None, there: int) -> None:
    if len(content) > LARGEST:
        most = LARGEST >> 20
        zh = f"文件超过{most}MB，没有保存。请压缩后再传。"
        said = (zh, f"The file is over {most} MB; nothing was kept.")
    elif not content:
        said = ("没有选择文件，或文件是空的。", "No file was chosen, or it is empty.")
    elif kind is None:
        said = ("只能上传完整的PDF、JPG、PNG文件。", "Only whole PDF, JPG and PNG files can be kept.")
    elif there >= MOST:
        said = (f"每个环节最多{MOST}个附件。", f"At most {MOST} files a step.")
    else:
        return
    raise FormInvalid([("file", *said)])


def remove_file(desk: Desk, command: commands.RemoveFile) -> Done:
    """Take away a file while its step is open: the content is gone, the trail tells."""
    found = files.file_by_id(desk.conn, command.file_id)
    if found is None:
        raise NotFound
    task = taskwork.held(desk, _open_task(desk, found), "attach")
    files.drop_content(desk.conn, found.id)
    rows.change(desk.conn, attachment, found.id, removed_at=desk.now_us, removed_by=desk.actor.user_id)
    desk.emit(task.row.trail_id, "FileRemoved", task.live, task.node.id, file=str(found.id), hash=found.hash)
    return Done(task_id=task.row.id)


def _open_task(desk: Desk, found: Kept) -> int:
    """Return the open task of a file's step: the file may be of an earlier visit."""
    open_ = casework.open_tasks_of(desk.conn, [found.instance_id])
    return next((row["id"] for row in open_ if row["element"] == found.element), found.task_id)


def view_file(desk: Desk, command: commands.ViewFile) -> Done:
    """Write down that somebody opens a file; raise NotFound for whom it is not for."""
    found = files.file_by_id(desk.conn, command.file_id)
    if found is None or not may_read(desk.conn, desk.actor, found):
        raise NotFound
    task = user_tasks.read(desk.unit, found.task_id)
    desk.emit(task.row.trail_id, "RecordViewed", viewed="file", file=str(found.id), element=found.element)
    return Done(task_id=found.task_id)


def open_file(app: App, actor: Actor, file_id: int) -> tuple[Kept, bytes]:
    """Return a file and its content after writing down who opens it; raise NotFound."""
    app.do(commands.ViewFile(file_id), actor)
    with app.read() as conn:
        found = files.file_by_id(conn, file_id)
        if found is None:
            raise NotFound
        return found, app.keys.open_bytes(files.sealed_content(conn, file_id), _place(file_id))


def may_read(conn: Connection, actor: Actor, found: Kept) -> bool:
    """Tell whether a file is for an actor: scans show what is sensitive (P4), and belong to a tier."""
    tasks = casework.open_tasks_of(conn, [found.instance_id])
    for row in tasks:
        mine = row["assignee_id"] in (None, actor.user_id) and actor.has(row["role"], row["area"])
        if row["element"] == found.element and mine:
            return True
    case = rows.first(conn, tables.case, id=found.case_id) if found.case_id is not None else None
    person = people.person_by_id(conn, found.person_id) if found.person_id is not None else None
    if person is None or found.tier not in reading_tiers(actor, person["area"]):
        return False
    subjects = privacy.subjects_of(conn, person, case)
    seen = (access.allowed(actor, "view_case", one) and privacy.sees_p4(actor, one) for one in subjects)
    return any(seen)


def _place(file_id: int) -> str:
    return f"attachment:{file_id}"
