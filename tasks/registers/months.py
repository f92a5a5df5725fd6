"""Closed months: a register of an office as it stood at the end of a month, kept with its hash.

A closed month never changes. What turns out otherwise later stands as a correction in the month in which it
is found. Each month's content names the hash of the month before, so that none can be taken out or redone.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from engine.clock import from_us, local_date
from engine.codec import canonical, loads
from engine.errors import FormInvalid, IllegalState, NotFound
from tasks import access, org
from tasks.access import Subject
from tasks.commands import Done
from tasks.commands_register import CloseMonth
from tasks.desk import Desk
from tasks.queries import registers as found
from tasks.queries.measures import Period
from tasks.registers import period as periods
from tasks.registers.lines import Line, lines_of
from tasks.registers.spec import RegisterSpec, register_specs
from tasks.registers.tables import SUMMARY, Summary
from tasks.store import registers as store
from tasks.store.conn import Connection, Record

#: How long work may take from its instant to its commit; a month is not closed before that.
SETTLES = timedelta(seconds=50)
#: How many closed months are looked through for what has to be corrected.
LOOK_BACK = 12
#: Columns that name others or tell how to reach the person: a change there corrects nothing.
_NOT_CORRECTED = frozenset({"community", "step", "worker", "entered", "remark", "phone", "address"})
STRUCK = "撤回"
_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Office:
    """An office that closes months."""

    id: int
    level: str
    path: str
    name: str


def close_month(desk: Desk, command: CloseMonth) -> Done:
    """Close a month of an office on demand; raise FormInvalid for one that is not over or not next."""
    unit = org.get_unit(desk.conn, command.unit_id)
    access.authorize(desk.actor, "close_register", Subject(unit.path, area_name=unit.name))
    if unit.level not in ("street", "district"):
        raise NotFound
    if not periods.is_month(command.month) or command.month >= periods.month_of(_settled(desk.now)):
        raise FormInvalid([("month", "只能封存已经结束的月份。", "Only a month that is over can be closed.")])
    office = Office(unit.id, unit.level, unit.path, unit.name)
    if not close(desk, office, command.month):
        raise IllegalState(detail=f"{unit.name}{command.month}的台账已经封存")
    return Done(extra={"month": command.month})


def _settled(now: datetime) -> date:
    """Return the day before which everything is written: what began before midnight may commit after it."""
    return local_date(now - SETTLES)


def close(desk: Desk, office: Office, month: str) -> bool:
    """Close a month of an office; tell whether it was open. Raise IllegalState where a later one is."""
    trail = desk.matter_trail(f"unit:{office.id}")
    desk.unit.lock(trail)
    last = store.last_month(desk.conn, office.id)
    if last is not None and last >= month:
        if store.month(desk.conn, office.id, SUMMARY, month) is not None:
            return False
        raise IllegalState(detail=f"{last}已经封存，之前的月份不能再封存")
    hashes = {
        name: _keep(desk, office, name, month, content) for name, content in _contents(desk, office, month)
    }
    desk.emit(trail, "RegistersClosed", month=month, registers=hashes)
    return True


def _contents(desk: Desk, office: Office, month: str) -> Iterator[tuple[str, dict[str, Any]]]:
    period = periods.of_month(month)
    for spec in register_specs().values():
        if office.level == "street" or spec.keeper == "district":
            yield spec.id, _content(desk.conn, office, spec, month, period)
    summary = Summary(desk.conn, office.path, period).sheet(office.name, ())
    yield SUMMARY, {
        "heads": [[one.words, one.type, one.width] for one in summary.heads],
        "lines": [{"cells": list(row)} for row in summary.rows], "corrections": [],
    }  # fmt: skip


def _content(
    conn: Connection, office: Office, spec: RegisterSpec, month: str, period: Period
) -> dict[str, Any]:
    wanted = found.Wanted((office.path,), period.since, period.until)
    entries = found.entries(conn, spec, wanted, most=_MOST)
    lines = lines_of(conn, spec, list(reversed(entries)))
    return {
        "heads": [[one.zh, one.type, one.width] for one in spec.columns],
        "columns": [one.name for one in spec.columns],
        "lines": [_kept(line) for line in lines],
        "corrections": [] if spec.stock else _corrections(conn, office, spec, month, period),
    }


def _kept(line: Line) -> dict[str, Any]:
    return {
        "id": str(line.id), "n": line.n, "at": line.at, "area": line.area, "tier": line.tier,
        "case": line.case_id and str(line.case_id), "case_tier": line.case_tier,
        "person": line.person_id and str(line.person_id), "cells": list(line.cells),
    }  # fmt: skip


def line_of(kept: Mapping[str, Any]) -> Line:
    """Return a kept line as it was."""
    return Line(
        int(kept["id"]), kept["n"], kept["at"], kept["area"], kept["tier"],
        int(kept["case"]) if kept["case"] else None, kept["case_tier"],
        int(kept["person"]) if kept["person"] else None, tuple(kept["cells"]),
    )  # fmt: skip


def _corrections(
    conn: Connection, office: Office, spec: RegisterSpec, month: str, period: Period
) -> list[dict[str, Any]]:
    """Return what closed months say otherwise than the entries do now, each told once."""
    known = _told(conn, office, spec, month)
    ids = sorted({key[0] for key in known})
    entries = found.by_ids(conn, ids)
    struck = {one.id: one.struck_at for one in entries}
    now = {(line.id, line.n): line for line in lines_of(conn, spec, entries)}
    counts = [one.name not in _NOT_CORRECTED for one in spec.columns]
    made = []
    for key, (of_month, was, gone) in sorted(known.items()):
        line, at = now.get(key), struck.get(key[0])
        is_struck = at is not None and at < period.until
        if gone or line is None:
            continue
        differs = any(
            here and before != after
            for here, before, after in zip(counts, was["cells"], line.cells, strict=True)
        )
        if is_struck or differs:
            made.append(
                {"month": of_month, "was": was["cells"], "struck": is_struck, **_kept(line)}
            )
    return made


_Key = tuple[int, int]


def _told(
    conn: Connection, office: Office, spec: RegisterSpec, month: str
) -> dict[_Key, tuple[str, dict[str, Any], bool]]:
    """Return what closed months say by line: month, line, and whether it was struck out since."""
    known: dict[_Key, tuple[str, dict[str, Any], bool]] = {}
    names = [one.name for one in spec.columns]
    for row in reversed(store.earlier_months(conn, office.id, spec.id, month, LOOK_BACK)):
        content = loads(row["content"])
        if content["columns"] != names:  # the register had other columns then
            continue
        for line in content["lines"]:
            known[int(line["id"]), line["n"]] = (row["month"], line, False)
        for line in content["corrections"]:
            known[int(line["id"]), line["n"]] = (line["month"], line, line["struck"])
    return known


def _keep(desk: Desk, office: Office, register: str, month: str, content: dict[str, Any]) -> str:
    before = store.earlier_months(desk.conn, office.id, register, month, 1)
    whole = canonical(
        {"register": register, "unit": office.path, "name": office.name, "month": month,
         "previous": before[0]["hash"] if before else "", **content}
    )  # fmt: skip
    digest = hash_of(whole)
    store.keep_month(
        desk.conn, register=register, unit_id=office.id, month=month, rows=len(content["lines"]),
        corrections=len(content["corrections"]), content=whole, hash=digest, made_at=desk.now_us,
        made_by=desk.actor.user_id,
    )  # fmt: skip
    return digest


def hash_of(content: str) -> str:
    """Return the hash of a closed month's content."""
    return hashlib.sha256(content.encode()).hexdigest()


def is_intact(row: Record) -> bool:
    """Tell whether a closed month still is what was closed."""
    return secrets.compare_digest(hash_of(row["content"]), row["hash"])


def waiting(conn: Connection, now_us: int) -> list[tuple[Office, str]]:
    """Return the months that are over and not closed, the earliest of each office first."""
    first = store.first_entry(conn)
    if first is None:
        return []
    last = periods.month_before(periods.month_of(_settled(from_us(now_us))))
    closed = store.last_months(conn)
    begun = last if closed else periods.month_of(local_date(from_us(first)))
    found_open: list[tuple[Office, str]] = []
    for row in store.offices(conn):
        office = Office(row["id"], row["level"], row["path"], row["name"])
        month = periods.month_after(closed[office.id]) if office.id in closed else begun
        while month <= last:
            found_open.append((office, month))
            month = periods.month_after(month)
    return found_open
