"""Read the committed diagrams and the policy lists they must agree with."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

ROOT = Path(__file__).resolve().parents[2]
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DI = "{http://www.omg.org/spec/DD/20100524/DI}"
AID = "{urn:aid595:bpmn:1}"

DRAWN = (
    "P01_survey_round", "P01a_interview", "P02_ledger_person", "P03_registration_recognition",
    "P04_community_assistance", "P05_street_assistance", "P06_district_assistance",
    "P07_employment_registration", "P09_follow_up", "P10_stabilisation", "P11_skills_training",
    "P12_continued_training", "P13_public_welfare_post", "P15_joint_meeting", "P21_duty",
)  # fmt: skip
NODES = {
    "startEvent", "endEvent", "intermediateThrowEvent", "intermediateCatchEvent", "boundaryEvent",
    "exclusiveGateway", "parallelGateway", "eventBasedGateway", "userTask", "serviceTask", "businessRuleTask",
    "callActivity", "subProcess", "task",
}  # fmt: skip


@dataclass(frozen=True)
class Diagram:
    """One file: its root, its process, and the flow nodes and sequence flows by id."""

    path: Path
    root: etree._Element
    process: etree._Element
    nodes: dict[str, etree._Element]
    flows: dict[str, etree._Element]

    def out_of(self, node: str) -> list[etree._Element]:
        """Return the sequence flows that leave a node."""
        return [f for f in self.flows.values() if f.get("sourceRef") == node]

    def targets(self, node: str) -> set[str]:
        """Return the ids a node leads to."""
        return {f.get("targetRef", "") for f in self.out_of(node)}


@cache
def diagram(process_id: str) -> Diagram:
    """Return the committed diagram of a process."""
    (path,) = ROOT.glob(f"bpmn/*/{process_id}.bpmn")
    root = etree.parse(str(path)).getroot()
    (process,) = root.iterfind(f"{BPMN}process")
    nodes = {e.get("id"): e for e in process.iter() if str(e.tag).removeprefix(BPMN) in NODES}
    flows = {e.get("id"): e for e in process.iter(f"{BPMN}sequenceFlow")}
    return Diagram(path, root, process, nodes, flows)


@cache
def _policy(name: str) -> Any:
    return json.loads((ROOT / "bpmn" / "policy" / name).read_text(encoding="utf-8"))


def processes() -> dict[str, dict[str, Any]]:
    """Return the list of processes by id."""
    return {p["id"]: p for p in _policy("processes.json")["processes"]}


def tasks() -> dict[str, dict[str, Any]]:
    """Return the list of user tasks by id."""
    return {t["id"]: t for t in _policy("tasks.json")["tasks"]}


@cache
def met_by() -> dict[str, str]:
    """Return, for each one-off dated deadline, the element that meets it."""
    with (ROOT / "bpmn" / "policy" / "deadlines.csv").open(encoding="utf-8-sig") as rows:
        return {row["id"]: row["met_by"] for row in csv.DictReader(rows) if row["met_by"]}


def words(text: str) -> list[str]:
    """Return the parts of a comma separated list."""
    return [part.strip() for part in text.split(",") if part.strip()]
