"""Persons, their facts and what the decision tables read of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.clock import VirtualClock, local_date
from engine.codec import dumps, loads
from engine.decisions import DecisionTable, parse_dmn
from engine.errors import DuplicatePerson, FormInvalid, NotFound
from engine.store.db import Database
from tasks import idno, org, people
from tasks.actor import SYSTEM, Actor
from tasks.crypto import Keys, new_keys
from tasks.decision_inputs import Family, decision_inputs, full_years, load_thresholds
from tasks.facts import FACTS
from tasks.store.conn import Connection

BPMN = Path(__file__).parents[2] / "bpmn"
THRESHOLDS = load_thresholds(BPMN)
ON = date(2026, 3, 9)


def id_no(born: date = date(1984, 1, 1), serial: int = 2) -> str:
    """Make a number; an odd serial is a man's."""
    first = f"110113{born:%Y%m%d}{serial:03d}"
    return first + idno.check_character(first)


@pytest.fixture
def keys() -> Keys:
    return new_keys()


def register(conn: Connection, keys: Keys, clock: VirtualClock, name: str = "王秀英", **more: Any) -> int:
    unit = org.ensure_unit(conn, "顺义区", more.pop("street", "仁和镇"), "河南村")
    given = {"id_no": id_no(), "community_id": unit.id, **more}
    return people.register_person(conn, keys, SYSTEM, clock.now(), name=name, **given)


def test_a_person_is_kept_with_the_number_sealed(database: Database, keys: Keys, clock: VirtualClock) -> None:
    with database.transaction() as conn:
        person = register(conn, keys, clock, phone="13800001234")
    with database.read() as conn:
        row = people.get_person(conn, person)
        assert (row["sex"], row["birth_date"], row["id_masked"]) == ("F", "1984-01-01", "110113********0023")
        assert id_no() not in str(dict(row))
        assert people.reveal_id(conn, keys, person) == id_no()


def test_the_second_file_for_a_number_is_refused_with_the_way_to_the_first(
    database: Database, keys: Keys, clock: VirtualClock
) -> None:
    with database.transaction() as conn:
        person = register(conn, keys, clock)
        with pytest.raises(DuplicatePerson) as refused:
            register(conn, keys, clock, "另一人", street="马坡镇")
    assert refused.value.data["person_id"] == str(person)
    assert "王秀英" in refused.value.sentence()


def test_all_that_is_wrong_with_a_new_person_is_said_at_once(
    sqlite_database: Database, keys: Keys, clock: VirtualClock
) -> None:
    with sqlite_database.transaction() as conn, pytest.raises(FormInvalid) as refused:
        register(conn, keys, clock, "", id_no="123", phone="call me")
    assert [problem[0] for problem in refused.value.problems] == ["name", "id_no", "phone"]


def test_a_person_belongs_to_a_community_and_not_to_a_street(
    sqlite_database: Database, keys: Keys, clock: VirtualClock
) -> None:
    with sqlite_database.transaction() as conn:
        street = org.ensure_unit(conn, "顺义区", "仁和镇")
        with pytest.raises(FormInvalid):
            register(conn, keys, clock, community_id=street.id)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("王芳", ["王芳"]),
        ("芳", ["王芳"]),
        ("王", ["王秀英", "王芳"]),
        ("秀英", ["王秀英"]),
        ("王英", []),
        ("阿依古丽·买买提", ["阿依古丽·买买提"]),
        ("依古丽买", ["阿依古丽·买买提"]),
        ("1234", ["王秀英"]),
        ("13800001234", ["王秀英"]),
        (id_no(), ["王秀英"]),
        (id_no().lower() + " ", ["王秀英"]),
        ("", []),
        ("%", []),
        ("_", []),
    ],
)
def test_a_person_is_found(
    database: Database, keys: Keys, clock: VirtualClock, text: str, found: list[str]
) -> None:
    with database.transaction() as conn:
        register(conn, keys, clock, phone="13800001234")
        register(conn, keys, clock, "王芳", id_no=id_no(serial=4))
        register(conn, keys, clock, "阿依古丽·买买提", id_no=id_no(serial=6))
        hits = people.search(conn, keys, text, ["/1/"])
    assert sorted(row["name"] for row in hits) == sorted(found)


def test_nobody_outside_the_areas_is_found(database: Database, keys: Keys, clock: VirtualClock) -> None:
    with database.transaction() as conn:
        register(conn, keys, clock)
        elsewhere = org.ensure_unit(conn, "顺义区", "马坡镇").path
        for text in ("王秀英", id_no(), "1234"):
            assert people.search(conn, keys, text, [elsewhere]) == []
            assert people.search(conn, keys, text, []) == []


