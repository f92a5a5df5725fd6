"""Fills the tables of the inbox and of the timers in bulk, with numbers made by the database itself."""

from __future__ import annotations

from collections.abc import Sequence

from bench.plain import Plain
from bench.workload_w import DAY_US, MONDAY
from engine.clock import to_us

#: Every filled row has an identifier above this, so that none meets one made by the program.
FIRST = 1_000_000_000_000
#: One task in this many is in somebody's hand; the rest waits in a pool.
_CLAIMED = 10
_NOW = to_us(MONDAY)


class Filler:
    """Adds cases with one open task each, each with its person, trail, instance and context."""

    def __init__(self, plain: Plain, definition_id: int, community_id: int, element: str) -> None:
        self._plain = plain
        self._definition = definition_id
        self._community = community_id
        self._element = element
        self.filled = 0

    def fill(
        self, upto: int, role: str, pools: Sequence[str], areas: Sequence[str], holders: Sequence[int]
    ) -> None:
        """Bring the number of open tasks up to `upto`, spread over pools and holders; due within 90 days."""
        if upto <= self.filled:
            return
        count = _numbers(self.filled, upto)
        area, pool, holder = _pick(areas), _pick(pools), _pick([str(user) for user in holders], text=False)
        held = f"i % {_CLAIMED} = 0"
        one = f"{FIRST} + i"
        # i * 7919 walks through the days in no order, so that due order is not the order of insertion
        due = f"{_NOW} + (i * 7919 % 90000) * {DAY_US // 1_000} - {DAY_US}"
        tables = {
            "trail (id, created_at)": f"{one}, {_NOW}",
            "person (id, name, id_sealed, id_index, id_masked, sex, birth_date, community_id, area, facts,"
            " created_at, updated_at)":
                f"{one}, '居民' || i, 'x', 'bench' || i, '110***', 'F', '1980-01-01', {self._community},"
                f" {area}, '{{}}', {_NOW}, {_NOW}",
            "case_file (id, case_no, person_id, area, status, tier, run_no, data, opened_at)":
                f"{one}, 'B' || i, {one}, {area}, 'ASSISTING', 'street', 1, '{{}}', {_NOW}",
            "instance (id, definition_id, process_id, trail_id, key, run, status, rev, state, mac,"
            " started_at)":
                f"{one}, {self._definition}, 'P', {one}, 'case:' || i, 1, 'running', 1, '{{}}', "
                f"{self._plain.bytes_literal}, {_NOW}",
            "process_context (instance_id, case_id, person_id, area, tier, run_no)":
                f"{one}, {one}, {one}, {area}, 'street', 1",
            "user_task (id, instance_id, trail_id, token, element, state, role, pool, area, assignee_id,"
            " subject_id, due_at, priority, created_at, claimed_at)":
                f"{one}, {one}, {one}, 1, '{self._element}',"
                f" CASE WHEN {held} THEN 'claimed' ELSE 'created' END, '{role}', {pool}, {area},"
                f" CASE WHEN {held} THEN {holder} END, {one}, {due}, 0, {_NOW},"
                f" CASE WHEN {held} THEN {_NOW} END",
        }  # fmt: skip
        for table, columns in tables.items():
            self._plain.bulk(f"INSERT INTO {table} {count} SELECT {columns} FROM n")
        self.filled = upto
        self._plain.bulk("ANALYZE")


def fill_timers(plain: Plain, count: int, instance_id: int, trail_id: int) -> None:
    """Bring the number of scheduled timers that are not due yet up to `count`."""
    here = int(plain.run("SELECT count(*) FROM timer WHERE state = 'scheduled'")[0][0])
    plain.bulk(
        "INSERT INTO timer (id, instance_id, trail_id, token, element, due_at, state, attempts, fired)"
        f" {_numbers(here, count)} SELECT {FIRST} + i, {instance_id}, {trail_id}, 1, 'T',"
        f" {_NOW} + {DAY_US} + i, 'scheduled', 0, 0 FROM n WHERE i < {count}"
    )
    plain.bulk("ANALYZE")


def _numbers(first: int, end: int) -> str:
    """Return the head of a statement over the numbers from `first` to before `end`."""
    begin = f"SELECT CAST({first} AS BIGINT)"
    return f"WITH RECURSIVE n(i) AS ({begin} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {end})"


def _pick(values: Sequence[str], text: bool = True) -> str:
    """Return an expression that walks through some values (by tens of `i`: free of who holds the task)."""
    whens = " ".join(f"WHEN {n} THEN " + (f"'{value}'" if text else value) for n, value in enumerate(values))
    return f"CASE (i / {_CLAIMED}) % {len(values)} {whens} END"
