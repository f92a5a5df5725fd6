"""Who is in work at the end of a period, and who lost it within, to the day."""

from __future__ import annotations

import re

import pytest

from engine.ids import new_id
from tasks.queries.measures import GROUPS, MEASURES, Period
from tasks.store import rows, tables
from tests.web.office import Office


def test_the_four_parts_of_the_mechanism_hold_every_number_once() -> None:
    assert list(GROUPS) == ["discover", "serve_first", "help", "keep_up"]
    assert [name for group in GROUPS.values() for name in group] == list(MEASURES)


@pytest.mark.parametrize(
    ("employed", "lost", "counted"),
    [
        ("2026-03-31", None, {"working": 1}),
        ("2026-04-01", None, {}),
        ("2026-02-01", "2026-02-28", {}),
        ("2026-02-01", "2026-03-01", {"lost": 1}),
        ("2026-02-01", "2026-03-31", {"lost": 1}),
        ("2026-02-01", "2026-04-01", {"working": 1}),
    ],
)
def test_a_job_counts_as_held_and_as_lost(
    office: Office, employed: str, lost: str | None, counted: dict[str, int]
) -> None:
    person = office.register("王秀英")
    with office.app.write() as conn:
        rows.add(
            conn, tables.employment, id=new_id(), person_id=person, kind="UNIT", employed_on=employed,
            confirmed_on=employed, source="OWN_EFFORT", lost_on=lost, created_at=5,
        )  # fmt: skip
        period = Period(0, 10, "2026-03-01", "2026-03-31")
        found = {
            name: sum(row.person_id == person for row in conn.execute(MEASURES[name](period)))
            for name in ("working", "lost")
        }
    assert {name: count for name, count in found.items() if count} == counted


def test_who_has_two_jobs_on_record_is_one_person_at_work(office: Office) -> None:
    person = office.register("李桂兰")
    with office.app.write() as conn:
        for at, source in ((5, "ASSISTANCE"), (5, "OWN_EFFORT"), (7, "SI_CHECK"), (12, "OTHER")):
            rows.add(
                conn, tables.employment, id=new_id(), person_id=person, kind="UNIT", employed_on="2026-03-02",
                confirmed_on="2026-03-02", source=source, created_at=at,
            )  # fmt: skip
        period = Period(0, 10, "2026-03-01", "2026-03-31")
        found = [row for row in conn.execute(MEASURES["working"](period)) if row.person_id == person]
    assert [row.at for row in found] == [7]


def test_jobs_lost_are_listed_by_the_day_they_were_lost_the_latest_first(office: Office) -> None:
    person = office.register("赵文华")
    with office.app.write() as conn:
        for at, lost in ((9, "2026-06-02"), (5, "2026-06-30")):
            rows.add(
                conn, tables.employment, id=new_id(), person_id=person, kind="UNIT", employed_on="2025-02-01",
                confirmed_on="2025-02-01", source="OWN_EFFORT", lost_on=lost, created_at=at,
            )  # fmt: skip
    page = office.browser("staff.rh").get("/registers/counted/lost?from=2026-06-01&to=2026-06-30").text
    days = re.findall(r'<div class="row-sub">([^<]+)</div>', page)
    assert days == ["6月30日 周二", "6月2日 周二"]
    assert page.count("赵文华") == 2
