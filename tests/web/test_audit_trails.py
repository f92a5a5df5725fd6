"""The audit desk opens every trail: a person's own, the releases of a process, a matter's, the office's."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.codec import loads
from engine.store import append_only
from engine.store.tables import event, user_task
from tasks import admin_commands, commands, office_trail, studio_commands, worker
from tasks.actor import SYSTEM
from tasks.crypto import keys_text
from tasks.office_trail import ACCESS, ADMINISTRATION
from tasks.queries import trail_owners
from tasks.store import org
from tasks.store.tables import trail_owner
from tests.tasks.test_office_duties import MEETING
from tests.web.copied import REASON, VERIFIER
from tests.web.office import Browser, Office
from tests.web.test_api import Program

NAME = "欧阳予倩"
P04 = "P04_community_assistance"


@pytest.fixture(scope="module")
def person(office: Office) -> int:
    """A person without a case, who is called regularly, and has found work."""
    made = office.register(NAME)
    benefit = {"code": "BEN-TRAIN", "starts_on": "2025-01-01", "ends_on": "2025-06-01"}
    office.app.do(commands.RecordBenefit(benefit, person_id=made), office.actor("staff.rh"))
    work = {"employment_kind": "UNIT", "employer": "东方红机械厂", "employed_on": "2026-03-09"}
    office.app.do(commands.FoundWork(work, person_id=made), office.actor("staff.rh"))
    return made


@pytest.fixture
def auditor(office: Office) -> Browser:
    return office.browser("auditor.sy")


def trail_of(office: Office, **where: Any) -> int:
    query = sa.select(trail_owner.c.trail_id).filter_by(**where)
    with office.app.read() as conn:
        return int(conn.execute(query).scalar_one())


def read_marks(office: Office, trail: int) -> list[dict[str, Any]]:
    query = sa.select(event.c.data).where(
        event.c.trail_id == trail, event.c.kind.in_(("RecordViewed", "RecordExported"))
    )
    with office.app.read() as conn:
        return [loads(data) for data in conn.execute(query.order_by(event.c.seq)).scalars()]


def test_a_persons_own_trail_is_found_from_the_name_and_read(
    office: Office, auditor: Browser, person: int
) -> None:
    trail = trail_of(office, kind="person", person_id=person)
    found = auditor.post("/audit/person", {"person": NAME}).text
    assert f'href="/audit/{trail}"' in found
    page = auditor.get(f"/audit/{trail}")
    assert page.status_code == 200
    for words in ("案件之外的个人轨迹", "建立个人档案", "审计记录"):
        assert words in page.text, words
    assert NAME not in page.text
    assert "BEN-TRAIN" not in page.text
    assert [one["viewed"] for one in read_marks(office, trail)] == ["trail"]


def test_a_person_is_uncovered_for_a_reason_that_stands_in_his_own_trail(
    office: Office, auditor: Browser, person: int
) -> None:
    trail = trail_of(office, kind="person", person_id=person)
    assert auditor.post(f"/audit/{trail}/unmask", {"reason": ""}).status_code == 422
    assert auditor.post(f"/audit/{trail}/unmask", {"reason": REASON}).status_code == 303
    assert NAME in auditor.get(f"/audit/{trail}").text
    assert read_marks(office, trail)[-1]["reason"] == REASON


def test_the_case_and_the_persons_own_trail_lead_to_each_other(office: Office, auditor: Browser) -> None:
    case = office.new_case("田汉")
    with office.app.read() as conn:
        owner = trail_owners.owner_of(conn, case)
    assert owner is not None
    trail = trail_of(office, kind="person", person_id=owner.person_id)
    assert f'href="/audit/{trail}"' in auditor.get(f"/audit/{case}").text
    assert auditor.post(f"/audit/{trail}/verify", {}).text.count("验证通过") == 1


def verified(office: Office, content: bytes, folder: Path) -> tuple[str, dict[str, Any]]:
    file, keys = folder / "trail.zip", folder / "keys"
    file.write_bytes(content)
    keys.write_text(keys_text(office.keys), "utf-8")
    ended = subprocess.run(
        [sys.executable, str(VERIFIER), str(file), "--keys", str(keys)], capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    with zipfile.ZipFile(file) as packed:
        return ended.stdout, json.loads(packed.read("evidence.json"))


def test_the_evidence_of_a_persons_trail_verifies_by_itself(
    office: Office, auditor: Browser, person: int, tmp_path: Path
) -> None:
    trail = trail_of(office, kind="person", person_id=person)
    assert auditor.post(f"/audit/{trail}/bundle", {"reason": "要"}).status_code == 422
    taken = auditor.post(f"/audit/{trail}/bundle", {"reason": REASON})
    assert taken.status_code == 200
    said, evidence = verified(office, taken.data, tmp_path)
    assert "没有发现问题" in said
    assert evidence["trail"]["kind"] == "person"
    assert {one["trail_id"] for one in evidence["events"]} == {trail}
    assert read_marks(office, trail)[-1]["exported"] == "bundle"


def test_the_releases_of_a_process_are_a_trail_to_read_and_take(
    office: Office, auditor: Browser, tmp_path: Path
) -> None:
    office.app.do(studio_commands.OpenDraft(P04, reason="想改期限"), office.actor("sup.rh"))
    trail = trail_of(office, process_key=P04)
    assert f'href="/audit/{trail}"' in auditor.get("/audit").text
    page = auditor.get(f"/audit/{trail}").text
    assert "流程发布轨迹 P04" in page
    assert "想改期限" in page
    said, evidence = verified(
        office, auditor.post(f"/audit/{trail}/bundle", {"reason": REASON}).data, tmp_path
    )
    assert "流程发布轨迹 P04" in said
    assert evidence["trail"]["kind"] == "process"
    history = office.browser("sup.rh").get("/studio/releases/" + _version(office)).text
    assert "导出证据" not in history
    assert "查看审计" not in history


def _version(office: Office) -> str:
    rows = Program(office, "sup.rh").get("/processes").json["processes"]
    return next(str(one["definition_id"]) for one in rows if one["process_id"] == P04)


def _district(office: Office) -> int:
    with office.app.read() as conn:
        return int(org.units_named(conn, "顺义区", "district")[0]["id"])


@pytest.mark.parametrize("trail", [ADMINISTRATION, ACCESS])
def test_the_offices_trails_are_for_the_audit_administrator_alone(
    office: Office, auditor: Browser, trail: int, tmp_path: Path
) -> None:
    office.app.do(admin_commands.AddUnit(_district(office), f"新镇{trail}"), office.actor("system.admin"))
    assert auditor.get(f"/audit/{trail}").status_code == 404
    assert auditor.post(f"/audit/{trail}/bundle", {"reason": REASON}).status_code == 404
    assert f'href="/audit/{trail}"' not in auditor.get("/audit").text
    admin = office.browser("audit.admin")
    assert f'href="/audit/{trail}"' in admin.get(f"/trail?of={office_trail.KINDS[trail]}").text
    page = admin.get(f"/audit/{trail}")
    assert page.status_code == 200
    assert "审计记录" in page.text
    said, _evidence = verified(
        office, admin.post(f"/audit/{trail}/bundle", {"reason": REASON}).data, tmp_path
    )
    assert "没有发现问题" in said
    assert read_marks(office, trail)[-1]["exported"] == "bundle"


def test_who_only_keeps_watch_reads_a_person_covered_and_takes_nothing(office: Office, person: int) -> None:
    trail = trail_of(office, kind="person", person_id=person)
    admin = office.browser("audit.admin")
    assert NAME not in admin.get(f"/audit/{trail}").text
    assert admin.post(f"/audit/{trail}/unmask", {"reason": REASON}).status_code in (403, 404)
    assert admin.post(f"/audit/{trail}/bundle", {"reason": REASON}).status_code in (403, 404)
    assert office.browser("staff.rh").get(f"/audit/{trail}").status_code == 403


def test_a_trail_is_verified_and_an_altered_event_named(office: Office, auditor: Browser) -> None:
    person = office.register("于伶")
    trail = trail_of(office, kind="person", person_id=person)
    with office.app.db.transaction() as conn:
        append_only.remove(conn)
        conn.execute(sa.update(event).where(event.c.trail_id == trail, event.c.seq == 1).values(role="x"))
    page = auditor.post(f"/audit/{trail}/verify", {}).text
    assert "验证未通过" in page
    assert f"/audit/{trail}?at=1" in page


def test_the_interface_finds_and_reads_a_persons_trail(office: Office, person: int) -> None:
    program = Program(office, "auditor.sy")
    (found,) = program.post("/audit/persons", {"person": NAME}).json["trails"]
    assert (found["kind"], int(found["trail_id"])) == (
        "person", trail_of(office, kind="person", person_id=person)
    )  # fmt: skip
    read = program.get(f"/audit/{found['trail_id']}").json
    assert read["kind"] == "person"
    assert program.post(f"/audit/{found['trail_id']}/verify", {}).json["whole"] is True


def test_a_meeting_of_the_district_is_a_trail_with_its_way_and_form(office: Office, tmp_path: Path) -> None:
    deploy = commands.Deploy(((MEETING.name, MEETING.read_bytes()),), "随产品发布", heard=True)
    office.app.do(deploy, SYSTEM)  # opens the duties of the district
    office.clock.advance(timedelta(days=30))
    worker.tick(office.app)
    with office.app.read() as conn:
        query = sa.select(user_task.c.id, user_task.c.trail_id).where(user_task.c.element == "P15_Meeting")
        task, trail = conn.execute(query).one()
    values = {"held_at": "2026-04-07T10:00", "participants": [{"name": "企业代表"}], "minutes": "落实岗位"}
    office.app.do(commands.CompleteTask(task, values), office.actor("staff.sy"))
    auditor = office.browser("auditor.sy")
    page = auditor.get(f"/audit/{trail}").text
    assert "实际走过的路" in page
    assert "落实岗位" not in page
    taken = auditor.post(f"/audit/{trail}/bundle", {"reason": REASON}).data
    _said, evidence = verified(office, taken, tmp_path)
    assert evidence["forms"][str(task)]["minutes"] == "落实岗位"
    assert [one["key"] for one in evidence["definitions"]] == ["P15_joint_meeting"]