def test_facts_keep_their_history_with_date_source_and_author(
    database: Database, keys: Keys, clock: VirtualClock
) -> None:
    worker = Actor(7, "李四")
    with database.transaction() as conn:
        person = register(conn, keys, clock, facts={"urban": True})
        first = people.write_facts(
            conn, person, {"wish": True, "urban": True, "unemployed_since": date(2025, 3, 1)}, worker,
            clock.now(), source="P03_Form", event_id=5,
        )  # fmt: skip
        second = people.write_facts(
            conn, person, {"wish": None}, worker, clock.now(), source="P21_Visit", since=date(2026, 3, 1)
        )
        history = people.fact_history(conn, person, "wish")
        row = people.get_person(conn, person)
    assert [(change.name, change.old, change.new) for change in first] == [
        ("wish", None, True),
        ("unemployed_since", None, "2025-03-01"),
    ]
    assert [(change.name, change.new) for change in second] == [("wish", None)]
    assert [(line["value"], line["source"], line["since"], line["user_id"]) for line in history] == [
        ("null", "P21_Visit", "2026-03-01", 7),
        ("true", "P03_Form", local_date(clock.now()).isoformat(), 7),
    ]
    assert loads(row["facts"]) == {"urban": True, "unemployed_since": "2025-03-01"}


@pytest.mark.parametrize(
    "facts",
    [{"no_such": 1}, {"urban": "maybe"}, {"family_economy": "RICH"}, {"unemployed_since": "2025-02-30"},
     {"family_income": "NaN"}, {"family_income": -1}, {"placement_count": True}, {"benefits": "none"}],
)  # fmt: skip
def test_a_fact_that_does_not_fit_is_refused(
    sqlite_database: Database, keys: Keys, clock: VirtualClock, facts: dict[str, Any]
) -> None:
    with sqlite_database.transaction() as conn, pytest.raises(FormInvalid):
        register(conn, keys, clock, facts=facts)


def test_sex_and_birth_come_from_the_number_and_contradiction_is_refused(
    sqlite_database: Database, keys: Keys, clock: VirtualClock
) -> None:
    with sqlite_database.transaction() as conn:
        person = register(conn, keys, clock)
        assert people.write_facts(conn, person, {"sex": "F"}, SYSTEM, clock.now(), source="x") == []
        with pytest.raises(FormInvalid):
            people.write_facts(conn, person, {"sex": "M"}, SYSTEM, clock.now(), source="x")


def test_a_person_moves_to_another_community_and_is_found_there(
    database: Database, keys: Keys, clock: VirtualClock
) -> None:
    with database.transaction() as conn:
        person = register(conn, keys, clock)
        there = org.ensure_unit(conn, "顺义区", "马坡镇", "西村")
        before, after = people.move_to_community(conn, person, there.id, clock.now())
        assert after == there.path
        assert people.search(conn, keys, "王秀英", [before]) == []
        assert [row["id"] for row in people.search(conn, keys, "王秀英", [after])] == [person]


def test_a_person_who_is_not_there_is_not_found(sqlite_database: Database) -> None:
    with sqlite_database.read() as conn, pytest.raises(NotFound):
        people.get_person(conn, 1)


def test_household_members_are_linked(database: Database, keys: Keys, clock: VirtualClock) -> None:
    with database.transaction() as conn:
        mother = register(conn, keys, clock)
        son = register(conn, keys, clock, "王小", id_no=id_no(date(2005, 1, 1), 3))
        assert people.household_members(conn, people.get_person(conn, mother)) == []
        people.make_household(conn, [mother, son], clock.now(), urban=True)
        members = people.household_members(conn, people.get_person(conn, son))
    assert [row["id"] for row in members] == [mother, son]


def person_row(sex: str = "F", born: date = date(1984, 1, 1), **facts: Any) -> dict[str, Any]:
    return {"id": 1, "sex": sex, "birth_date": born.isoformat(), "facts": dumps(facts)}


def inputs(row: dict[str, Any], *household: dict[str, Any], on: date = ON) -> dict[str, Any]:
    return decision_inputs(row, Family(household), on, THRESHOLDS)


def table(start: str) -> DecisionTable:
    return parse_dmn(next((BPMN / "decisions").glob(f"{start}*.dmn")).read_bytes())


@pytest.mark.parametrize(
    ("sex", "born", "in_category"),
    [
        ("F", date(1991, 3, 10), False),
        ("F", date(1991, 3, 9), True),
        ("F", date(1976, 3, 10), True),
        ("F", date(1976, 3, 9), False),
        ("M", date(1981, 3, 9), True),
        ("M", date(1981, 3, 10), False),
        ("M", date(1966, 3, 10), True),
        ("M", date(1966, 3, 9), False),
    ],
)
def test_3545_begins_and_ends_on_the_birthday(sex: str, born: date, in_category: bool) -> None:
    row = person_row(sex, born, labour_ability=True, wish=True)
    assert ("SY03_3545" in table("DT-01").decide(inputs(row), {}).output) is in_category


@pytest.mark.parametrize(("since", "a_year"), [(date(2025, 3, 9), True), (date(2025, 3, 10), False)])
def test_a_year_of_unemployment_counts_from_its_first_anniversary(since: date, a_year: bool) -> None:
    assert inputs(person_row(unemployed_since=since))["unemployed_year"] is a_year
    assert not inputs(person_row(unemployed_since=since, unemployed=False))["unemployed_year"]


