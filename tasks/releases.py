"""The way of a version: submitted, signed by a second person, at work, retired; and back.

Whoever moves one holds the trail of its process. What takes seconds (the gate and the second opinion) is done
by `prepare` before the transaction begins; the transaction only sees that it was this content.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine import definitions
from engine.definitions import NO_ANNEX, Deployed, digest
from engine.errors import FourEyes, IllegalState, NotFound
from engine.store import definitions as versions
from tasks import access, accounts, drafts, office_duties
from tasks import studio_commands as commands
from tasks.access import Subject
from tasks.actor import Actor
from tasks.commands import Command, Deploy, Done
from tasks.desk import Desk
from tasks.difference import Source, alike
from tasks.library import Library
from tasks.store import rows, studio, tables
from tasks.store.conn import Connection, RowMapping
from tasks.text import need_reason

if TYPE_CHECKING:
    from tasks.app import App
    from tasks.release import Checked

_RETIRABLE = ("active", "approved")
#: Sentences of one event; a page says the rest.
_MOST_TOLD = 20


def prepare(app: App, command: Command, actor: Actor) -> Command:
    """Check what a command would put to work, before anything is locked; raise GateError."""
    if not isinstance(
        command,
        commands.SubmitRelease | commands.ApproveRelease | commands.ActivateRelease | commands.TakeBack,
    ):
        return command
    access.authorize(actor, "deploy", Subject("/"))
    with app.read() as conn:
        row = _meant(conn, command)
        if row is None:
            return command  # what is wrong is said in the transaction
        deployed = app.definitions.deployed(conn)
        others = studio.at_work(conn, frozenset(deployed.calls))
    hear = isinstance(command, commands.SubmitRelease)
    return replace(command, checked=_check(app.library, row, deployed, others, hear))


def check_source(app: App, key: str, xml: str, annex: str, *, wait: bool = True) -> Checked:
    """Check what a draft consists of as its release would, changing nothing (tasks.release.check)."""
    from tasks import release

    with app.read() as conn:
        deployed = app.definitions.deployed(conn)
        others = studio.at_work(conn, frozenset(deployed.calls))
    return release.check(app.library, xml.encode(), annex, deployed, release.files_of(others), key, wait=wait)


def _meant(conn: Connection, command: Command) -> RowMapping | None:
    """Return the draft or version a command would put to work."""
    match command:
        case commands.SubmitRelease():
            found = rows.first(conn, tables.draft, id=command.draft_id)
            return None if found is None or found["rev"] != command.rev else found
        case commands.ApproveRelease() | commands.ActivateRelease():
            return studio.version(conn, command.definition_id)
        case commands.TakeBack():
            return _before(conn, studio.version(conn, command.definition_id))
    return None


def _before(conn: Connection, row: RowMapping | None) -> RowMapping | None:
    found = None if row is None else versions.version_before(conn, row["key"], row["version"])
    return None if found is None else studio.version(conn, found)


def _check(
    library: Library, row: RowMapping, deployed: Deployed, others: dict[str, str], hear: bool
) -> str:
    """Pass a draft or version through the gate; return the hash of what passed. Raises GateError."""
    from tasks import release

    xml = row["xml"].encode()
    if hear:
        release.check(library, xml, row["annex"], deployed, release.files_of(others), row["key"]).require()
    else:
        release.admit(library, xml, deployed, row["annex"], row["key"])
    return digest(xml, row["annex"])


def _require_checked(desk: Desk, checked: str, row: RowMapping, hear: bool = False) -> None:
    """Make sure that it was this content that passed the gate; let it pass now where it was not."""
    if checked != digest(row["xml"].encode(), row["annex"]):
        deployed = desk.unit.kernel.definitions.deployed(desk.conn)
        others = studio.at_work(desk.conn, frozenset(deployed.calls))
        _check(desk.library.shipped, row, deployed, others, hear)


def _version(desk: Desk, definition_id: int) -> tuple[RowMapping, int]:
    """Return a version under the trail of its process; raise NotFound."""
    found = studio.version(desk.conn, definition_id)
    if found is None:
        raise NotFound()
    trail = desk.process_trail(found["key"])
    again = studio.version(desk.conn, definition_id)
    assert again is not None
    return again, trail


def _told(row: RowMapping, **more: Any) -> dict[str, Any]:
    """Return what an event says of a version: which one, and by its hash that it is this one."""
    return {"process": row["key"], "version": row["version"], "diagram": row["digest"][:32], **more}


def submit(desk: Desk, command: commands.SubmitRelease) -> Done:
    """Make a draft a numbered version; raise DraftChanged, GateError, FormInvalid."""
    access.authorize(desk.actor, "deploy", Subject("/"))
    reason = need_reason(command.reason)
    draft = drafts.read(desk.conn, command.draft_id)
    trail = desk.process_trail(draft["key"])
    draft = drafts.read(desk.conn, command.draft_id)
    if draft["rev"] != command.rev or draft["definition_id"] is not None:
        raise drafts.changed(desk, draft)
    _require_newest_base(desk, draft)
    _require_change(desk, draft)
    _require_checked(desk, command.checked, draft, hear=True)
    made, version = definitions.submit(
        desk.conn, draft["key"], draft["name"], draft["xml"].encode(), draft["annex"], desk.now,
        desk.actor.user_id, reason,
    )  # fmt: skip
    if not studio.save(desk.conn, draft["id"], draft["rev"], definition_id=made):
        raise drafts.changed(desk, drafts.read(desk.conn, draft["id"]))
    row = studio.version(desk.conn, made)
    assert row is not None
    told = _told(row, draft=str(draft["id"]), reason=reason, notes=_looser(desk.library.shipped, draft))
    desk.emit(trail, "ReleaseSubmitted", **told)
    return Done(extra={"definition_id": str(made), "version": version})


def _looser(library: Library, row: RowMapping) -> list[dict[str, str]]:
    """Return where a draft asks less than the policy, as the trail keeps it (THR-2)."""
    from tasks import release

    found = release.looser(library, row["xml"].encode(), row["annex"])
    return [{"zh": one.zh, "en": one.en} for one in found[:_MOST_TOLD]]


def _require_newest_base(desk: Desk, draft: RowMapping) -> None:
    """Refuse a draft begun before the latest release: it would quietly take that one's changes back."""
    base = None if draft["base_id"] is None else studio.version(desk.conn, draft["base_id"])
    active = desk.unit.kernel.definitions.find_active(desk.conn, draft["key"])
    now = None if active is None else studio.version(desk.conn, active)
    if base is not None and now is not None and now["version"] > base["version"]:
        detail = (
            f"草稿从第{base['version']}版开始，此后已启用第{now['version']}版，直接发布会丢掉那一版的改动。"
            f"请从第{now['version']}版新建草稿，再并入您的改动"
        )
        raise IllegalState(detail=detail)


