"""A draft's difference and trial on its pages: sentences, marks, results, and who may see them."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.codec import loads
from tasks import studio_commands, trials
from tasks.queries import studio
from tests.tasks.local_step import KEY, SHIPPED, annex, with_visit
from tests.web.office import Browser, Office

THIRD_SUCCEEDS = trials.SCENARIOS / "GS10_third_referral_succeeds.yaml"


@pytest.fixture(scope="module")
def draft(office: Office) -> int:
    """A draft of P04 with a step, a form and rules of its own."""
    supervisor = office.actor("sup.rh")
    base = office.app.do(studio_commands.OpenDraft(KEY, _active(office)), supervisor)
    draft_id = int(base.extra["draft_id"])
    office.app.do(
        studio_commands.SaveModel(draft_id, int(base.extra["rev"]), with_visit(), annex()), supervisor
    )
    return draft_id


def _active(office: Office) -> int:
    with office.app.read() as conn:
        return office.app.definitions.active(conn, KEY).id


@pytest.fixture
def supervisor(office: Office) -> Browser:
    return office.browser("sup.rh")


def test_the_difference_of_a_draft_is_told_and_drawn(draft: int, supervisor: Browser) -> None:
    page = supervisor.client.get(f"/studio/drafts/{draft}/difference")
    assert page.status_code == 200
    assert "新增环节“上门核实”" in page.text
    assert "新增表单“上门核实”" in page.text
    new = supervisor.client.get(f"/studio/drafts/{draft}/difference/new").get_json()
    old = supervisor.client.get(f"/studio/drafts/{draft}/difference/old").get_json()
    assert "P04_Visit" in new["added"]
    assert "F_P04_FirstContact_P04_Plan" in old["changed"]


def test_a_draft_without_a_change_says_so(office: Office, supervisor: Browser) -> None:
    done = office.app.do(studio_commands.OpenDraft(KEY, _active(office)), office.actor("sup.rh"))
    page = supervisor.client.get(f"/studio/drafts/{done.extra['draft_id']}/difference")
    assert "没有改动" in page.text


def test_a_draft_that_cannot_be_read_says_what_to_do(office: Office, supervisor: Browser) -> None:
    actor = office.actor("sup.rh")
    done = office.app.do(studio_commands.OpenDraft(KEY, _active(office)), actor)
    draft_id = int(done.extra["draft_id"])
    empty = SHIPPED.replace(b'isExecutable="true"', b'isExecutable="false"')
    office.app.do(studio_commands.SaveModel(draft_id, int(done.extra["rev"]), empty), actor)
    page = supervisor.client.get(f"/studio/drafts/{draft_id}/difference")
    assert page.status_code == 200
    assert "请先改正检查中的问题" in page.text


def test_the_scenarios_are_run_from_the_page_and_told_with_the_place(
    office: Office, draft: int, supervisor: Browser, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    story = THIRD_SUCCEEDS.read_text("utf-8")
    (tmp_path / "passes.yaml").write_text(story, "utf-8")
    (tmp_path / "fails.yaml").write_text(_never_at_the_plan(story), "utf-8")
    monkeypatch.setattr(trials, "SCENARIOS", tmp_path)
    path = f"/studio/drafts/{draft}/trial"
    assert "还没有试运行过" in supervisor.client.get(path).text
    assert supervisor.post(path, {}).status_code == 303
    _wait(office, draft)
    page = supervisor.client.get(path).text
    assert "2个场景中有1个未通过" in page
    assert "fails.yaml" in page
    marks = loads(supervisor.client.get(path + "/marks").text)
    assert "P04_Plan" in marks["failing"]
    assert "F_P04_Visit_P04_Plan" in marks["taken"]
    assert "2个场景中有1个未通过" in supervisor.client.get(f"/studio/drafts/{draft}/submit").text
    told = supervisor.client.get(path + "/failures").get_json()["failures"]
    assert [one["element"] for one in told] == loads(supervisor.client.get(path + "/marks").text)["failing"]
    with office.app.read() as conn:
        found = studio.draft(conn, draft)
    assert found is not None
    changed = with_visit().replace("上门核实".encode(), "上门看望".encode())
    later = studio_commands.SaveModel(draft, found.rev, changed, annex())
    office.app.do(later, office.actor("sup.rh"))
    assert supervisor.client.get(path + "/failures").get_json() == {"failures": []}


def _never_at_the_plan(story: str) -> str:
    """Return the story with an end that expects a step to be open which is long done."""
    return story.rstrip() + "\n  - expect: {for: 甲, in: [P04], includes: [P04_Plan]}\n"


def _wait(office: Office, draft_id: int) -> None:
    with office.app.read() as conn:
        trial = trials.of_draft(conn, draft_id)
    assert trial is not None
    trials.wait(trial.id)


@pytest.mark.parametrize("name", ["staff.rh", "auditor.sy", "system.admin", "security.admin"])
def test_a_draft_is_for_supervisors_alone(office: Office, draft: int, name: str) -> None:
    client = office.browser(name).client
    for path in ("difference", "difference/new", "trial", "trial/marks", "trial/failures"):
        assert client.get(f"/studio/drafts/{draft}/{path}").status_code == 403
