"""Persons and households: one file a person, found by name, telephone or identity number.

The identity number is sealed and found through a blind index (SEC-P2); what is shown is masked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.clock import local_date, to_us
from engine.codec import dumps, loads
from engine.errors import DuplicatePerson, FormInvalid, NotFound
from engine.ids import new_id
from tasks import id_papers, org
from tasks.actor import Actor
from tasks.crypto import Keys
from tasks.decision_inputs import Family
from tasks.facts import FACTS, stored
from tasks.id_papers import UNSAID, Paper
from tasks.idno import IdNumber
from tasks.store import people as store
from tasks.store.conn import Connection, Record, RowMapping
from tasks.text import clean_line

_PHONE = re.compile(r"\+?[0-9][0-9 -]{5,18}[0-9]", re.ASCII)


@dataclass(frozen=True, slots=True)
class FactChange:
    """A fact that now has another value."""

    name: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What a file is opened with, checked."""

    name: str
    number: IdNumber
    unit: org.Unit
    phone: str = ""
    address: str = ""
    household_id: int | None = None
    id_kind: str = ""


def faults(
    name: str, id_no: str, phone: str, now: datetime, paper: Paper = UNSAID
) -> list[tuple[str, str, str]]:
    """Return what is wrong with what was typed about a new person: (field, Chinese, English)."""
    problems: list[tuple[str, str, str]] = []
    if not 1 < len(clean_line(name)) <= 50 or re.search(r"\d", name):
        problems.append(("name", "请填写姓名，2至50个字，不含数字。", "Enter the name, 2 to 50 characters."))
    return problems + id_papers.read(id_no, paper, local_date(now))[1] + phone_of(phone)[1]


def register_person(
    conn: Connection,
    keys: Keys,
    actor: Actor,
    now: datetime,
    *,
    name: str,
    id_no: str,
    community_id: int,
    paper: Paper = UNSAID,
    phone: str = "",
    address: str = "",
    facts: Mapping[str, Any] | None = None,
    household_id: int | None = None,
) -> int:
    """Open a person's file and return its id; raise FormInvalid, DuplicatePerson or NotFound."""
    problems = faults(name, id_no, phone, now, paper)
    number, _wrong = id_papers.read(id_no, paper, local_date(now))
    if problems or number is None:
        raise FormInvalid(problems)
    name, phone = clean_line(name), phone_of(phone)[0]
    unit = org.get_unit(conn, community_id)
    if unit.level != "community" or not unit.active:
        raise FormInvalid([("community_id", "请选择到社区（村）一级。", "Choose a community.")])
    index = keys.blind("id_no", number.value)
    _refuse_duplicate(conn, index)
    row, tokens = new_row(keys, now, NewPerson(name, number, unit, phone, address, household_id, paper.kind))
    person_id: int = row["id"]
    store.insert_person(conn, **row)
    store.replace_tokens(conn, person_id, tokens)
    if facts:
        write_facts(conn, person_id, facts, actor, now, source="registration")
    return person_id


def new_row(keys: Keys, now: datetime, person: NewPerson) -> tuple[dict[str, Any], set[str]]:
    """Return the row of a new file, without facts, and the tokens it is found by."""
    person_id = new_id()
    row = {
        "id": person_id,
        "name": person.name,
        "id_sealed": keys.seal(person.number.value, _place(person_id)),
        "id_index": keys.blind("id_no", person.number.value),
        "id_kind": person.id_kind or id_papers.kind_of(person.number.value),
        "id_masked": person.number.masked,
        "sex": person.number.sex,
        "birth_date": person.number.birth_date.isoformat(),
        "phone": person.phone or None,
        "address": clean_line(person.address)[:200] or None,
        "community_id": person.unit.id,
        "area": person.unit.path,
        "household_id": person.household_id,
        "facts": "{}",
        "created_at": to_us(now),
        "updated_at": to_us(now),
    }
    return row, _tokens(person.name, person.phone)


def _place(person_id: int) -> str:
    return f"person.id_no:{person_id}"