def test_unemployed_follows_from_its_date_unless_it_was_given() -> None:
    assert inputs(person_row(unemployed_since=date(2026, 3, 1)))["unemployed"]
    assert not inputs(person_row())["unemployed"]
    assert not inputs(person_row(unemployed=False, unemployed_since=date(2026, 3, 1)))["unemployed"]


def test_a_member_whose_work_is_on_record_is_not_unemployed_whatever_the_file_says() -> None:
    jobless, hired = person_row(unemployed=True), {**person_row("M", unemployed=True), "id": 2}
    family = Family((jobless, hired), {2: [(ON, None)]})
    assert not decision_inputs(jobless, family, ON, THRESHOLDS)["members_all_unemployed"]
    assert decision_inputs(jobless, Family((jobless, hired)), ON, THRESHOLDS)["members_all_unemployed"]


def test_work_on_record_ends_the_year_of_unemployment_and_a_graduates_first_search() -> None:
    graduate = person_row(unemployed_since=date(2024, 3, 9), graduation_date=date(2024, 3, 9))
    before = decision_inputs(graduate, Family(), ON, THRESHOLDS)
    assert (before["unemployed_year"], before["employed_since_graduation"]) == (True, False)
    at_work = decision_inputs(graduate, Family(jobs={1: [(ON, None)]}), ON, THRESHOLDS)
    assert (at_work["unemployed"], at_work["unemployed_year"]) == (False, False)
    assert at_work["employed_since_graduation"]
    lost = Family(jobs={1: [(date(2025, 1, 1), date(2025, 3, 10))]})
    assert not decision_inputs(graduate, lost, ON, THRESHOLDS)["unemployed_year"]
    assert decision_inputs(graduate, lost, date(2026, 3, 10), THRESHOLDS)["unemployed_year"]
    earlier = Family(jobs={1: [(date(2023, 1, 1), date(2023, 3, 10))]})
    assert not decision_inputs(graduate, earlier, ON, THRESHOLDS)["employed_since_graduation"]


def test_the_kind_of_the_family_goes_before_the_registration_of_the_person() -> None:
    rural = person_row(urban=False)
    assert decision_inputs(rural, Family((rural,), urban=True), ON, THRESHOLDS)["urban_family"]
    assert not inputs(rural, rural)["urban_family"]
    poor = person_row(urban=False, family_income="6000")
    assert decision_inputs(poor, Family((poor,), urban=True), ON, THRESHOLDS)["low_income"]
    assert not inputs(poor, poor)["low_income"]


def test_a_family_is_without_work_when_all_of_labour_age_are() -> None:
    jobless = person_row(unemployed=True)
    child, pensioner = person_row(born=date(2015, 1, 1)), person_row("M", date(1950, 1, 1))
    working = person_row("M", unemployed=False)
    assert inputs(jobless, jobless, child, pensioner)["zero_employment_family"]
    assert not inputs(jobless, jobless, working)["zero_employment_family"]
    assert not inputs(jobless)["zero_employment_family"]
    assert not inputs(pensioner, pensioner)["zero_employment_family"]
    recorded = person_row(unemployed=True, zero_employment_family=True)
    assert inputs(recorded, recorded, working)["zero_employment_family"]


@pytest.mark.parametrize(
    ("urban", "income", "low"),
    [(True, "8771.99", True), (True, "8772.00", False), (False, "5711.99", True), (False, "5712", False)],
)
def test_low_income_lies_strictly_below_the_line(urban: bool, income: str, low: bool) -> None:
    got = inputs(person_row(urban=urban, family_income=income))
    assert (got["low_income"], got["poor"]) == (low, low)


@pytest.mark.parametrize(
    ("facts", "registrable"),
    [({"unemployed": True, "urban": True}, True), ({"urban": False, "rural_transfer_wish": True}, True),
     ({"urban": True, "rural_transfer_wish": True}, False), ({}, False)],
)  # fmt: skip
def test_the_second_gate_asks_for_unemployment_or_a_rural_transfer_wish(
    facts: dict[str, Any], registrable: bool
) -> None:
    assert inputs(person_row(**facts))["registrable"] is registrable


def test_labour_age_includes_both_ends() -> None:
    low, high = THRESHOLDS.labour_bounds("F", ON)
    for years, within in ((low - 1, False), (low, True), (high, True), (high + 1, False)):
        assert inputs(person_row(born=date(ON.year - years, 1, 1)))["labour_age"] is within


def test_somebody_born_on_a_leap_day_is_a_year_older_on_the_first_of_march() -> None:
    assert full_years(date(2000, 2, 29), date(2026, 2, 28)) == 25
    assert full_years(date(2000, 2, 29), date(2026, 3, 1)) == 26


def test_every_input_is_there_for_a_person_of_whom_nothing_is_known() -> None:
    got = inputs(person_row())
    bools = {name for name, fact in FACTS.items() if fact.type == "bool"}
    assert all(got[name] is False for name in bools)
    for name in ("DT-01", "DT-02", "DT-03", "DT-07", "DT-12", "DT-16"):
        table(name).decide(got, {})
