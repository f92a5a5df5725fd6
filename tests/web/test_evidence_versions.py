"""A case on a version with forms of its own, and one that was migrated twice: its pages and its evidence."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine import seals
from engine.definitions import digest
from engine.store import append_only
from engine.store.tables import definition, event
from tasks import commands
from tasks.actor import SYSTEM
from tasks.crypto import keys_text
from tasks.migration_commands import MigrateInstance
from tests.engine.ways import wrong_ways
from tests.tasks.local_step import KEY, annex, with_visit
from tests.tasks.migration.versions import renamed
from tests.web.copied import Copy, spoiled
from tests.web.office import Browser, Office

NAMED = "办理所依据的流程图被调换"
VISITED = f"diagrams/{KEY}-v2.annex.json"


@dataclass
class Cases:
    """A case that runs the second version, and one that went from the first over it to the third."""

    plain: int
    migrated: int
    at: list[int]  #: events of the migrations
    folder: Path


@pytest.fixture(scope="module")
def cases(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Cases:
    folder = tmp_path_factory.mktemp("versions")
    migrated, plain = office.new_case("司马青"), office.new_case("令狐明")
    office.reach(migrated, "P04_FirstContact")
    _publish(office, with_visit(), annex())
    _migrate(office, migrated, 2, {})
    office.complete(migrated, "P04_FirstContact")
    office.complete(migrated, "P04_Visit")
    office.reach(migrated, "P04_Outcome")
    office.complete(migrated, "P04_Outcome", outcome="NOT_HIRED", reason="POST")
    office.reach(migrated, "P04_Outcome")
    office.reach(plain, "P04_Visit")
    office.complete(plain, "P04_Visit")
    change = renamed(office.app.library)
    _publish(office, change.files[KEY], "{}")
    _migrate(office, migrated, 3, change.mappings[KEY])
    (folder / "office.keys").write_text(keys_text(office.keys))
    seals.seal(office.db, office.keys.trail, office.clock.now(), folder / "office.checkpoints")
    e = event.c
    query = sa.select(e.seq).where(e.trail_id == migrated, e.kind == "ProcessMigrated").order_by(e.seq)
    with office.app.read() as conn:
        return Cases(plain, migrated, list(conn.execute(query).scalars()), folder)


def _publish(office: Office, xml: bytes, brought: str) -> None:
    office.app.do(commands.Deploy(((KEY, xml),), "新版", heard=True, annexes=((KEY, brought),)), SYSTEM)


def _migrate(office: Office, case: int, version: int, mapping: Any) -> None:
    d = definition.c
    with office.app.read() as conn:
        to_id = conn.execute(sa.select(d.id).where(d.key == KEY, d.version == version)).scalar_one()
    instance = next(t.instance_id for t in office.open_tasks(case).values() if t.element.startswith("P04"))
    office.app.do(MigrateInstance(instance, to_id, mapping, reason="新版启用"), office.actor("sup.sy"))


@pytest.fixture
def auditor(office: Office, cases: Cases) -> Browser:
    return office.browser("auditor.sy")


@pytest.fixture
def copy(office: Office, cases: Cases, tmp_path: Path) -> Copy:
    office.db.copy_to(str(tmp_path / "copy.db"))
    checkpoints, keys = cases.folder / "office.checkpoints", cases.folder / "office.keys"
    return Copy(tmp_path / "copy.db", office, cases.plain, checkpoints, keys)


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL)))


def test_the_ways_of_all_versions_lead_to_where_the_cases_stand(office: Office, cases: Cases) -> None:
    with office.app.read() as conn:
        assert wrong_ways(conn, office.app.definitions) == []


def test_the_page_draws_the_version_that_runs_and_the_way_taken_on_it(auditor: Browser, cases: Cases) -> None:
    page = auditor.get(f"/audit/{cases.migrated}").text
    assert 'data-element="P04_Outcome_2" data-state="active"' in page
    picture = re.search(r'<svg class="bp".*?</svg>', page, re.DOTALL)
    assert picture is not None
    assert "P04_Visit" not in picture[0]
    assert "data-order" not in picture[0]
    assert re.search(r"实际运行的版本：\S+ 第3版", words(page))
    assert f"第{cases.at[1]}条记录迁移之前，按第2版走过的路径" in page


@pytest.mark.parametrize(
    ("before", "version", "there", "missing"),
    [(1, 2, 'data-element="P04_Outcome" data-state="active"', "P04_Outcome_2"),
     (0, 1, 'data-element="P04_FirstContact" data-state="active"', "P04_Visit")],
)  # fmt: skip
def test_a_moment_before_a_migration_shows_the_version_that_ran_then(
    auditor: Browser, cases: Cases, before: int, version: int, there: str, missing: str
) -> None:
    page = auditor.get(f"/audit/{cases.migrated}?at={cases.at[before] - 1}").text
    assert there in page
    assert "data-order" in page
    assert missing not in page
    assert re.search(rf"实际运行的版本：\S+ 第{version}版", words(page))
    assert "对不上" not in page


def test_a_step_that_was_renamed_waits_since_it_was_opened(auditor: Browser, cases: Cases) -> None:
    page = words(auditor.get(f"/audit/{cases.migrated}").text)
    since = re.search(r"办理“电话回访，记录结果”：第(\d+)条记录起轮到", page)
    assert since is not None
    assert int(since[1]) < cases.at[1]


def test_a_branch_before_a_migration_is_explained_by_the_version_that_ran(
    auditor: Browser, cases: Cases
) -> None:
    page = words(auditor.get(f"/audit/{cases.migrated}?kind=decisions").text)
    assert "在“下一步”走了“继续推荐”" in page
    assert "P04_Body_2" not in page


def test_a_form_of_a_version_is_told_by_its_own_questions(auditor: Browser, cases: Cases) -> None:
    auditor.post(f"/audit/{cases.plain}/unmask", {"reason": "核查投诉件第12号"})
    page = words(auditor.get(f"/audit/{cases.plain}?step=P04_Visit").text)
    assert re.search("核实情况 情况属实", page)


def test_the_bundle_of_a_migrated_case_is_whole_and_draws_every_version(copy: Copy, cases: Cases) -> None:
    copy.case = cases.migrated
    assert copy.by_the_product() == set()
    packed = copy.bundle()
    for keys, outside in ((True, True), (False, False)):
        done = copy.alone(packed, keys, outside)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
    names = zipfile.ZipFile(io.BytesIO(packed)).namelist()
    ways = ["way-02-P04.svg", *(f"way-02-P04-until-{seq}.svg" for seq in cases.at)]
    assert {VISITED, *(f"diagrams/{KEY}-v{n}.bpmn" for n in (1, 2, 3)), *ways} <= set(names)


def test_the_bundle_of_a_case_on_a_version_with_forms_of_its_own_is_whole(copy: Copy) -> None:
    assert copy.by_the_product() == set()
    done = copy.alone(copy.bundle())
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


@pytest.mark.parametrize("whose", ["plain", "migrated"])
def test_an_annex_that_was_exchanged_is_named_by_both(copy: Copy, cases: Cases, whose: str) -> None:
    copy.case = getattr(cases, whose)
    where = sa.and_(definition.c.key == KEY, definition.c.version == 2)
    xml, kept = copy.rows(sa.select(definition.c.xml, definition.c.annex).where(where))[0]
    other = kept.replace("上门核实", "电话核实")
    assert other != kept
    copy.attack(sa.update(definition).where(where).values(annex=other, digest=digest(xml.encode(), other)))
    assert "definition swapped" in {what for what, _seq in copy.by_the_product()}
    for keys in (True, False):
        done = copy.alone(copy.bundle(), keys)
        assert (done.returncode, f"{NAMED}：{KEY} v2" in done.stdout) == (1, True), done.stdout


def test_a_diagram_exchanged_that_ran_before_a_migration_is_named(copy: Copy, cases: Cases) -> None:
    copy.case = cases.migrated
    where = sa.and_(definition.c.key == KEY, definition.c.version == 1)
    xml = copy.rows(sa.select(definition.c.xml).where(where))[0][0]
    other = xml.replace("电话回访", "不再回访")
    copy.attack(sa.update(definition).where(where).values(xml=other, digest=digest(other.encode())))
    done = copy.alone(copy.bundle(), keys=False)
    assert (done.returncode, f"{NAMED}：{KEY} v1" in done.stdout) == (1, True), done.stdout


@pytest.mark.parametrize("what", ["annex file", "no annex", "picture", "pictures"])
def test_a_bundle_changed_in_what_a_version_brought_or_how_it_went_is_named(
    copy: Copy, cases: Cases, what: str
) -> None:
    copy.case = cases.migrated

    def change(found: dict[str, Any]) -> None:
        mine = next(names for names in found["pictures"].values() if len(names) == 3)
        visited = next(one for one in found["definitions"] if "annex" in one)
        match what:
            case "annex file":
                visited["annex"] = "page.css"
            case "no annex":
                del visited["annex"]
            case "picture":
                mine[0], mine[1] = mine[1], mine[0]
            case "pictures":
                mine.pop(0)

    done = copy.alone(spoiled(copy.bundle(), change), keys=False, outside=False)
    said = "画出的路径与记录不一致" if what.startswith("picture") else f"{NAMED}：{KEY} v2"
    assert (done.returncode, said in done.stdout) == (1, True), done.stdout


@pytest.mark.parametrize(
    "rubbish",
    ["no json", '{"from_definition":"x"}', '{"from_definition":"7","notes":7,"renamed":[],"state":"{}"}',
     '{"from_definition":"99999999999999999999"}'],
)  # fmt: skip
def test_a_migration_that_was_spoiled_is_still_shown_and_named(
    office: Office, auditor: Browser, cases: Cases, rubbish: str
) -> None:
    where = sa.and_(event.c.trail_id == cases.migrated, event.c.seq == cases.at[0])
    with office.app.write() as conn:
        kept = conn.execute(sa.select(event.c.data).where(where)).scalar_one()
        append_only.remove(conn)
        conn.execute(sa.update(event).where(where).values(data=rubbish))
    try:
        for at in (cases.at[0] - 1, cases.at[0], cases.at[0] + 9, 9999):
            page = auditor.get(f"/audit/{cases.migrated}?at={at}")
            assert page.status_code == 200
        assert "验证未通过" in auditor.post(f"/audit/{cases.migrated}/verify").text
    finally:
        with office.app.write() as conn:
            conn.execute(sa.update(event).where(where).values(data=kept))


def test_the_event_of_a_migration_holds_where_it_stood_and_no_values(office: Office, cases: Cases) -> None:
    query = sa.select(event.c.data).where(event.c.kind == "ProcessMigrated", event.c.seq == cases.at[1])
    with office.app.read() as conn:
        told = json.loads(conn.execute(query).scalar_one())
    state = json.loads(told["state"])
    assert "P04_Outcome_2" in [token[1] for token in state["t"]]
    assert (state["x"], told["entering"]) == ({}, [])
