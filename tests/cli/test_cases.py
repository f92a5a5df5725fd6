"""`aid595 cases migrate`: a trial, the batch, going on with it, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.office import Office
from bench.road import Road
from tasks import commands, installation
from tasks.actor import SYSTEM
from tasks.migration_commands import StartMigration
from tests.cli.conftest import Call
from tests.tasks.migration.versions import KEYS, redrawn

P04 = KEYS[0]
MAPPED = ("--map", "P04_Interview=P04_Outcome", "--reason", "新版启用")


@pytest.fixture
def two_versions(office: Path) -> Path:
    """An installation with a case at the interview and a newer version without that step."""
    app = installation.open_app(installation.place(None))
    made = Office(app.db, keys=app.keys)
    road = Road(made)
    road.begin()
    while not any(task.element == "P04_Interview" for task in made.open_tasks(road.case_id)):
        step = road.next_step()
        assert step is not None
        made.app.do(step.command, step.actor)
        road.did(step)
    app.do(commands.Deploy(((P04, redrawn(app.library).files[P04]),), "新版", heard=True), SYSTEM)
    app.db.dispose()
    return office


def test_a_trial_says_what_would_be_refused_and_ends_with_one(two_versions: Path, call: Call) -> None:
    tried = call("cases", "migrate", "P04", "--dry-run")
    assert tried.code == 1
    assert "不能迁移" in tried.out
    assert "“组织带领面试”（P04_Interview）" in tried.out
    assert tried.out.splitlines()[-1] == f"{P04} 第1版 → 第2版（试算）：不能迁移1件。"
    assert call("cases", "migrate", "P04", "--dry-run", *MAPPED).code == 0
    assert call("doctor").code == 0


def test_the_batch_migrates_and_tells_a_program_each_case(two_versions: Path, call: Call) -> None:
    done = call("cases", "migrate", P04, *MAPPED, "--as", "sup.sy", "--json")
    assert done.code == 0
    told = json.loads(done.out)
    assert (told["from"], told["to"], told["done"], told["state"]) == (1, 2, 1, "done")
    assert [one["state"] for one in told["cases"]] == ["done"]
    assert call("doctor").code == 0
    assert "在旧版本上办理的案件" in call("cases", "migrate", "P04", *MAPPED).err


def test_a_batch_that_was_cut_off_is_gone_on_with(two_versions: Path, call: Call) -> None:
    app = installation.open_app(installation.place(None))
    command = StartMigration(P04, 1, 2, {"P04_Interview": "P04_Outcome"}, reason="新版启用")
    begun = app.do(command, SYSTEM).extra
    app.db.dispose()
    told = json.loads(call("cases", "migrate", "P04", *MAPPED, "--json").out)
    assert (told["batch"], told["resumed"], told["done"]) == (begun["migration"], True, 1)


@pytest.mark.parametrize(
    ("arguments", "said", "code"),
    [
        (("P99",), "没有流程“P99”", 1),
        (("P04", "--to", "7", "--reason", "x"), "没有第7版", 1),
        (("P04", "--from", "2", "--reason", "x"), "新旧版本相同", 1),
        (("P04",), "需要改正", 1),
        (("P04", "--reason", "x", "--map", "P04_Interview"), "旧编号=新编号", 2),
        (("P04", "--reason", "x", "--map", "P04_Interview=P04_Nothing"), "P04_Nothing", 1),
        (("P04", "--reason", "x", "--as", "nobody"), "nobody", 1),
        (("P04", "--reason", "x", "--as", "staff.rh"), "岗位", 1),
    ],
)
def test_what_is_wrong_is_refused_in_a_sentence(
    two_versions: Path, call: Call, arguments: tuple[str, ...], said: str, code: int
) -> None:
    call("cases", "migrate", *arguments).require_refused(said, code=code)
