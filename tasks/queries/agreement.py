"""Whether the rows beside the trails still say what their events told: deadlines, steps, referrals, cases.

Pages and counts read these rows; a chain that is whole proves nothing of them. Forms and papers are held by
their hashes (`tasks.queries.proof`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.clock import NO_DUE, end_of_day, to_us
from engine.codec import mapping
from engine.store.tables import event, instance, trail, user_task
from tasks.store.conn import Connection, RowMapping
from tasks.store.tables import case, deadline, referral, trail_owner

#: Trails looked at together.
_SOME = 500
_COUNTED = ("DeadlineSet", "DeadlineRecomputed")
_MOVED = ("DeadlineExtended", "DeadlineSuspended", "DeadlineResumed")
_DATES = (*_COUNTED, *_MOVED, "DeadlinePending", "DeadlineMet", "DeadlineMissed", "DeadlineClosed")
_STEPS = ("TaskCreated", "TaskCompleted")
_CASES = ("CaseOpened", "CaseClosed")
_OTHERS = ("ProcessStarted", "ProcessMigrated", "ReferralMade", "OutcomeRecorded", "PersonRegistered")
#: Of an event of a date, what is no part of its arithmetic.
_BESIDE = frozenset({"nth", "old", "rule", "since", "undated"})


class Difference(NamedTuple):
    """A row that is not what its events tell: removed, inserted or altered, and which of it."""

    what: str
    trail_id: int
    seq: int | None
    detail: str


class _Event(NamedTuple):
    seq: int
    kind: str
    element: str | None
    instance_id: int | None
    actor_id: int | None
    data: Mapping[str, Any]


def differences(conn: Connection, only: int | None = None) -> Iterator[Difference]:
    """Yield what the rows beside every trail, or beside one, say otherwise than its events."""
    if only is not None:
        yield from _some(conn, [only])
        return
    query = sa.select(trail.c.id).order_by(trail.c.id)
    for ids in conn.execute(query, execution_options={"yield_per": _SOME}).scalars().partitions():
        yield from _some(conn, ids)


def _some(conn: Connection, trails: Sequence[int]) -> Iterator[Difference]:
    told = _events(conn, trails)
    dates = _rows(conn, deadline, deadline.c.trail_id, trails)
    steps = _rows(conn, user_task, user_task.c.trail_id, trails)
    cases = _rows(conn, case, case.c.id, trails)
    runs = _rows(conn, instance, instance.c.trail_id, trails)
    referred = _rows(conn, referral, referral.c.case_id, trails)
    owners = _rows(conn, trail_owner, trail_owner.c.trail_id, trails)
    for one in trails:
        events = told.get(one, [])
        yield from _dates(one, events, dates.get(one, []))
        yield from _steps(one, events, steps.get(one, []))
        yield from _runs(one, events, runs.get(one, []))
        yield from _referrals(one, events, referred.get(one, []))
        yield from _case(one, events, cases.get(one, []))
        yield from _owner(one, events, owners.get(one, []))


def _events(conn: Connection, trails: Sequence[int]) -> dict[int, list[_Event]]:
    e = event.c
    query = sa.select(e.trail_id, e.seq, e.kind, e.element, e.instance_id, e.actor_id, e.data).where(
        e.trail_id.in_(trails), e.kind.in_((*_DATES, *_STEPS, *_CASES, *_OTHERS))
    )
    found: dict[int, list[_Event]] = {}
    for row in conn.execute(query.order_by(e.trail_id, e.seq)):
        found.setdefault(row[0], []).append(_Event(*row[1:6], mapping(row[6])))
    return found


def _rows(
    conn: Connection, table: sa.Table, trail_id: sa.Column[Any], trails: Sequence[int]
) -> dict[int, list[RowMapping]]:
    found: dict[int, list[RowMapping]] = {}
    query = sa.select(table).where(trail_id.in_(trails)).order_by(*table.primary_key)
    for row in conn.execute(query).mappings():
        found.setdefault(row[trail_id.key], []).append(row)
    return found


@dataclass
class _Date:
    """What the events tell of one deadline."""

    seq: int
    counted: dict[str, Any] = field(default_factory=dict)
    effective: str | None = None
    stands: str | None = None
    done: str | None = None
    is_missed: bool = False
    closed: str | None = None

    def hear(self, one: _Event) -> None:
        """Take in an event."""
        data = one.data
        if one.kind in _COUNTED:
            self.seq = one.seq
            self.counted = {name: value for name, value in data.items() if name not in _BESIDE}
            self.effective = data.get("effective")
        elif one.kind in _MOVED:
            self.seq = one.seq
            self.is_missed = False
            self.effective = data.get("new", self.effective)
            self.stands = data.get("on") if one.kind == "DeadlineSuspended" else None
        elif one.kind == "DeadlineClosed":
            self.closed = data.get("reason")
        elif one.kind in ("DeadlineMet", "DeadlineMissed"):
            self.is_missed = self.is_missed or one.kind == "DeadlineMissed"
            self.done = data.get("on", self.done)

    def unlike(self, row: RowMapping) -> Iterator[str]:
        """Yield what a row says otherwise."""
        kept = mapping(row["arithmetic"])
        if self.counted and {name: v for name, v in kept.items() if name not in _BESIDE} != self.counted:
            yield "算式"
        literal, trigger = self.counted.get("literal"), self.counted.get("trigger")
        if self.counted and (row["due_literal"], row["trigger_on"]) != (literal, trigger):
            yield "起算日"
        if row["due_effective"] != self.effective or row["due_at"] != self._instant(kept):
            yield "到期日"
        if row["suspended_on"] != self.stands:
            yield "中止日"
        if (row["missed_at"] is not None) != self.is_missed or row["closed_reason"] != self.closed:
            yield "是否逾期或终止"
        if not self._may_be_done(row) or not _is_judged(row):
            yield "完成日"

    def _instant(self, kept: Mapping[str, Any]) -> int:
        if self.effective is None or self.stands is not None or kept.get("undated"):
            return NO_DUE
        return to_us(end_of_day(date.fromisoformat(self.effective)))

    def _may_be_done(self, row: RowMapping) -> bool:
        """Tell whether a row may be done on its day; what is done after it was missed has no event."""
        if self.done is None and self.is_missed:
            return True
        return bool(row["completed_on"] == self.done and (row["completed_at"] is None) == (self.done is None))


def _is_judged(row: RowMapping) -> bool:
    """Tell whether met or not follows from the two days; while a clock stands no day is too late."""
    done, due = row["completed_on"], row["due_effective"]
    if row["met"] is None or done is None or due is None:
        return row["met"] is None or done is not None
    return bool(row["met"] == (done <= due) or (row["met"] and row["suspended_on"]))


def _dates(trail_id: int, events: list[_Event], rows: list[RowMapping]) -> Iterator[Difference]:
    told: dict[tuple[str, int], _Date] = {}
    for one in events:
        if one.kind in _DATES:
            place = (str(one.data.get("rule")), int(one.data.get("nth") or 0))
            told.setdefault(place, _Date(one.seq)).hear(one)
    for row in rows:
        name = f"期限 {row['rule_id']} 第{row['nth']}次"
        known = told.pop((row["rule_id"], row["nth"]), None)
        if known is None:
            yield Difference("content inserted", trail_id, None, name)
            continue
        for what in known.unlike(row):
            yield Difference("content altered", trail_id, known.seq, f"{name} {what}")
    for (rule, nth), known in told.items():
        yield Difference("content removed", trail_id, known.seq, f"期限 {rule} 第{nth}次")


def _steps(trail_id: int, events: list[_Event], rows: list[RowMapping]) -> Iterator[Difference]:
    made, done = ({str(e.data.get("task")): e for e in events if e.kind == kind} for kind in _STEPS)
    renamed = {e.instance_id for e in events if e.kind == "ProcessMigrated"}
    for row in rows:
        created, completed = made.pop(str(row["id"]), None), done.get(str(row["id"]))
        name = f"环节 {row['element']}"
        if created is None:
            yield Difference("content inserted", trail_id, None, name)
        elif (row["state"] == "completed") != (completed is not None):
            yield Difference("content altered", trail_id, (completed or created).seq, f"{name} 状态")
        elif completed is not None and row["ended_by"] != completed.actor_id:
            yield Difference("content altered", trail_id, completed.seq, f"{name} 办理人")
        elif row["element"] != created.element and row["instance_id"] not in renamed:
            yield Difference("content altered", trail_id, created.seq, f"环节 {created.element}")
    for one in made.values():
        yield Difference("content removed", trail_id, one.seq, f"环节 {one.element}")


def _runs(trail_id: int, events: list[_Event], rows: list[RowMapping]) -> Iterator[Difference]:
    begun = {e.instance_id: e for e in events if e.kind == "ProcessStarted"}
    for row in rows:
        known = begun.pop(row["id"], None)
        if known is None:
            yield Difference("content inserted", trail_id, None, f"流程实例{row['id']}")
        elif row["process_id"] != known.data.get("process"):
            yield Difference("content altered", trail_id, known.seq, f"流程实例{row['id']}")
    for one in begun.values():
        yield Difference("content removed", trail_id, one.seq, f"流程实例{one.instance_id}")


def _referrals(trail_id: int, events: list[_Event], rows: list[RowMapping]) -> Iterator[Difference]:
    """Compare referrals; two runs of a case may have one of the same number each."""
    made: dict[tuple[Any, ...], list[int]] = {}
    outcomes: dict[tuple[Any, ...], int] = {}
    for one in events:
        what = (one.data.get("tier"), one.data.get("seq"))
        if one.kind == "ReferralMade":
            known = (*what, *(one.data.get(name) for name in ("employer", "post", "on")))
            made.setdefault(known, []).append(one.seq)
        elif one.kind == "OutcomeRecorded":
            outcomes[*what, one.data.get("outcome")] = one.seq
    for row in rows:
        place, name = (row["tier"], row["seq"]), f"推荐 {row['tier']} 第{row['seq']}次"
        told = made.get((*place, row["employer"], row["post"], row["referred_on"]))
        if not told:
            yield Difference("content altered", trail_id, None, name)
            continue
        seq = told.pop()
        if row["outcome"] is not None and (*place, row["outcome"]) not in outcomes:
            yield Difference("content altered", trail_id, seq, f"{name} 结果")
    missing = sum(e.kind == "ReferralMade" for e in events) - len(rows)
    gone = [(seq, known) for known, seqs in made.items() for seq in seqs]
    for seq, (tier, number, *_rest) in gone[: max(missing, 0)]:
        yield Difference("content removed", trail_id, seq, f"推荐 {tier} 第{number}次")


def _case(trail_id: int, events: list[_Event], rows: list[RowMapping]) -> Iterator[Difference]:
    made, ended = (next((e for e in events if e.kind == kind), None) for kind in _CASES)
    for row in rows:
        name = f"案件 {row['case_no']}"
        if made is None:
            yield Difference("content inserted", trail_id, None, name)
            continue
        if (row["case_no"], str(row["person_id"])) != (made.data.get("case_no"), made.data.get("person")):
            yield Difference("content altered", trail_id, made.seq, f"{name} 编号或人员")
        status = "active" if ended is None else ended.data.get("status")
        if row["status"] != status or (row["closed_at"] is None) != (ended is None):
            yield Difference("content altered", trail_id, (ended or made).seq, f"{name} 状态")
    if made is not None and not rows:
        yield Difference("content removed", trail_id, made.seq, f"案件 {made.data.get('case_no')}")


def _owner(trail_id: int, events: list[_Event], rows: list[RowMapping]) -> Iterator[Difference]:
    """Compare whose a trail is said to be with the person its first event names."""
    named = next((e for e in events if e.kind in ("CaseOpened", "PersonRegistered")), None)
    if named is not None and [str(row["person_id"]) for row in rows] != [named.data.get("person")]:
        yield Difference("content altered", trail_id, named.seq, "轨迹所属人员")
