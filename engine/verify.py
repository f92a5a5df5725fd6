"""Proves that nothing of the trail was changed, or says what was, where. Reads each table as a stream."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from engine import seals
from engine.chains import Doctored
from engine.codec import mapping
from engine.definitions import digest
from engine.history import GENESIS, link
from engine.live import seal_state
from engine.store import proof
from engine.store.conn import Connection
from engine.store.proof import Head

#: What may be found, as it is said.
WHAT: Mapping[str, str] = {
    "altered": "记录被改动",
    "removed": "记录被删除",
    "inserted": "插入了不是本系统写入的记录",
    "reordered": "记录的次序被调换",
    "cut": "封存之后，末尾的记录被截去",
    "resigned": "封存之后，记录被重新签写",
    "payload altered": "附带内容被改动",
    "payload removed": "附带内容被整行删除",
    "payload inserted": "附带内容没有对应的记录",
    "definition swapped": "办理所依据的流程图被调换",
    "state altered": "流程状态被改动",
    "content altered": "记录所指的内容被改动",
    "content removed": "记录所指的内容被删除",
    "content inserted": "有内容没有对应的记录",
    "seal altered": "封存记录被改动",
    "seal removed": "封存记录被删除",
    "checkpoint altered": "库外的封存文件被改动",
}
NOT_OUTSIDE = (
    "没有找到库外的封存文件，未能与之比对：末尾的记录如被截去，这里看不出来。"
    "请把保存的封存文件放回原处再核验，或在保存它的机器上核验。"
)
#: Events that say by its hash which version they are about.
_NAMES_A_VERSION = frozenset(
    {"ProcessStarted", "ProcessMigrated", "ReleaseSubmitted", "ReleaseApproved", "ReleaseActivated"}
)
#: Faults kept; a trail that was destroyed from end to end need not be told row by row.
MOST_FAULTS = 1_000


@dataclass(frozen=True, slots=True)
class Fault:
    """One finding: what, on which trail, at which event; `detail` names an instance, process or seal."""

    what: str
    trail_id: int | None = None
    seq: int | None = None
    detail: str = ""

    def __str__(self) -> str:
        place = "" if self.trail_id is None else f"轨迹{self.trail_id}"
        place += "" if self.seq is None else f"第{self.seq}条"
        return "：".join(part for part in (place, WHAT[self.what], self.detail) if part)


@dataclass(slots=True)
class Report:
    """What was read and what was found."""

    trails: int = 0
    events: int = 0
    seals: int = 0
    #: whether the file outside was there to compare with: without it a tail cut off is not seen
    outside: bool = False
    faults: list[Fault] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Tell whether nothing was found."""
        return not self.faults

    def add(self, what: str, trail_id: int | None = None, seq: int | None = None, detail: str = "") -> None:
        """Add a finding."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(what, trail_id, seq, detail))

    def as_dict(self) -> dict[str, Any]:
        """Return the report for a person (`zh`, `faults`) and for a program."""
        read = f"核验了{self.trails}条轨迹、{self.events}条记录、{self.seals}次封存"
        return {
            "ok": self.ok,
            "zh": f"{read}，全部完好。" if self.ok else f"{read}，发现{len(self.faults)}处问题：",
            "outside": self.outside,
            "note": "" if self.outside else NOT_OUTSIDE,
            "trails": self.trails,
            "events": self.events,
            "seals": self.seals,
            "faults": [str(fault) for fault in self.faults],
            "found": [
                {"what": f.what, "trail": None if f.trail_id is None else str(f.trail_id), "seq": f.seq,
                 "detail": f.detail}
                for f in self.faults
            ],
        }  # fmt: skip


def verify(
    conn: Connection, trail_key: bytes, state_key: bytes, checkpoints: Path | None = None,
    trail_id: int | None = None,
) -> Report:  # fmt: skip
    """Verify chains, payloads, diagrams, states and seals, and what the file outside was told of them.

    With `trail_id` only that trail is read, with the diagrams and seals that hold it.
    """
    report = Report()
    told = _told(report, trail_key, checkpoints)
    if trail_id is not None:
        told.heads = {trail_id: told.heads[trail_id]} if trail_id in told.heads else {}
    proof.one_snapshot(conn)
    diagrams = _diagrams(conn, report)
    _check_chains(conn, report, trail_key, told, diagrams, trail_id)
    _check_states(conn, report, state_key, trail_id)
    _check_seals(conn, report, trail_key, told, whole=trail_id is None)
    return report


@dataclass(slots=True)
class _Told:
    """What the file outside says: the last head of each trail, and the MAC of each seal."""

    heads: dict[int, Head] = field(default_factory=dict)
    macs: dict[int, bytes] = field(default_factory=dict)


def _told(report: Report, key: bytes, path: Path | None) -> _Told:
    told = _Told()
    if path is None or not path.is_file():
        return told
    last = None
    try:
        for line in seals.lines(path):
            if not seals.is_genuine(key, line):
                report.add("checkpoint altered", detail=f"第{line['n']}次封存")
                continue
            last = made = seals.read(line)
            told.macs[made.seal.n] = made.seal.mac
            told.heads.update((head.trail_id, head) for head in made.heads)
    except ValueError as fault:
        report.add("checkpoint altered", detail=str(fault))
    report.outside = last is not None  # an empty file compares with nothing
    if last is not None and seals.root(told.heads.values()) != last.seal.root:
        report.add("checkpoint altered", detail=f"第{last.seal.n}次封存缺少记录")
    return told


def _diagrams(conn: Connection, report: Report) -> dict[tuple[str, int], str]:
    """Return the content hash of every version as its XML and annex give it."""
    found = {}
    for key, version, told, xml, annex in proof.definitions(conn):
        made = digest(xml.encode(), annex)
        if made != told:
            report.add("definition swapped", detail=f"{key} v{version}")
        found[key, version] = made
    return found


def _check_chains(
    conn: Connection, report: Report, key: bytes, told: _Told, diagrams: Mapping[tuple[str, int], str],
    only: int | None,
) -> None:  # fmt: skip
    beside = _Payloads(report, key, proof.payloads(conn, only))
    missing = dict(told.heads)
    for trail_id, stream in groupby(proof.events(conn, only), itemgetter("trail_id")):
        rows = list(_sound(report, stream))
        report.trails += 1
        report.events += len(rows)
        broken = _break(key, rows)
        if broken is not None:
            for seq, what in Doctored(key, rows).findings() or [(broken, "altered")]:
                report.add(what, trail_id, seq)
        _check_head(report, rows, missing.pop(trail_id, None))
        for row in rows:
            if '"payload"' in row["data"]:
                beside.check(trail_id, row["seq"], mapping(row["data"]).get("payload"))
            if row["kind"] in _NAMES_A_VERSION:
                _check_diagram(report, row, diagrams)
    beside.finish()
    for trail_id in sorted(missing):
        report.add("cut", trail_id, 1)


def _sound(report: Report, rows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield the events whose columns hold what they are made for; a database file lets others be written."""
    for row in rows:
        number = row["seq"] if isinstance(row["seq"], int) else None
        if number is None or not isinstance(row["data"], str) or isinstance(row["hash"], str):
            report.add("altered", row["trail_id"], number)
        elif number < 1:
            report.add("inserted", row["trail_id"], number)
        else:
            yield row