def phone_of(raw: str) -> tuple[str, list[tuple[str, str, str]]]:
    """Return a telephone as it is stored, and what is wrong with it as it was typed."""
    phone = unicodedata.normalize("NFKC", raw or "").strip()
    if phone and not _PHONE.fullmatch(phone):
        return phone, [("phone", "联系电话只填数字，例如13800001234或010-69441234。", "Enter digits only.")]
    return phone, []


def _refuse_duplicate(conn: Connection, index: str) -> None:
    there = store.person_by_index(conn, index)
    if there is not None:
        raise DuplicatePerson(name=there["name"], person_id=str(there["id"]), area=there["area"])


def alike(
    conn: Connection, keys: Keys, now: datetime, name: str, id_no: str, paper: Paper
) -> list[RowMapping]:
    """Return whose file has the same name and date of birth; none where the number itself is on file."""
    number, _wrong = id_papers.read(id_no, paper, local_date(now))
    if number is None or store.person_by_index(conn, keys.blind("id_no", number.value)) is not None:
        return []
    return store.persons_alike(conn, clean_line(name), number.birth_date.isoformat())


def get_person(conn: Connection, person_id: int, lock: bool = False) -> RowMapping:
    """Return a person row; raise NotFound."""
    row = store.person_by_id(conn, person_id, lock)
    if row is None:
        raise NotFound
    return row


def persons(conn: Connection, ids: list[int]) -> dict[int, RowMapping]:
    """Return some persons by id."""
    return store.persons_by_ids(conn, ids)


def reveal_id(conn: Connection, keys: Keys, person_id: int) -> str:
    """Return the whole identity number. The caller checks the right and writes RecordViewed."""
    return keys.open(get_person(conn, person_id)["id_sealed"], _place(person_id))


def find_by_id_no(conn: Connection, keys: Keys, id_no: str) -> RowMapping | None:
    """Return the person of an identity number as typed, or None."""
    return store.person_by_index(conn, keys.blind("id_no", id_papers.normalise(id_no)))


def write_facts(
    conn: Connection,
    person_id: int,
    values: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    *,
    source: str,
    since: date | None = None,
    event_id: int | None = None,
) -> list[FactChange]:
    """Set facts from a form, an import or the record, with date and source; return what really changed.

    `source` is a task id, a command or a file; `since` the civil date from which it holds (default: today).
    None takes a fact back to "not known". Sex and date of birth come from the identity number alone:
    a value that contradicts it is refused with FormInvalid.
    """
    row = get_person(conn, person_id, lock=True)
    current: dict[str, Any] = loads(row["facts"])
    changes = _changes(row, current, values)
    if not changes:
        return []
    told = {
        "person_id": person_id, "since": (since or local_date(now)).isoformat(), "source": source,
        "event_id": event_id, "user_id": actor.user_id, "recorded_at": to_us(now),
    }  # fmt: skip
    store.insert_facts(
        conn,
        [{**told, "id": new_id(), "name": change.name, "value": dumps(change.new)} for change in changes],
    )
    kept = current | {change.name: change.new for change in changes}
    facts = dumps({name: value for name, value in kept.items() if value is not None})
    store.update_person(conn, person_id, facts=facts, updated_at=to_us(now))
    return changes


def _changes(row: RowMapping, current: Mapping[str, Any], values: Mapping[str, Any]) -> list[FactChange]:
    changes: list[FactChange] = []
    for name, value in values.items():
        new = stored(name, value)
        if FACTS[name].derived:
            _hold_to_id(name, new, row)
        elif new != current.get(name):
            changes.append(FactChange(name, current.get(name), new))
    return changes


def _hold_to_id(name: str, value: Any, row: RowMapping) -> None:
    if value is not None and value != row[name]:
        zh = f"{FACTS[name].zh}与证件不一致。请核对；证件号码有误时先更正档案。"
        raise FormInvalid([(name, zh, f"“{FACTS[name].en}” contradicts the identity number.")])


def fact_history(conn: Connection, person_id: int, name: str | None = None) -> list[RowMapping]:
    """Return the history of a person's facts, newest first; `value` is JSON text."""
    return store.fact_rows(conn, person_id, name)