def _require_change(desk: Desk, draft: RowMapping) -> None:
    """Refuse a draft that holds just what is at work already."""
    active = desk.unit.kernel.definitions.find_active(desk.conn, draft["key"])
    now = None if active is None else studio.version(desk.conn, active)
    if now is not None and alike(Source(now["xml"], now["annex"]), Source(draft["xml"], draft["annex"])):
        raise IllegalState(detail=f"草稿和使用中的第{now['version']}版没有不同，没有可以发布的改动")


def approve(desk: Desk, command: commands.ApproveRelease) -> Done:
    """Sign a version as the second person; put it to work unless that is left for later."""
    access.authorize(desk.actor, "deploy", Subject("/"))
    reason = need_reason(command.reason)
    row, trail = _version(desk, command.definition_id)
    if row["status"] != "submitted":
        raise IllegalState(detail="这一版本不在待批准的状态")
    draft = rows.first(desk.conn, tables.draft, definition_id=row["id"])
    authors = {row["author_id"], None if draft is None else draft["saved_by"]}
    if any(accounts.one_person(desk.conn, desk.actor.user_id, author) for author in authors):
        raise FourEyes(who=desk.actor.name)
    _require_checked(desk, command.checked, row)
    versions.set_status(
        desk.conn, row["id"], ("submitted",), status="approved", approver_id=desk.actor.user_id
    )
    desk.emit(trail, "ReleaseApproved", **_told(row, reason=reason))
    if draft is not None:
        studio.drop(desk.conn, draft["id"])
    if command.activate:
        _activate(desk, row, trail, reason)
    return Done(extra={"definition_id": str(row["id"]), "version": row["version"]})


def reject(desk: Desk, command: commands.RejectRelease) -> Done:
    """Refuse a version that is not at work yet; its draft is there again, as it was submitted."""
    access.authorize(desk.actor, "deploy", Subject("/"))
    reason = need_reason(command.reason)
    row, trail = _version(desk, command.definition_id)
    if row["status"] != "submitted":
        raise IllegalState(detail="只有待批准的版本可以退回")
    versions.set_status(desk.conn, row["id"], ("submitted",), status="rejected")
    draft = rows.first(desk.conn, tables.draft, definition_id=row["id"])
    if draft is not None:
        rows.change(desk.conn, tables.draft, draft["id"], definition_id=None)
    desk.emit(trail, "ReleaseRejected", **_told(row, reason=reason))
    return Done(extra={"draft_id": None if draft is None else str(draft["id"])})


