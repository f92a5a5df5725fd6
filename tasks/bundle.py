"""One case's trail as a file for somebody outside: every event with its link, what proves it, the diagrams.

Nothing of a person is in it: values of forms stand beside the chain, which holds only their HMAC (SEC-P5).
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

from engine.clock import from_us
from engine.errors import NotFound
from engine.store import proof as store
from tasks.actor import SYSTEM
from tasks.app import App
from tasks.desk import Desk
from tasks.queries.proof import prove
from tasks.selftest import NotReady
from tasks.store import market
from tasks.store.conn import Connection, RowMapping

READ_ME = """一个援助档案的完整轨迹 · The whole trail of one case

events.jsonl     每行一条记录，hash 由前一条的 hash 和本条全部字段用密钥算出（HMAC-SHA256）
proof.json       导出时的核验结果
checkpoints.txt  库外的封存文件：各次封存的根值
diagrams/        办理所依据的流程图，编号与 ProcessStarted 记录里的 diagram 相符（SHA-256）
manifest.json    以上各文件的 SHA-256

核对：在原系统运行 aid595 audit verify；密钥不在本文件里。
To check: run aid595 audit verify where it came from; the key is not in this file.
"""


def bundle(app: App, named: str, file: Path, reason: str, checkpoints: Path) -> int:
    """Write the trail of a case (its number or id) to a new zip file; return how many events it holds.

    That it was handed out is itself an event. Raises NotFound or NotReady.
    """
    if file.exists():
        raise NotReady(problem=f"{file} 已经存在，请换一个文件名。")
    if not file.parent.is_dir():
        raise NotReady(problem=f"没有文件夹 {file.parent}，请先建立。")

    def note(desk: Desk) -> int:
        found = market.case_of(desk.conn, named)
        if found is None:
            raise NotFound(zh=f"没有档案“{named}”，请核对档案编号。", en=f"No case {named}.")
        desk.emit(found["id"], "TrailExported", reason=reason)
        return int(found["id"])

    case_id = app.run(note, SYSTEM)
    with app.read() as conn:
        members = _members(app, conn, case_id, reason)
    if checkpoints.is_file():
        members["checkpoints.txt"] = checkpoints.read_bytes()
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(members.items())}
    members["manifest.json"] = _json(digests)
    part = file.with_name(f".{file.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as made:
            for name, data in members.items():
                made.writestr(name, data)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return members["events.jsonl"].count(b"\n")


def _members(app: App, conn: Connection, case_id: int, reason: str) -> dict[str, bytes]:
    case = market.case_of(conn, str(case_id))
    if case is None:
        raise NotFound
    events = store.events_of(conn, case_id)
    members = {
        "README.txt": READ_ME.encode(),
        "events.jsonl": b"".join(_line(event) for event in events),
        "proof.json": _json(_proof(app, conn, case, reason)),
    }
    for key, version, _digest, xml in store.diagrams_of(conn, case_id):
        members[f"diagrams/{key}_v{version}.bpmn"] = xml.encode()
    return members


def _proof(app: App, conn: Connection, case: RowMapping, reason: str) -> dict[str, Any]:
    result = prove(conn, app.keys.trail, case["id"])
    return {
        "case_id": str(case["id"]), "case_no": case["case_no"], "reason": reason,
        "exported_at": app.clock.now().isoformat(), "events": result.events, "whole": result.ok,
        "faults": list(result.faults),
    }  # fmt: skip


def _line(event: Any) -> bytes:
    plain = {
        name: value.hex() if isinstance(value, bytes | memoryview) else value for name, value in event.items()
    }
    plain |= {"trail_id": str(event["trail_id"]), "time": from_us(event["at"]).isoformat()}
    return json.dumps(plain, ensure_ascii=False).encode() + b"\n"


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"