def update_contact(
    conn: Connection, person_id: int, now: datetime, phone: str | None = None, address: str | None = None
) -> None:
    """Change telephone or address; raise FormInvalid."""
    row = get_person(conn, person_id, lock=True)
    values: dict[str, Any] = {"updated_at": to_us(now)}
    if phone is not None:
        phone, problem = phone_of(phone)
        if problem:
            raise FormInvalid(problem)
        values["phone"] = phone or None
        store.replace_tokens(conn, person_id, _tokens(row["name"], phone))
    if address is not None:
        values["address"] = clean_line(address)[:200] or None
    store.update_person(conn, person_id, **values)


def move_to_community(conn: Connection, person_id: int, community_id: int, now: datetime) -> tuple[str, str]:
    """Put a person under another community; return the area paths before and after."""
    row = get_person(conn, person_id, lock=True)
    unit = org.get_unit(conn, community_id)
    if unit.level != "community" or not unit.active:
        raise FormInvalid([("to_community", "请选择到社区（村）一级。", "Choose a community.")])
    store.update_person(conn, person_id, community_id=unit.id, area=unit.path, updated_at=to_us(now))
    return row["area"], unit.path


def make_household(
    conn: Connection, member_ids: list[int], now: datetime, urban: bool | None = None, address: str = ""
) -> int:
    """Link persons as one household and return its id; a person leaves the household he was in."""
    household_id = new_id()
    store.insert_household(
        conn, id=household_id, urban=urban, address=clean_line(address)[:200] or None, created_at=to_us(now)
    )
    for person_id in member_ids:
        join_household(conn, person_id, household_id, now)
    return household_id


def join_household(conn: Connection, person_id: int, household_id: int | None, now: datetime) -> None:
    """Put a person into a household, or into none."""
    get_person(conn, person_id)
    store.update_person(conn, person_id, household_id=household_id, updated_at=to_us(now))


def household_members(conn: Connection, person: Record) -> list[RowMapping]:
    """Return all members of a person's household, the person included; none where no household is linked."""
    if person["household_id"] is None:
        return []
    return store.members_of(conn, person["household_id"])


#: End codes with which somebody no longer lives in the household.
GONE = frozenset({"END-DIED", "END-MOVED"})


def family_of(conn: Connection, person: Record) -> Family:
    """Return the household of a person as the tables read it: without members who died or moved away."""
    if person["household_id"] is None:
        return Family(jobs=store.jobs_of(conn, [person["id"]]))
    members = store.living_members(conn, person["household_id"], GONE)
    jobs = store.jobs_of(conn, [person["id"], *(one["id"] for one in members)])
    return Family(members, jobs, store.household_urban(conn, person["household_id"]))


def _letters(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(char for char in folded if char.isalnum())


def _tokens(name: str, phone: str | None) -> set[str]:
    letters = _letters(name)
    grams = {letters[n : n + size] for size in (1, 2) for n in range(len(letters) - size + 1)}
    digits = re.sub(r"\D", "", phone or "")
    return grams | ({f"#{digits}", f"#{digits[-4:]}"} if digits else set())


def search(conn: Connection, keys: Keys, text: str, areas: list[str], limit: int = 50) -> list[RowMapping]:
    """Find persons of some areas by part of the name, identity number, telephone or its last four digits.

    A name of two characters is found by both or by one (R12). An empty text finds nobody.
    """
    wanted = id_papers.normalise(text)
    if not areas or not wanted:
        return []
    if id_papers.may_be_number(wanted):
        row = find_by_id_no(conn, keys, wanted)
        if row is not None:
            return [row] if any(row["area"].startswith(area) for area in areas) else []
    if re.fullmatch(r"[0-9+-]{4,}", wanted, re.ASCII):
        digits = re.sub(r"\D", "", wanted)
        return store.search_persons(conn, [f"#{digits}"], areas, limit)
    letters = _letters(text)[:20]
    grams = [letters[n : n + 2] for n in range(len(letters) - 1)] or [letters]
    return store.search_persons(conn, grams, areas, limit) if letters else []
