"""The way drawn is the way stored, and walking it again ends where the state stands."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.codec import loads
from engine.store.db import Database
from engine.store.tables import event, instance
from tasks import demo
from tasks.app import App
from tasks.demo_clock import DemoClock
from tasks.scenarios import Runner, scenario_files
from tests.demo_home import CHEAP, DemoHome
from tests.engine.ways import wrong_ways
from tests.web.office import Browser
from web.config import WebConfig
from web.create_app import create_app

SCENARIOS = Path(__file__).parents[2] / "bpmn" / "scenarios"
#: Ways that the demo does not go: back, taken back, called, suspended, given up, by hand.
SAMPLE = (
    "GS01", "GS14", "GS22", "GS43", "GS46", "L04", "L05", "L07", "L12", "L24", "L25", "L43", "L44", "M01",
    "M37", "PL02", "PL06",
)  # fmt: skip


@pytest.fixture(scope="module")
def district(demo_home: DemoHome, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The demo district."""
    path = tmp_path_factory.mktemp("district") / "demo.db"
    shutil.copyfile(demo_home.path, path)
    database = Database(f"sqlite:///{path}")
    clock = DemoClock(database)
    clock.shift_to(demo.STANDS, backwards=True)
    yield App(database, clock, demo_home.keys, demo=clock, demo_settings=True)
    database.dispose()


def test_every_case_of_the_demo_walked_again_ends_where_it_stands(district: App) -> None:
    with district.read() as conn:
        assert wrong_ways(conn, district.definitions) == []


def test_the_way_drawn_for_every_case_of_the_demo_is_the_way_stored(district: App) -> None:
    browser = Browser(create_app(district, WebConfig(), CHEAP).test_client())
    browser.post("/login", {"username": "auditor.sy", "password": demo.PASSWORD})
    drawn = 0
    with district.read() as conn:
        instances = conn.execute(sa.select(instance.c.id, instance.c.trail_id)).all()
        paths = {one.id: _stored(conn, one.trail_id, one.id) for one in instances}
    for one in instances:
        page = browser.get(f"/audit/{one.trail_id}?show={one.id}")
        assert "当时的数据没有写入记录" not in page.text, one.id
        picture = re.search(r'<svg class="bp".*?</svg>', page.text, re.DOTALL)
        assert picture is not None, one.id
        assert _drawn(picture[0]) == paths[one.id], one.id
        drawn += 1
    assert drawn > 100


def _stored(conn: sa.Connection, trail_id: int, instance_id: int) -> list[str]:
    query = sa.select(event.c.data).where(event.c.trail_id == trail_id, event.c.instance_id == instance_id)
    told = conn.execute(query.order_by(event.c.seq)).scalars()
    return [flow for data in told for flow in loads(data).get("path", ())]


def _drawn(picture: str) -> list[str]:
    """Return the flows by the numbers that stand on the lines."""
    found = re.findall(r'data-flow="([^"]+)" data-order="([^"]+)"', picture)
    placed = {int(place): flow for flow, places in found for place in places.split()}
    return [placed[place] for place in sorted(placed)]


class _Followed:
    """Stands where a run of scenarios counts what it touched: follows every way taken instead."""

    def __init__(self) -> None:
        self.wrong: list[str] = []

    def learn(self, app: App) -> None:
        """Learn nothing."""

    def add(self, app: App) -> None:
        """Follow the ways of a scenario."""
        with app.read() as conn:
            self.wrong += wrong_ways(conn, app.definitions)


def test_ways_back_given_up_called_and_by_hand_are_followed(nightly: bool) -> None:
    followed = _Followed()
    runner = Runner(coverage=followed)  # type: ignore[arg-type]
    for path in scenario_files([SCENARIOS]):
        if nightly or path.name.startswith(SAMPLE):
            assert all(result.passed for result in runner.file(path)), path.name
    runner.close()
    assert followed.wrong == []
