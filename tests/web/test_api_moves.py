"""Migrations through the interface: plan, dry run, batch, progress, stop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine.store.db import Database
from tasks import commands, worker
from tasks.actor import SYSTEM
from tests.tasks.migration.versions import KEYS, redrawn
from tests.web.office import Office
from tests.web.test_api import Program
from web import moveview

P04 = KEYS[0]
PLACE = f"/processes/{P04}"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office with three cases at the interview and a newer version without that step."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('moves')}/office.db")
    made = Office(database)
    for _ in range(3):
        made.reach(made.new_case(), "P04_Interview")
    change = redrawn(made.app.library)
    made.app.do(commands.Deploy(((P04, change.files[P04]),), "新版", heard=True), SYSTEM)
    yield made
    database.dispose()


@pytest.fixture
def supervisor(office: Office) -> Program:
    return Program(office, "sup.sy")


def body(**more: Any) -> dict[str, Any]:
    return {"from_version": 1, "to_version": 2, "mapping": {"P04_Interview": "P04_Outcome"}, **more}


def test_the_plan_names_steps_without_a_place_and_where_cases_could_go(supervisor: Program) -> None:
    plan = supervisor.get(f"{PLACE}/migration-plan").json
    assert (plan["from_version"], plan["to_version"], plan["planned"]) == (1, 2, True)
    (asked,) = plan["questions"]
    assert (asked["element"], asked["cases"]) == ("P04_Interview", 3)
    assert "P04_Outcome" in asked["targets"]
    nothing = supervisor.get(f"{PLACE}/migration-plan?from={'9' * 40}&to=2")
    assert (nothing.status_code, nothing.json["code"]) == (400, "bad_request")


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"to_version": 9}, 404, "not_found"),
        ({"to_version": 1}, 422, "plan_invalid"),
        ({"to_version": 2**40}, 400, "bad_request"),
        ({"to_version": "x"}, 400, "bad_request"),
        ({"mapping": {"P04_Interview": 1}}, 400, "bad_request"),
        ({"mapping": {"P04_Interview": "P04_Start"}}, 422, "plan_invalid"),
        ({"dry": "no"}, 400, "bad_request"),
        ({"dry": False, "reason": " "}, 422, "form_invalid"),
    ],
)
def test_what_makes_no_sense_begins_no_batch(
    supervisor: Program, given: dict[str, Any], status: int, code: str
) -> None:
    before = supervisor.get(f"{PLACE}/migrations").json
    answer = supervisor.post(f"{PLACE}/migrations", body(**given))
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.text
    assert supervisor.get(f"{PLACE}/migrations").json == before


def test_a_dry_run_tells_each_case_and_changes_none(office: Office, supervisor: Program) -> None:
    tried = supervisor.post(f"{PLACE}/migrations", body())
    assert tried.status_code == 202, tried.text
    assert tried.json["dry"] is True
    assert tried.json["progress"] == {"total": 3, "waiting": 0, "done": 3, "refused": 0, "gone": 0}
    assert len({one["case_no"] for one in tried.json["items"]}) == 3
    stays = supervisor.post(f"{PLACE}/migrations", body(mapping={})).json
    assert {one["state"] for one in stays["items"]} == {"refused"}
    assert "组织带领面试" in stays["items"][0]["said"][0]["zh"]
    assert all("P04_Interview" in office.open_tasks(int(one["case_id"])) for one in tried.json["items"])


def test_a_batch_is_begun_once_stopped_and_gone_on_with(
    office: Office, supervisor: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moveview, "AT_ONCE", 1)
    wanted = body(dry=False, reason="新版启用")
    begun = supervisor.post(f"{PLACE}/migrations", wanted, **{"Idempotency-Key": "m"})
    assert begun.json["progress"]["done"] == 1
    place = f"{PLACE}/migrations/{begun.json['migration_id']}"
    stopped = supervisor.post(f"{place}/stop", {}).json
    assert (stopped["state"], stopped["progress"]["waiting"]) == ("stopped", 2)
    assert supervisor.post(f"{place}/stop", {}).status_code == 409
    worker.tick(office.app)
    assert supervisor.get(place).json["progress"]["done"] == 1
    rest = supervisor.post(f"{PLACE}/migrations", wanted).json
    worker.tick(office.app)
    after = supervisor.get(f"{PLACE}/migrations/{rest['migration_id']}?state=done").json
    assert (after["state"], after["progress"]["done"], len(after["items"])) == ("done", 2, 2)
    case = int(after["items"][0]["case_id"])
    assert "P04_Outcome" in office.open_tasks(case)


def test_migrations_are_for_supervisors_of_the_process(office: Office, supervisor: Program) -> None:
    assert Program(office, "staff.rh").get(f"{PLACE}/migration-plan").status_code == 403
    assert Program(office, "auditor.sy").post(f"{PLACE}/migrations", body()).status_code == 403
    assert supervisor.get("/processes/P99_nothing/migration-plan").status_code == 404
    assert supervisor.get(f"{PLACE}/migrations/12345").status_code == 404
    assert supervisor.post(f"{PLACE}/migrations/12345/stop", {}).status_code == 404
    tried = supervisor.post(f"{PLACE}/migrations", body()).json["migration_id"]
    assert supervisor.get(f"/processes/{KEYS[1]}/migrations/{tried}").status_code == 404
    assert supervisor.get(f"{PLACE}/migrations/{tried}?state=odd").status_code == 400
    other = Program(office, "sup.nfx").get(f"{PLACE}/migrations/{tried}").json
    assert other["items"] == []
