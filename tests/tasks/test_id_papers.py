"""Numbers of passes and permits are checked by their kind, kept sealed, and found however they were typed."""

from __future__ import annotations

from datetime import date

import pytest

from engine.clock import VirtualClock
from engine.errors import DuplicatePerson, FormInvalid
from engine.store.db import Database
from tasks import id_papers, idno, org, people
from tasks.actor import SYSTEM
from tasks.crypto import Keys, new_keys
from tasks.id_papers import Paper

ON = date(2026, 3, 9)


def number(place: str, serial: str = "002") -> str:
    first = f"{place}19840101{serial}"
    return first + idno.check_character(first)


def faults(kind: str, raw: str, sex: str = "", born: str = "") -> list[str]:
    return [name for name, _zh, _en in id_papers.read(raw, Paper(kind, sex, born), ON)[1]]


@pytest.mark.parametrize(
    ("kind", "raw", "kept"),
    [
        ("HK_MACAU_PASS", "h1234567801", "H12345678"),
        ("HK_MACAU_PASS", "Ｍ１２３４５６７８", "M12345678"),
        ("TAIWAN_PASS", "1234 5678", "12345678"),
        ("FOREIGN_PERMANENT", "usa110184010101", "USA110184010101"),
    ],
)
def test_a_pass_needs_sex_and_birth_from_the_paper(kind: str, raw: str, kept: str) -> None:
    found, problems = id_papers.read(raw, Paper(kind, "F", "1984-01-01"), ON)
    assert not problems
    assert found is not None
    assert (found.value, found.sex, found.birth_date) == (kept, "F", date(1984, 1, 1))
    assert faults(kind, raw) == ["sex", "birth_date"]
    assert faults(kind, raw, "F", "2026-03-10") == ["birth_date"]
    assert faults(kind, raw, "F", "1984-02-30") == ["birth_date"]


@pytest.mark.parametrize(
    ("kind", "place"),
    [("HMT_RESIDENCE", "810000"), ("SOCIAL_CARD", "110113"), ("FOREIGN_PERMANENT", "911156")],
)
def test_eighteen_characters_say_both_and_what_contradicts_them_is_refused(kind: str, place: str) -> None:
    found, problems = id_papers.read(number(place), Paper(kind), ON)
    assert not problems
    assert found is not None
    assert (found.sex, found.birth_date) == ("F", date(1984, 1, 1))
    assert faults(kind, number(place), "M", "1984-01-02") == ["sex", "birth_date"]


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("HMT_RESIDENCE", number("110113")), ("RESIDENT_ID", number("830000")),
        ("HK_MACAU_PASS", "A12345678"), ("RESIDENT_ID", "H12345678"),
        ("HK_MACAU_PASS", ""), ("TAIWAN_PASS", "1234567"), ("FOREIGN_PERMANENT", "9111561984010100"),
        ("FOREIGN_PERMANENT", number("911156")[:-1] + "?"), ("SOCIAL_CARD", "123"),
    ],
)  # fmt: skip
def test_a_slip_is_told_of_the_number(kind: str, raw: str) -> None:
    (problem,) = id_papers.read(raw, Paper(kind, "F", "1984-01-01"), ON)[1]
    assert problem[0] == "id_no"
    assert "请" in problem[1]


def test_an_unknown_kind_is_refused() -> None:
    assert faults("PASSPORT", "E12345678") == ["id_kind"]


def register(conn: object, keys: Keys, clock: VirtualClock, raw: str, paper: Paper) -> int:
    unit = org.ensure_unit(conn, "顺义区", "仁和镇", "河南村")  # type: ignore[arg-type]
    return people.register_person(
        conn, keys, SYSTEM, clock.now(), name="陈美玲", id_no=raw, community_id=unit.id, paper=paper  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_pass_is_sealed_masked_and_found_and_its_second_file_refused(
    database: Database, clock: VirtualClock
) -> None:
    keys, paper = new_keys(), Paper("HK_MACAU_PASS", "F", "1984-01-01")
    with database.transaction() as conn:
        person = register(conn, keys, clock, "H1234567801", paper)
        with pytest.raises(DuplicatePerson):
            register(conn, keys, clock, "h12345678 02", paper)
    with database.read() as conn:
        row = people.get_person(conn, person)
        assert (row["id_kind"], row["id_masked"], row["birth_date"]) == (
            "HK_MACAU_PASS", "H1*****78", "1984-01-01"
        )  # fmt: skip
        assert "H12345678" not in str(dict(row))
        assert people.reveal_id(conn, keys, person) == "H12345678"
        assert [one["id"] for one in people.search(conn, keys, "h1234567803", ["/"])] == [person]


def test_a_card_and_the_social_security_card_of_one_person_are_one_file(
    database: Database, clock: VirtualClock
) -> None:
    keys = new_keys()
    with database.transaction() as conn:
        register(conn, keys, clock, number("110113"), Paper("RESIDENT_ID"))
        with pytest.raises(DuplicatePerson):
            register(conn, keys, clock, number("110113"), Paper("SOCIAL_CARD"))


def test_eight_digits_that_are_no_pass_are_still_looked_for_as_a_telephone(
    sqlite_database: Database, clock: VirtualClock
) -> None:
    keys = new_keys()
    with sqlite_database.transaction() as conn:
        unit = org.ensure_unit(conn, "顺义区", "仁和镇", "河南村")
        person = people.register_person(
            conn, keys, SYSTEM, clock.now(), name="陈美玲", id_no=number("110113"), community_id=unit.id,
            phone="69441234",
        )  # fmt: skip
        assert [one["id"] for one in people.search(conn, keys, "69441234", ["/"])] == [person]


def test_what_is_missing_stores_nothing(sqlite_database: Database, clock: VirtualClock) -> None:
    with sqlite_database.transaction() as conn, pytest.raises(FormInvalid):
        register(conn, new_keys(), clock, "12345678", Paper("TAIWAN_PASS"))


def test_a_list_may_name_passes_beside_cards() -> None:
    assert id_papers.check("h1234567802", ON) == "H12345678"
    assert id_papers.check(number("110113"), ON) == number("110113")
    with pytest.raises(idno.IdNumberError):
        id_papers.check("1234567", ON)