def _break(key: bytes, rows: list[Mapping[str, Any]]) -> int | None:
    """Return the number of the first event that does not continue the chain; None: it is whole."""
    last, expected = GENESIS, 1
    for row in rows:
        kept = bytes(row["hash"])
        if row["seq"] != expected or not hmac.compare_digest(link(key, last, row), kept):
            return int(row["seq"])
        last, expected = kept, expected + 1
    return None


def _check_head(report: Report, rows: list[Mapping[str, Any]], head: Head | None) -> None:
    if head is None or not rows:
        return
    here = next((row for row in reversed(rows) if row["seq"] == head.seq), None)
    if rows[-1]["seq"] < head.seq:
        report.add("cut", head.trail_id, rows[-1]["seq"] + 1)
    elif here is not None and not hmac.compare_digest(bytes(here["hash"]), head.hash):
        report.add("resigned", head.trail_id, head.seq)


def _check_diagram(report: Report, row: Mapping[str, Any], diagrams: Mapping[tuple[str, int], str]) -> None:
    data = mapping(row["data"])
    version = data.get("version")
    known = diagrams.get((str(data.get("process")), version if isinstance(version, int) else 0))
    if known is None or known[:32] != data.get("diagram"):
        detail = f"{data.get('process')} v{data.get('version')}"
        report.add("definition swapped", row["trail_id"], row["seq"], detail)


class _Payloads:
    """The rows beside the chain, read in step with it."""

    def __init__(self, report: Report, key: bytes, rows: Iterator[tuple[int, int, str | None]]) -> None:
        self._report = report
        self._key = key
        self._rows = rows
        self._next = next(rows, None)

    def check(self, trail_id: int, seq: int, digest: Any) -> None:
        """Compare the payload of an event that has one; an erased one is no fault."""
        if not isinstance(digest, str):
            return
        self._pass_to((trail_id, seq))
        if self._next is None or self._next[:2] != (trail_id, seq):
            self._report.add("payload removed", trail_id, seq)
            return
        text = self._next[2]
        kept = text.encode() if isinstance(text, str) else text
        if kept is not None and hmac.digest(self._key, kept, "sha256").hex() != digest:
            self._report.add("payload altered", trail_id, seq)
        self._next = next(self._rows, None)

    def _pass_to(self, place: tuple[int, int] | None) -> None:
        while self._next is not None and (place is None or self._next[:2] < place):
            self._report.add("payload inserted", *self._next[:2])
            self._next = next(self._rows, None)

    def finish(self) -> None:
        """Report what is left: it belongs to no event."""
        self._pass_to(None)


def _check_states(conn: Connection, report: Report, key: bytes, only: int | None) -> None:
    for row in proof.states(conn, only):
        made = seal_state(key, row.id, row.definition_id, row.status, row.rev, row.state)
        if not hmac.compare_digest(made, row.mac):
            report.add("state altered", row.trail_id, detail=f"流程实例{row.id}")


def _check_seals(conn: Connection, report: Report, key: bytes, told: _Told, whole: bool) -> None:
    previous, expected, last = seals.NONE, 1, None
    for row in proof.seals(conn):
        report.seals += 1
        for number in range(expected, row.n):
            report.add("seal removed", detail=f"第{number}次封存")
        outside = told.macs.pop(row.n, row.mac)
        genuine = seals.mac(key, row) == row.mac == outside
        if not genuine or (row.n == expected and row.previous != previous):
            report.add("seal altered", detail=f"第{row.n}次封存")
        previous, expected, last = row.mac, row.n + 1, row
    for number in sorted(told.macs):
        report.add("seal removed", detail=f"第{number}次封存")
    if not whole or last is None or not report.ok:
        return
    if report.events < last.events or report.trails < last.trails:
        report.add("cut", detail=f"第{last.n}次封存时有{last.trails}条轨迹、{last.events}条记录")
