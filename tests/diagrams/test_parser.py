"""An independent parser of the same standard reads the diagrams and finds the same nodes."""

from __future__ import annotations

import pytest
from lxml import etree

from tests.diagrams.files import BPMN, DRAWN, diagram


@pytest.mark.parametrize("process_id", DRAWN)
def test_spiffworkflow_parses_the_diagram(process_id: str) -> None:
    from SpiffWorkflow.bpmn.parser import BpmnParser
    from SpiffWorkflow.bpmn.parser.task_parsers import TaskParser
    from SpiffWorkflow.bpmn.specs.defaults import ServiceTask

    class Parser(BpmnParser):  # type: ignore[misc]
        # Plain BPMN has no decision tables; ours are named by aid595:decision, which this parser cannot know.
        OVERRIDE_PARSER_CLASSES = {  # noqa: RUF012
            f"{BPMN}businessRuleTask": (TaskParser, ServiceTask),
            f"{BPMN}serviceTask": (TaskParser, ServiceTask),
        }

    parser = Parser()
    for each in dict.fromkeys((process_id, *_called(process_id))):
        root = etree.parse(str(diagram(each).path))
        for loop in root.iter(f"{BPMN}multiInstanceLoopCharacteristics"):
            # What a round is for is named by aid595:collection, which this parser cannot know either.
            etree.SubElement(loop, f"{BPMN}loopCardinality").text = "1"
        parser.add_bpmn_xml(root, filename=each)
    spec = parser.get_spec(process_id)
    parts = parser.get_subprocess_specs(process_id)
    names = set(spec.task_specs) | {name for part in parts.values() for name in part.task_specs}
    assert set(diagram(process_id).nodes) <= names


def _called(process_id: str) -> list[str]:
    return [
        n.get("calledElement", "")
        for n in diagram(process_id).nodes.values()
        if n.tag == f"{BPMN}callActivity"
    ]
