"""One check for editor, interface, command line and release: what one of them passes no other refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from engine.compile import GateError
from tasks import commands
from tasks.actor import SYSTEM
from tasks.gate import opinion
from tests.tasks.studio import KEY, LIBRARY, SHIPPED
from tests.web.office import Browser, Office
from tests.web.test_api import Program
from web.cli_data import lint

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"


def stuck() -> bytes:
    """Return the shipped training with a join that waits for both of two ways of which one is taken."""
    root = etree.fromstring(SHIPPED)
    process = root.find(f"{_BPMN}process[@id='{KEY}']")
    assert process is not None
    join = etree.Element(f"{_BPMN}parallelGateway", id="P11_Both", name="汇合")
    process.insert(list(process).index(process.find(f"{_BPMN}userTask[@id='P11_Enrol']")), join)
    ours = next(uri for prefix, uri in root.nsmap.items() if prefix == "aid595")
    join.set(f"{{{ours}}}clauses", "R004-09.D2a")
    enrol = process.find(f"{_BPMN}userTask[@id='P11_Enrol']")
    assert enrol is not None
    for name in ("F_P11_Kind_GW_SKILL", "F_P11_Startup_P11_Enrol"):
        process.find(f"{_BPMN}sequenceFlow[@id='{name}']").set("targetRef", "P11_Both")
        etree.SubElement(join, f"{_BPMN}incoming").text = name
    for incoming in enrol.findall(f"{_BPMN}incoming"):
        enrol.remove(incoming)
    etree.SubElement(join, f"{_BPMN}outgoing").text = "F_P11_Both_P11_Enrol"
    first = etree.Element(f"{_BPMN}incoming")
    first.text = "F_P11_Both_P11_Enrol"
    enrol.insert(0, first)
    ends = {"sourceRef": "P11_Both", "targetRef": "P11_Enrol"}
    etree.SubElement(process, f"{_BPMN}sequenceFlow", id="F_P11_Both_P11_Enrol", **ends)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


@pytest.fixture(autouse=True)
def _nothing_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.release.OPINIONS", opinion.Opinions())


def send(browser: Browser, method: str, path: str, body: Any) -> Any:
    """Send JSON as the editor's script does."""
    headers = {"X-CSRF-Token": browser.token("/notices")}
    return browser.client.open(path, method=method, json=body, headers=headers)


def draft_of(office: Office, browser: Browser, xml: bytes) -> tuple[str, int]:
    """Open a draft and save a drawing into it; return its address and revision."""
    version = next(one for one in Program(office, "sup.rh").get("/processes").json["processes"]
                   if one["process_id"] == KEY and one["status"] == "active")  # fmt: skip
    answer = browser.post("/studio/drafts", {"process": KEY, "base": version["definition_id"]})
    path = str(answer.location)
    model = browser.get(path + "/model").json
    saved = send(browser, "PUT", path + "/model", {**model, "xml": xml.decode()})
    assert saved.status_code == 200, saved.text
    return path, saved.json["rev"]


def test_what_the_second_interpreter_refuses_is_never_green_in_the_editor(office: Office) -> None:
    boss = office.browser("sup.rh")
    path, rev = draft_of(office, boss, stuck())
    quick = send(boss, "POST", path + "/check", {}).json
    assert quick["heard"] is False, "the editor says that the check is not over"
    full = send(boss, "POST", path + "/check?wait=1", {}).json
    assert [one["rule"] for one in full["findings"] if one["severity"] == "error"] == ["second_opinion"]
    assert full["heard"] is True
    assert full["findings"][0]["way"]
    again = send(boss, "POST", path + "/check", {}).json
    assert again == full, "what was heard once is told at once"
    page = boss.get(path + "/submit").text
    assert "有1处问题" in page
    refused = boss.post(path + "/submit", {"rev": str(rev), "reason": "试"})
    assert refused.status_code == 422
    assert "停住" in refused.text


def test_what_the_editor_passes_is_submitted_without_another_walk(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    boss = office.browser("sup.rh")
    path, rev = draft_of(office, boss, SHIPPED.replace("登记培训需求台账".encode(), "登记培训需求".encode()))
    full = send(boss, "POST", path + "/check?wait=1", {}).json
    assert full == {"findings": [], "heard": True}
    monkeypatch.setattr("engine.spiff.second_opinion", None)
    assert boss.post(path + "/submit", {"rev": str(rev), "reason": "改名称"}).status_code == 303


def test_interface_command_line_and_deployment_say_the_same(office: Office, tmp_path: Path) -> None:
    body = {"process_id": KEY, "xml": stuck().decode()}
    told = Program(office, "sup.rh").post("/gate", body).json
    assert told["passes"] is False
    (said,) = [one["text"] for one in told["findings"] if one["severity"] == "error"]
    file = tmp_path / f"{KEY}.bpmn"
    file.write_bytes(stuck())
    assert [one["zh"] for one in lint((file,)) if one["severity"] == "error"] == [said]
    with pytest.raises(GateError) as refused:
        office.app.do(commands.Deploy(((file.name, stuck()),), "试"), SYSTEM)
    assert [one.zh for one in refused.value.findings if one.severity == "error"] == [said]


def test_the_command_line_walks_into_the_called_processes_that_are_shipped() -> None:
    caller = next(path for path in LIBRARY.diagrams() if path.name.startswith("P05_"))
    heard: list[list[bytes]] = []

    class Hearing(opinion.Opinions):
        def of(self, data: bytes, others: Any, wait: bool) -> Any:
            heard.append(list(others))
            return ()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tasks.release.OPINIONS", Hearing())
        assert [one for one in lint((caller,)) if one["severity"] == "error"] == []
    assert heard == [[SHIPPED]]
