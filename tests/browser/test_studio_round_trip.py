"""A diagram saved by the editor keeps everything that was not touched, and runs as it did."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Mapping
from enum import Enum
from typing import Any

import pytest
from lxml import etree
from playwright.sync_api import expect

from engine.compile import compile_diagram
from tasks.library import Library
from tests.browser.conftest import DeskOf
from tests.browser.studio import Studio

pytestmark = pytest.mark.browser

DIAGRAMS = {path.stem: path for path in Library().diagrams()}
XSI = "{http://www.w3.org/2001/XMLSchema-instance}type"
#: What other tools write, and what plain bpmn-js reads past or forgets.
FOREIGN = """
<bpmn:userTask id="Mine" name="多人" aid595:role="community_staff" aid595:form="P04_Plan"
    aid595:clauses="LOCAL" aid595:reason="本地" aid595:unheard="kept" xmlns:other="urn:other" other:mark="7">
  <bpmn:documentation>说明 &amp; 依据</bpmn:documentation>
  <bpmn:extensionElements><other:note level="2">他处<other:inner/></other:note></bpmn:extensionElements>
  <bpmn:multiInstanceLoopCharacteristics isSequential="true">
    <bpmn:loopDataInputRef>people</bpmn:loopDataInputRef>
    <bpmn:loopDataOutputRef>results</bpmn:loopDataOutputRef>
    <bpmn:inputDataItem id="person" name="person"/>
    <bpmn:completionCondition xsi:type="bpmn:tFormalExpression">loopCounter &gt; 2</bpmn:completionCondition>
  </bpmn:multiInstanceLoopCharacteristics>
</bpmn:userTask>
<bpmn:dataObject id="P04_Var_people" name="helpers" aid595:type="text"/>"""


def changes(before: bytes, after: bytes) -> list[str]:
    """Return what one file says and the other does not."""
    old, new = Counter(content(before)), Counter(content(after))
    return [f"lost: {line}" for line in old - new] + [f"new: {line}" for line in new - old]


def content(xml: bytes) -> list[str]:
    """Return everything a file says, a line an element, without what means nothing: order and indentation."""
    found = []
    for element in etree.fromstring(xml).iter():
        if not isinstance(element.tag, str):
            continue
        parent = element.getparent()
        above = "" if parent is None else parent.get("id") or etree.QName(parent).localname
        attributes = sorted(
            (str(key), re.sub(r"^\w+:", "", str(value)) if key == XSI else str(value))
            for key, value in element.attrib.items()
        )
        found.append(f"{above} > {element.tag} {attributes} {(element.text or '').strip()}")
    return found


def graph_of(xml: bytes) -> Any:
    """Return the compiled processes without the lines that things stand in."""
    return {key: _plain(graph) for key, graph in compile_diagram(xml).processes.items()}


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = (field.name for field in dataclasses.fields(value) if not field.name.endswith("line"))
        return {name: _plain(getattr(value, name)) for name in fields}
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | frozenset):
        return [_plain(one) for one in (sorted(value) if isinstance(value, frozenset) else value)]
    return value if isinstance(value, str | int | bool | Enum | type(None)) else repr(value)


def touch_nothing(studio: Studio) -> bytes:
    """Let the editor save once: a name is changed and the change undone."""
    name = studio.field("name")
    before = name.input_value()
    with studio.page.expect_response(lambda answer: answer.request.method == "PUT"):
        name.fill(before + "改")
        name.blur()
        studio.page.locator("[data-tool=undo]").click()
    studio.saved()
    assert studio.field("name").input_value() == before
    return studio.model()["xml"].encode()  # type: ignore[no-any-return]


#: Looked at by day: lanes with timers, a body with messages, rounds of a sub-process, and the most branches.
BY_DAY = ("P04_community_assistance", "P02_ledger_person", "P08_social_insurance_check", "P21_duty")
EVERY = [name if name in BY_DAY else pytest.param(name, marks=pytest.mark.nightly) for name in DIAGRAMS]


@pytest.mark.parametrize("name", EVERY)
def test_a_saved_diagram_keeps_what_was_not_touched(desk: DeskOf, name: str) -> None:
    shipped = DIAGRAMS[name].read_bytes()
    studio = Studio(desk("sup.rh")).new_draft(name.split("_")[0])
    saved = touch_nothing(studio)
    assert saved != shipped
    assert changes(shipped, saved) == []
    assert graph_of(saved) == graph_of(shipped)


def test_what_the_drawing_library_forgets_is_kept_too(desk: DeskOf) -> None:
    shipped = DIAGRAMS["P04_community_assistance"].read_text("utf-8")
    begin = '<bpmn:startEvent id="P04_Start"'
    foreign = shipped.replace(begin, FOREIGN + begin, 1)
    studio = Studio(desk("sup.rh")).import_draft("P04_community_assistance", "p04.bpmn", foreign.encode())
    saved = touch_nothing(studio)
    assert changes(foreign.encode(), saved) == []


def test_the_overview_of_all_pools_is_kept(desk: DeskOf) -> None:
    shipped = (Library().folder / "overview.bpmn").read_bytes()
    studio = Studio(desk("sup.rh")).import_draft("P01_survey_round", "overview.bpmn", shipped)
    assert changes(shipped, touch_nothing(studio)) == []


def test_a_file_without_drawing_is_laid_out_in_the_editor_and_kept(desk: DeskOf) -> None:
    shipped = DIAGRAMS["P05_street_assistance"].read_bytes()
    bare = re.sub(rb"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", b"", shipped, flags=re.DOTALL)
    studio = Studio(desk("sup.rh")).new_draft("P05")
    chooser = studio.page.locator("[data-part=tools] input[type=file]")
    chooser.set_input_files({"name": "p05.bpmn", "mimeType": "application/xml", "buffer": bare})
    expect(studio.page.locator(".st-notice")).to_contain_text("已自动排版")
    expect(studio.shape("P05_Interview")).to_be_attached()
    studio.saved()
    lost = [line for line in changes(bare, studio.model()["xml"].encode()) if line.startswith("lost")]
    assert lost == []
    studio.page.locator("[data-part=tools] summary").click()
    studio.page.get_by_role("button", name="自动排版").click()
    studio.page.get_by_role("button", name="恢复原来的图形").click()
    studio.saved()
    assert graph_of(studio.model()["xml"].encode()) == graph_of(shipped)
