"""How open clauses are read, where that is decided, and on which rules each setting rests."""

from __future__ import annotations

import json
import re

import pytest

from engine.store.db import Database
from tasks.library import FOLDER, Library
from tasks.readings import DECIDED, readings
from tests.web.office import Browser, Office


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(Database(f"sqlite:///{tmp_path_factory.mktemp('readings') / 'office.db'}"))


@pytest.fixture(scope="module")
def supervisor(office: Office) -> Browser:
    return office.browser("sup.rh")


def test_every_reading_is_listed_with_clauses_that_exist_and_places_that_exist() -> None:
    library = Library()
    found = readings(library)
    assert list(found) == [f"AMB-{n:02}" for n in range(1, 67)]
    there = {
        "element": set(library.forms), "table": set(library.tables), "deadline": set(library.policy.rules),
        "setting": set(library.settings),
    }  # fmt: skip
    for one in found.values():
        assert one.clauses, one.id
        assert set(one.clauses) <= library.clauses, one.id
        assert one.places, one.id
        assert one.decided in DECIDED, one.id
        for place in one.places:
            is_file = place.kind == "data" and (FOLDER / place.name).exists()
            assert is_file or place.name in there.get(place.kind, set()), (one.id, place)


def test_a_reading_that_a_setting_names_is_decided_there() -> None:
    library = Library()
    found = readings(library)
    named = {rule for one in library.settings.values() for rule in one.rules if rule.startswith("AMB-")}
    assert {one.id for one in found.values() if one.decided == "setting"} == named
    assert found["AMB-15"].decided == "table"
    assert found["AMB-25"].decided == "fixed"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_list_of_readings_says_what_was_taken_and_leads_to_clause_table_and_setting(
    supervisor: Browser, lang: str
) -> None:
    supervisor.client.set_cookie("lang", lang)
    page = supervisor.get("/clauses?list=readings").text
    supervisor.client.set_cookie("lang", "zh")
    assert len(re.findall(r'<tr id="AMB-\d\d"', page)) == 66
    for link in ("/clauses/R004-05.D4d", "/tables/DT-08"):
        assert f'href="{link}"' in page
    said = readings(Library())["AMB-21"]
    assert (said.zh if lang == "zh" else said.en).split("；")[0].split(";")[0] in page


def test_a_setting_shows_its_rules_and_the_clauses_behind_them(office: Office) -> None:
    browser = office.browser("system.admin")
    page = browser.get("/settings").text
    assert 'href="/clauses/R004-03.D2a"' in page
    for one in Library().settings.values():
        for rule in one.rules:
            assert rule in page, (one.id, rule)
    shown = browser.get("/settings/clock_start").text
    for clause in ("R004-03.D2a", "R004-05.R1", "R004-02.R6"):
        assert f'href="/clauses/{clause}"' in shown
    assert "AMB-11" in shown


def test_every_setting_is_read_by_the_program() -> None:
    """A setting that nothing reads changes nothing for who sets it."""
    program = [path.read_text("utf-8") for top in ("engine", "tasks", "web") for path in
               (FOLDER.parent / top).rglob("*.py")]  # fmt: skip
    data = [path.read_text("utf-8") for kind in ("bpmn", "json", "toml", "dmn") for path in
            FOLDER.rglob(f"*.{kind}")
            if path.name not in ("settings.toml", "places.toml") and "labels" not in path.parts]  # fmt: skip
    text = json.dumps(program + data, ensure_ascii=False)
    assert [name for name in Library().settings if name not in text] == []
