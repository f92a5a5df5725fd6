"""Compares what is kept twice: state and waiting rows, status and tokens, instances and trail (I1 to I10).

Chains, payloads and seals are proved by `engine.verify`; the doctor looks for what does not agree.
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.codec import loads
from engine.definitions import Definitions
from engine.errors import AidError
from engine.graph import HUMAN, Graph, Trigger
from engine.live import seal_state
from engine.runtime.state import State, load
from engine.store import append_only, survey
from engine.store.conn import Connection
from engine.store.proof import one_snapshot
from engine.store.survey import InstanceRow, Waits
from engine.verify import verify

#: What may be found, as it is said.
WHAT: Mapping[str, str] = {
    "chain": "轨迹核验不通过，请运行 aid595 audit verify",
    "gap": "轨迹的序号不连续",
    "state": "流程状态无法读取或被改动",
    "tasks": "待办任务与流程状态不一致",
    "timers": "定时器与流程状态不一致",
    "subscriptions": "消息等待与流程状态不一致",
    "nothing": "流程在进行中，却不等待任何事情",
    "status": "流程状态标记与实际进展不一致",
    "rev": "流程的版本号与轨迹不一致",
    "parent": "调用关系不一致",
    "version": "流程所用的版本与轨迹不一致",
    "stray": "已结束的流程仍有等待项",
    "message": "有消息未送达正在等待的流程",
    "release": "流程版本的状态与其发布轨迹不一致",
    "twice": "同一流程被重复开始或结束",
    "guard": "数据库中防止改动和删除轨迹的触发器缺失或被停用",
}
#: What each act leaves a version in.
_AFTER = {
    "ReleaseSubmitted": "submitted", "ReleaseApproved": "approved", "ReleaseRejected": "rejected",
    "ReleaseActivated": "active", "ReleaseRetired": "retired",
}  # fmt: skip
_OVER = ("completed", "cancelled", "failed")
_ENDS = {"completed": "ProcessEnded", "failed": "ProcessEnded", "cancelled": "ProcessCancelled"}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not agree: what, and where."""

    what: str
    trail_id: int | None = None
    instance_id: int | None = None
    detail: str = ""

    def __str__(self) -> str:
        place = f"流程实例{self.instance_id}" if self.instance_id is not None else ""
        if self.instance_id is None and self.trail_id is not None:
            place = f"轨迹{self.trail_id}"
        return "：".join(part for part in (place, WHAT[self.what], self.detail) if part)


def examine(conn: Connection, definitions: Definitions, trail_key: bytes, state_key: bytes) -> list[Finding]:
    """Return everything that does not agree; an empty list means that all does."""
    one_snapshot(conn)
    found = [
        Finding("gap", trail_id, detail=f"{count}条记录，末号{last}")
        for trail_id, count, last in survey.trails(conn)
        if count != last
    ]
    found += [
        Finding("chain", fault.trail_id, detail=str(fault))
        for fault in verify(conn, trail_key, state_key).faults
        if fault.what != "state altered"
    ]
    for row in survey.instances(conn):
        found += _examine(conn, definitions, state_key, row)
    found += [Finding("stray", None, owner, table) for table, owner in survey.strays(conn)]
    found += [Finding("message", detail=f"{name} {key}") for _id, name, key in survey.unheard(conn)]
    found += [Finding("twice", *place) for place in survey.repeated_starts(conn)]
    found += _releases(conn)
    found += [Finding("guard", detail=name) for name in append_only.missing(conn)]
    return found


def _releases(conn: Connection) -> Iterator[Finding]:
    """Compare where each version stands with what the trail of its process tells."""
    told: dict[tuple[str, int], tuple[int | None, str]] = {}
    for trail_id, kind, text in survey.releases(conn, _AFTER):
        data = loads(text)
        told[data["process"], data["version"]] = trail_id, _AFTER[kind]
        if data.get("instead_of") is not None:
            told[data["process"], data["instead_of"]] = trail_id, "retired"
    for place, status in survey.statuses(conn).items():
        where, wanted = told.get(place, (None, status))
        if status != wanted:
            yield Finding("release", where, detail=f"{place[0]} v{place[1]}：{wanted}、{status}")