def activate(desk: Desk, command: commands.ActivateRelease) -> Done:
    """Put a signed version to work."""
    access.authorize(desk.actor, "deploy", Subject("/"))
    row, trail = _version(desk, command.definition_id)
    if row["status"] != "approved":
        raise IllegalState(detail="只有已批准的版本可以启用")
    _require_checked(desk, command.checked, row)
    _activate(desk, row, trail, "")
    return Done(extra={"definition_id": str(row["id"]), "version": row["version"]})


def _activate(desk: Desk, row: RowMapping, trail: int, reason: str) -> None:
    retired = definitions.activate(desk.conn, row["key"], row["id"], desk.now, ("approved", "retired"))
    before = None if retired is None else studio.version(desk.conn, retired)
    office_duties.at_work(desk)
    desk.emit(trail, "ReleaseActivated",
              **_told(row, instead_of=before and before["version"], reason=reason))  # fmt: skip


def retire(desk: Desk, command: commands.RetireRelease) -> Done:
    """Let a version at work start nothing more; raise IllegalState while another process calls it."""
    access.authorize(desk.actor, "deploy", Subject("/"))
    reason = need_reason(command.reason)
    row, trail = _version(desk, command.definition_id)
    if row["status"] not in _RETIRABLE:
        raise IllegalState(detail="只有启用中或待启用的版本可以停用")
    calls = desk.unit.kernel.definitions.deployed(desk.conn).calls
    callers = sorted(key for key, called in calls.items() if row["key"] in called and key != row["key"])
    if callers and row["status"] == "active":
        raise IllegalState(detail=f"流程{'、'.join(callers)}还要调用它，请先修改那些流程")
    versions.set_status(desk.conn, row["id"], _RETIRABLE, status="retired")
    desk.emit(trail, "ReleaseRetired", **_told(row, reason=reason))
    return Done()


def take_back(desk: Desk, command: commands.TakeBack) -> Done:
    """Let the version before work again instead of the one at work."""
    access.authorize(desk.actor, "deploy", Subject("/"))
    reason = need_reason(command.reason)
    row, trail = _version(desk, command.definition_id)
    if row["status"] != "active":
        raise IllegalState(detail="只有启用中的版本可以撤回")
    before = _before(desk.conn, row)
    if before is None:
        raise IllegalState(detail="没有更早的版本可以恢复，如不再使用请停用")
    _require_checked(desk, command.checked, before)
    desk.emit(trail, "ReleaseTakenBack", **_told(row, reason=reason))
    _activate(desk, before, trail, reason)
    return Done(extra={"definition_id": str(before["id"]), "version": before["version"]})


def deploy(desk: Desk, command: Deploy) -> Done:
    """Publish what comes with the program; unchanged diagrams stay as they are.

    A person's release takes a second person: raises FourEyes for anybody but the program.
    """
    from tasks import release

    access.authorize(desk.actor, "deploy", Subject("/"))
    if not desk.actor.is_system:
        raise FourEyes(who=desk.actor.name)
    made: dict[str, int] = {}
    annexes = dict(command.annexes)
    deployed = desk.unit.kernel.definitions.deployed(desk.conn)
    known = {} if command.heard else _at_work_with(desk, deployed, command.files)
    for name, data in command.files:
        beside = annexes.get(name, NO_ANNEX)
        if command.heard:
            diagram = release.admit(desk.library.shipped, data, deployed, beside)
        else:
            others = release.files_of(known)
            diagram = release.check(desk.library.shipped, data, beside, deployed, others).require()
        deployed = deployed.with_graphs(diagram.processes)
        for process_id, graph in diagram.processes.items():
            made[process_id] = _publish(desk, process_id, graph.name, data, beside, command.reason)
    if not made:
        raise IllegalState(detail="没有可发布的流程图")
    office_duties.at_work(desk)
    return Done(extra={"versions": made})


def _at_work_with(
    desk: Desk, deployed: Deployed, files: tuple[tuple[str, bytes], ...]
) -> dict[str, str | bytes]:
    """Return the file of each process at work, with those being published laid over them."""
    from tasks import release

    at_work = studio.at_work(desk.conn, frozenset(deployed.calls))
    return {**at_work, **release.by_process([data for _name, data in files])}


def _publish(desk: Desk, key: str, name: str, data: bytes, annex: str, reason: str) -> int:
    trail = desk.process_trail(key)
    before = desk.unit.kernel.definitions.find_active(desk.conn, key)
    made, version = definitions.publish(desk.conn, key, name, data, desk.now, None, reason, annex)
    row = studio.version(desk.conn, made)
    assert row is not None
    if made != before:
        earlier = None if before is None else studio.version(desk.conn, before)
        told = _told(row, instead_of=earlier and earlier["version"], reason=reason)
        desk.emit(trail, "ReleaseActivated", **told)
    return version
