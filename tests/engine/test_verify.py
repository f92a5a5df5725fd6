"""Every attack on a copy of the trail is found, and named with its place."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine import seals, user_tasks
from engine.clock import VirtualClock
from engine.history import By, Chain, Fact, link
from engine.store import append_only, tables
from engine.store.db import Database
from engine.verify import Fault, Report, verify
from tests.engine.desk import STATE_KEY, TRAIL_KEY, Desk, line

e = tables.event


class Case:
    """A database with two trails of some twelve events, sealed half way, and what is said of it."""

    def __init__(self, database: Database, clock: VirtualClock, folder: Path) -> None:
        self.db = database
        self.clock = clock
        self.file = folder / "checkpoints.jsonl"
        self.desk = Desk(database, clock)
        self.desk.publish(line("A", "B", "C", "D"))
        self.first, self.second = self.desk.start(), self.desk.start()
        for element in ("A", "B"):
            self.complete(element)
        self.seal()
        self.complete("C")
        self.trail = self.desk.rows(sa.select(sa.func.min(e.c.trail_id)))[0][0]

    def complete(self, element: str) -> None:
        for instance in (self.first, self.second):
            task = self.desk.tasks(instance)[element]
            with self.desk.unit() as unit:
                found = user_tasks.read(unit, task)
                user_tasks.complete(unit, found, {})
                unit.emit(found.row.trail_id, "FormSubmitted", payload={"phone": f"138{element}"})

    def seal(self) -> None:
        self.clock.advance(timedelta(hours=2))
        seals.seal(self.db, TRAIL_KEY, self.clock.now(), self.file)

    def attack(self, *statements: Any) -> None:
        # Whoever attacks owns the database and brings his own connection: nothing there can stop him.
        engine = sa.create_engine(self.db.engine.url)
        with engine.begin() as conn:
            append_only.remove(conn)
            if self.db.is_postgres:
                held = "fk_event_payload_trail_id_seq"
                conn.exec_driver_sql(f"ALTER TABLE event_payload DROP CONSTRAINT IF EXISTS {held}")
            for statement in statements:
                conn.execute(statement)
        engine.dispose()

    def report(self, file: bool = True) -> Report:
        with self.db.read() as conn:
            return verify(conn, TRAIL_KEY, STATE_KEY, self.file if file else None)

    def found(self, file: bool = True) -> list[tuple[str, int | None, int | None]]:
        return [(fault.what, fault.trail_id, fault.seq) for fault in self.report(file).faults]

    def last(self) -> int:
        return int(self.desk.rows(sa.select(sa.func.max(e.c.seq)).where(e.c.trail_id == self.trail))[0][0])

    def at(self, seq: int) -> Any:
        return sa.and_(e.c.trail_id == self.trail, e.c.seq == seq)

    def place(self, seq: int) -> dict[str, Any]:
        return {"trail_id": self.trail, "seq": seq}


@pytest.fixture
def case(database: Database, clock: VirtualClock, tmp_path: Path) -> Case:
    return Case(database, clock, tmp_path)


def test_an_honest_trail_is_whole(case: Case) -> None:
    report = case.report()
    assert report.faults == []
    assert (report.trails, report.events, report.seals) == (2, 2 * case.last(), 1)
    assert report.as_dict()["ok"] is True
    assert "全部完好" in report.as_dict()["zh"]


@pytest.mark.parametrize(
    "change",
    [{"role": "x"}, {"at": 1}, {"actor_id": 9}, {"data": "{}"}, {"element": "Z"}, {"kind": "TaskCancelled"}],
)
def test_an_altered_event_is_named(case: Case, change: dict[str, Any]) -> None:
    case.attack(sa.update(e).where(case.at(4)).values(**change))
    assert ("altered", case.trail, 4) in case.found()
    assert {place[1:] for place in case.found()} == {(case.trail, 4)}


def test_an_event_altered_with_its_value_is_named_once(case: Case) -> None:
    case.attack(sa.update(e).where(case.at(4)).values(role="x", hash=b"\1" * 32))
    assert case.found() == [("altered", case.trail, 4)]


def test_a_removed_event_is_named(case: Case) -> None:
    case.attack(sa.delete(e).where(case.at(4)))
    assert case.found() == [("removed", case.trail, 4)]


def test_a_removed_event_whose_gap_was_closed_is_named(case: Case) -> None:
    last = case.last()
    case.attack(
        sa.delete(e).where(case.at(3)),
        *(sa.update(e).where(case.at(seq)).values(seq=seq - 1) for seq in range(4, last + 1)),
    )
    assert ("removed", case.trail, 3) in case.found()
    assert ("altered", case.trail, 3) not in case.found()


def test_an_inserted_event_is_named(case: Case) -> None:
    last = case.last()
    forged = {**_row(case, 4), "kind": "TaskClaimed", "hash": b"\2" * 32}
    case.attack(
        *(sa.update(e).where(case.at(seq)).values(seq=seq + 1) for seq in range(last, 3, -1)),
        e.insert().values(**forged),
    )
    assert ("inserted", case.trail, 4) in case.found()
    assert not {"altered", "reordered"} & {what for what, *_ in case.found()}


def test_two_events_in_each_others_place_are_named(case: Case) -> None:
    case.attack(
        sa.update(e).where(case.at(4)).values(seq=99),
        sa.update(e).where(case.at(6)).values(seq=4),
        sa.update(e).where(case.at(99)).values(seq=6),
    )
    found = case.found()
    assert ("reordered", case.trail, 4) in found
    assert ("reordered", case.trail, 6) in found


def test_a_tail_cut_off_after_a_seal_is_named(case: Case) -> None:
    case.complete("D")
    case.seal()
    last = case.last()
    case.attack(
        sa.delete(tables.event_payload).where(
            tables.event_payload.c.trail_id == case.trail, tables.event_payload.c.seq > last - 3
        ),
        sa.delete(e).where(e.c.trail_id == case.trail, e.c.seq > last - 3),
    )
    assert case.found() == [("cut", case.trail, last - 2)]
    assert case.found(file=False) == [("cut", None, None)]


def test_a_whole_trail_that_vanished_after_a_seal_is_named(case: Case) -> None:
    payload = tables.event_payload
    case.attack(
        sa.delete(payload).where(payload.c.trail_id == case.trail),
        sa.delete(e).where(e.c.trail_id == case.trail),
    )
    assert case.found() == [("cut", case.trail, 1)]


def test_a_chain_written_anew_with_the_key_is_found_by_its_sealed_head(case: Case) -> None:
    rows = case.desk.rows(sa.select(e).where(e.c.trail_id == case.trail).order_by(e.c.seq))
    previous, changes = bytes(32), []
    for row in rows:
        made = dict(row._mapping)
        if made["seq"] == 3:
            made["actor_id"] = 77
        made["hash"] = previous = link(TRAIL_KEY, previous, made)
        changes.append(sa.update(e).where(case.at(made["seq"])).values(**made))
    case.attack(*changes)
    assert case.found(file=False) == []
    assert [what for what, *_ in case.found()] == ["resigned"]


def test_payloads_are_held_by_their_event_and_may_be_erased(case: Case) -> None:
    p = tables.event_payload
    places = case.desk.rows(sa.select(p.c.trail_id, p.c.seq).order_by(p.c.trail_id, p.c.seq))
    here = [sa.and_(p.c.trail_id == trail, p.c.seq == seq) for trail, seq in places]
    case.attack(sa.update(p).where(here[0]).values(payload=None))
    assert case.found() == []
    case.attack(
        sa.update(p).where(here[1]).values(payload='{"phone":"1"}'),
        sa.delete(p).where(here[2]),
        p.insert().values(trail_id=case.trail, seq=1, payload="{}"),
    )
    assert sorted(case.found()) == sorted(
        [
            ("payload altered", *places[1]),
            ("payload removed", *places[2]),
            ("payload inserted", case.trail, 1),
        ]
    )


def test_a_swapped_diagram_is_named_even_with_a_matching_digest(case: Case) -> None:
    from engine.definitions import digest

    other = line("A", "C", "D")
    d = tables.definition
    case.attack(sa.update(d).values(xml=other.decode()))
    assert ("definition swapped", None, None) in case.found()
    case.attack(sa.update(d).values(digest=digest(other)))
    found = case.found()
    assert found == [
        ("definition swapped", trail, 1) for trail in sorted({place[1] for place in found if place[1]})
    ]
    assert len(found) == 2


@pytest.mark.parametrize(
    "change", [{"status": "completed"}, {"rev": 50}, {"state": "{}"}, {"mac": b"x" * 32}]
)
def test_an_altered_state_is_named(case: Case, change: dict[str, Any]) -> None:
    i = tables.instance
    case.attack(sa.update(i).where(i.c.id == case.first).values(**change))
    assert [(fault.what, fault.detail) for fault in case.report().faults] == [
        ("state altered", f"流程实例{case.first}")
    ]


def test_seals_are_held_by_each_other_and_by_the_file(case: Case) -> None:
    case.seal()
    case.seal()
    s = tables.seal
    case.attack(sa.update(s).where(s.c.n == 2).values(events=1))
    assert [fault.what for fault in case.report().faults] == ["seal altered"]
    case.attack(sa.delete(s).where(s.c.n == 2))
    assert [fault.what for fault in case.report(file=False).faults] == ["seal removed"]
    case.attack(sa.delete(s).where(s.c.n == 3))
    assert case.found(file=False) == []
    assert [fault.detail for fault in case.report().faults] == ["第2次封存", "第3次封存"]


@pytest.mark.parametrize("spoil", [lambda line: line | {"heads": []}, lambda line: line | {"events": 0}])
def test_an_altered_file_of_checkpoints_is_named(case: Case, spoil: Callable[[Any], Any]) -> None:
    lines = [json.loads(text) for text in case.file.read_text().splitlines()]
    case.file.write_text("".join(json.dumps(spoil(line)) + "\n" for line in lines))
    assert "checkpoint altered" in {what for what, *_ in case.found()}
    case.file.write_text("not a checkpoint\n")
    assert "checkpoint altered" in {what for what, *_ in case.found()}


def test_an_emptied_file_of_checkpoints_does_not_pass_for_a_comparison(case: Case) -> None:
    assert case.report().outside
    case.file.write_text("")
    assert not case.report().outside


def test_a_line_tells_the_heads_that_moved_and_the_file_all_of_them(case: Case) -> None:
    third = case.desk.start()
    case.seal()
    first, second = (seals.read(line) for line in seals.lines(case.file))
    assert len(first.heads) == 2
    assert len(second.heads) == 3, "both old trails moved since"
    case.clock.advance(timedelta(days=1))
    case.seal()
    case.desk.complete_id(case.desk.tasks(third)["A"])
    case.seal()
    assert [len(line["heads"]) for line in seals.lines(case.file)] == [2, 3, 0, 1]
    assert case.found() == []


def test_a_clock_that_went_back_does_not_spoil_the_proof(case: Case) -> None:
    case.desk.clock = VirtualClock(datetime(2026, 1, 1, tzinfo=UTC))
    case.complete("D")
    case.seal()
    assert case.found() == []


def test_workers_that_seal_at_once_seal_one_after_the_other(case: Case, tmp_path: Path) -> None:
    now = case.clock.now()
    files = [tmp_path / f"worker{n}.jsonl" for n in range(3)]
    threads = [threading.Thread(target=seals.seal, args=(case.db, TRAIL_KEY, now, file)) for file in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert case.report().seals == 4
    for file in files:
        with case.db.read() as conn:
            assert verify(conn, TRAIL_KEY, STATE_KEY, file).ok


def test_a_fault_is_said_in_chinese() -> None:
    assert str(Fault("cut", 7, 3)) == "轨迹7第3条：封存之后，末尾的记录被截去"
    assert str(Fault("state altered", 7, None, "流程实例9")) == "轨迹7：流程状态被改动：流程实例9"


@pytest.mark.slow
def test_a_hundred_thousand_events_are_verified_in_a_minute(
    sqlite_database: Database, clock: VirtualClock
) -> None:
    at = 1_772_000_000_000_000
    rows = []
    for trail in range(1, 401):
        chain = Chain(trail)
        chain.facts = [Fact("TaskCreated", at, By(1, "r"), {"task": str(n)}, element="A") for n in range(50)]
        rows += chain.rows(TRAIL_KEY)[0]
    with sqlite_database.transaction() as conn:
        conn.execute(tables.trail.insert(), [{"id": n, "created_at": at} for n in range(1, 401)])
        conn.execute(e.insert(), rows)
    before = time.process_time()
    with sqlite_database.read() as conn:
        assert verify(conn, TRAIL_KEY, STATE_KEY).events == 20_000
    assert time.process_time() - before < 12


def _row(case: Case, seq: int) -> dict[str, Any]:
    return dict(case.desk.rows(sa.select(e).where(case.at(seq)))[0]._mapping)