def _examine(conn: Connection, definitions: Definitions, key: bytes, row: InstanceRow) -> Iterator[Finding]:
    seal = seal_state(key, row.id, row.definition_id, row.status, row.rev, row.state)
    try:
        state = load(row.state)
        definition = definitions.get(conn, row.definition_id)
    except (AidError, ValueError, KeyError, TypeError, IndexError) as error:
        yield Finding("state", row.trail_id, row.id, str(error))
        return
    if not hmac.compare_digest(seal, bytes(row.mac)):
        yield Finding("state", row.trail_id, row.id)
    yield from _status(conn, row, state, definition.version)
    unknown = _unknown(state, definition.graph)
    if unknown:
        yield Finding("state", row.trail_id, row.id, " ".join(sorted(unknown)))
        return
    if row.status not in _OVER:
        waits = survey.waits(conn, row.id)
        yield from _agree(row, state, definition.graph, waits)
        called = any(token.called for token in state.tokens.values())
        if not (called or waits.tasks or waits.timers or waits.subscriptions):
            yield Finding("nothing", row.trail_id, row.id)
    yield from _links(conn, row, state)


def _unknown(state: State, graph: Graph) -> set[str]:
    """Return the elements on which an instance stands or waits that its version does not have."""
    there = {token.node for token in state.tokens.values()}
    there |= {element for owner in _owners(state) for element in state.armed(owner)}
    scopes = {scope.element for scope in state.scopes.values()} - {graph.process_id}
    return (there | scopes) - graph.nodes.keys()


def _status(conn: Connection, row: InstanceRow, state: State, version: int) -> Iterator[Finding]:
    over = row.status in _OVER
    if over != (not state.tokens) or over != (row.ended_at is not None):
        yield Finding("status", row.trail_id, row.id, row.status)
    rev, end, runs = survey.last_told(conn, row.trail_id, row.id)
    if runs is not None and runs != version:
        yield Finding("version", row.trail_id, row.id, f"v{version}, v{runs}")
    if end != _ENDS.get(row.status):
        yield Finding("status", row.trail_id, row.id, f"{row.status}, {end}")
    if not row.rev <= rev <= row.rev + 1:  # a claim is told under the revision to come
        yield Finding("rev", row.trail_id, row.id, f"{row.rev}, {rev}")


def _agree(row: InstanceRow, state: State, graph: Graph, waits: Waits) -> Iterator[Finding]:
    open_tasks = Counter(
        (token.id, token.node)
        for token in state.tokens.values()
        if graph.nodes[token.node].kind in HUMAN and token.many is None
    )
    if open_tasks != Counter(waits.tasks):
        yield Finding("tasks", row.trail_id, row.id, _differ(open_tasks, Counter(waits.tasks)))
    timers = Counter((owner, element) for owner, element, _name in _armed(state, graph, _is_timer))
    stored = Counter((token, element) for token, element, _state in waits.timers)
    if timers != stored:
        yield Finding("timers", row.trail_id, row.id, _differ(timers, stored))
    if row.status == "suspended" and any(state == "scheduled" for _t, _e, state in waits.timers):
        yield Finding("timers", row.trail_id, row.id, "scheduled")
    names = Counter(_armed(state, graph, _is_told))
    if names != Counter(waits.subscriptions):
        yield Finding("subscriptions", row.trail_id, row.id, _differ(names, Counter(waits.subscriptions)))


def _is_timer(trigger: Trigger) -> bool:
    return trigger is Trigger.TIMER


def _is_told(trigger: Trigger) -> bool:
    return trigger in (Trigger.MESSAGE, Trigger.SIGNAL)


def _armed(state: State, graph: Graph, wanted: Callable[[Trigger], bool]) -> Iterator[tuple[int, str, str]]:
    """Yield (owner, element, name) of every event the state says is awaited."""
    for owner in _owners(state):
        for element in state.armed(owner):
            for event in graph.nodes[element].events:
                if wanted(event.trigger):
                    yield owner, element, event.name


def _owners(state: State) -> list[int]:
    """Return the numbers by which tokens and scopes own what waits on them."""
    return [*state.tokens, *(-scope - 1 for scope in state.scopes)]


def _differ(wanted: Counter[Any], stored: Counter[Any]) -> str:
    missing = " ".join(sorted(place[1] for place in wanted - stored))
    more = " ".join(sorted(place[1] for place in stored - wanted))
    return "；".join(part for part in (missing and f"缺少 {missing}", more and f"多出 {more}") if part)


def _links(conn: Connection, row: InstanceRow, state: State) -> Iterator[Finding]:
    """Compare both ends of every call that goes on."""
    for token in state.tokens.values():
        if token.called:
            child = survey.parent(conn, token.called)
            if child is None or child[0] in _OVER:
                yield Finding("parent", row.trail_id, row.id, f"{token.node}：被调用的流程已结束")
    if row.parent_id is not None and row.status not in _OVER:
        caller = survey.parent(conn, row.parent_id)
        tokens = {} if caller is None or caller[0] in _OVER else load(caller[1]).tokens
        if all(token.id != row.parent_token or token.called != row.id for token in tokens.values()):
            yield Finding("parent", row.trail_id, row.id, "上级流程不在等待")
