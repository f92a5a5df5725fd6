"""Three kinds of change to the diagrams of the tiers, made on the shipped files, with the mapping of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from engine.codec import canonical
from tasks.library import Library
from tests.tasks.local_step import shipped_rule

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
AID = "urn:aid595:bpmn:1"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
_REFERENCES = ("id", "sourceRef", "targetRef", "attachedToRef", "bpmnElement", f"{{{AID}}}otherPersonThan")
KEYS = ("P04_community_assistance", "P05_street_assistance", "P06_district_assistance")


class Drawing:
    """A diagram that is edited as a person would: rename, remove, insert, change."""

    def __init__(self, path: Path) -> None:
        self.root = etree.fromstring(path.read_bytes())

    def bytes(self) -> bytes:
        """Return the file."""
        return etree.tostring(self.root, encoding="UTF-8", xml_declaration=True)

    def find(self, element: str) -> etree._Element:
        """Return an element by its id."""
        return next(one for one in self.root.iter(f"{{{BPMN}}}*") if one.get("id") == element)

    def rename(self, old: str, new: str) -> None:
        """Give an element another id."""
        for one in self.root.iter():
            for name in _REFERENCES:
                if one.get(name) == old:
                    one.set(name, new)
            if (one.text or "").strip() == old:
                one.text = new

    def take_out(self, element: str) -> None:
        """Remove a step of one way in and one way out; what came to it goes on behind it."""
        flows = list(self.root.iter(f"{{{BPMN}}}sequenceFlow"))
        behind = next(flow for flow in flows if flow.get("sourceRef") == element)
        for flow in flows:
            if flow.get("targetRef") == element:
                flow.set("targetRef", behind.get("targetRef"))
        self._remove(behind.get("id") or "")
        self._remove(element)

    def _remove(self, element: str) -> None:
        for one in list(self.root.iter()):
            gone = element in (one.get("id"), one.get("bpmnElement")) or (one.text or "").strip() == element
            if gone and one.getparent() is not None:
                one.getparent().remove(one)

    def put_in(self, before: str, task: str, form: str) -> None:
        """Draw a new step of the same kind behind another one."""
        like = self.find(before)
        flows = self.root.iter(f"{{{BPMN}}}sequenceFlow")
        flow = next(one for one in flows if one.get("sourceRef") == before)
        made = self._add(like, "userTask", id=task, name="新增环节")
        for name, value in like.attrib.items():
            if str(name).startswith(f"{{{AID}}}") and not str(name).endswith(("deadline", "sets", "papers")):
                made.set(name, value)
        made.set(f"{{{AID}}}form", form)
        made.set(f"{{{AID}}}clauses", "LOCAL")
        made.set(f"{{{AID}}}reason", "本区加强核实")
        self._add(like, "sequenceFlow", id=f"F_{task}", sourceRef=task, targetRef=str(flow.get("targetRef")))
        flow.set("targetRef", task)

    def _add(self, beside: etree._Element, kind: str, **attributes: str) -> etree._Element:
        parent = beside.getparent()
        assert parent is not None
        return etree.SubElement(parent, f"{{{BPMN}}}{kind}", attributes)

    def retime(self, event: str, text: str) -> None:
        """Write another time into a timer."""
        date = next(self.find(event).iter(f"{{{BPMN}}}timeDate"))
        date.text = text

    def add_timer(self, host: str, event: str, text: str, rule: str) -> None:
        """Hang a timer on a step that marks a rule missed and ends."""
        like = self.find(host)
        made = self._add(like, "boundaryEvent", id=event, attachedToRef=host, cancelActivity="false")
        made.set("name", "新增时限")
        timer = etree.SubElement(made, f"{{{BPMN}}}timerEventDefinition")
        etree.SubElement(timer, f"{{{BPMN}}}timeDate").text = text
        service = self._add(like, "serviceTask", id=f"{event}_Svc", name="标记逾期")
        service.set(f"{{{AID}}}service", "mark_overdue")
        service.set(f"{{{AID}}}deadline", rule)
        self._add(like, "endEvent", id=f"{event}_End")
        ways = ((event, f"{event}_Svc"), (f"{event}_Svc", f"{event}_End"))
        for source, target in ways:
            self._add(like, "sequenceFlow", id=f"F_{source}", sourceRef=source, targetRef=target)

    def drop_timer(self, event: str) -> None:
        """Remove a boundary timer with what follows it."""
        behind = [event, f"{event[: -len('_Timer')]}_Overdue_Svc", f"{event[: -len('_Timer')]}_Overdue_End"]
        for flow in list(self.root.iter(f"{{{BPMN}}}sequenceFlow")):
            if flow.get("sourceRef") in behind:
                self._remove(flow.get("id") or "")
        for element in behind:
            self._remove(element)

    def add_way(self, gateway: str, event: str, target: str, text: str) -> None:
        """Let an event gateway wait for a time too."""
        like = self.find(gateway)
        made = self._add(like, "intermediateCatchEvent", id=event, name="久无回音")
        timer = etree.SubElement(made, f"{{{BPMN}}}timerEventDefinition")
        etree.SubElement(timer, f"{{{BPMN}}}timeDuration").text = text
        self._add(like, "sequenceFlow", id=f"F_{gateway}_{event}", sourceRef=gateway, targetRef=event)
        self._add(like, "sequenceFlow", id=f"F_{event}", sourceRef=event, targetRef=target)

    def make_default(self, gateway: str, branch: str) -> None:
        """Let one branch of a gateway be taken where no other is."""
        flows = self.root.iter(f"{{{BPMN}}}sequenceFlow")
        flow = next(
            f for f in flows if f.get("sourceRef") == gateway and f.get(f"{{{AID}}}branch") == branch
        )
        for condition in list(flow):
            flow.remove(condition)
        self.find(gateway).set("default", flow.get("id") or "")


@dataclass(frozen=True)
class Change:
    """One kind of change: the three new diagrams, and the mapping that takes cases over."""

    name: str
    files: Mapping[str, bytes]
    mappings: Mapping[str, Mapping[str, str]]
    #: timers that the change takes away on purpose
    dropped: frozenset[str] = frozenset()
    #: what the new versions bring besides their drawing
    annexes: Mapping[str, str] = field(default_factory=dict)


def drawings(library: Library) -> dict[str, Drawing]:
    """Return the shipped diagrams of the three tiers."""
    paths = {path.stem: path for path in library.diagrams()}
    return {key: Drawing(paths[key]) for key in KEYS}


_RENAMED = {
    KEYS[0]: ("P04_Wishes P04_Outcome P04_Body P04_HandOver_GW P04_Accepted_Msg P04_FirstContact_Timer"
              " P04_Waived_Msg P04_Join_GW"),
    KEYS[1]: "P05_Collect P05_Match P05_Body P05_Training_Call P05_Wait5_Timer P05_Plan_Timer P05_Exited_Msg",
    KEYS[2]: "P06_Collect P06_Contact P06_Body P06_Feedback_GW P06_Feedback_Timer P06_Contact_Timer",
}  # fmt: skip


def renamed(library: Library) -> Change:
    """Steps, gateways, timers and the sub-process itself under other ids."""
    made = drawings(library)
    mappings = {key: {name: f"{name}_2" for name in _RENAMED[key].split()} for key in KEYS}
    for key, mapping in mappings.items():
        for old, new in mapping.items():
            made[key].rename(old, new)
    contact = {**shipped_rule("DL-031"), "met_by": mappings[KEYS[2]]["P06_Contact"]}
    annexes = {KEYS[2]: canonical({"rules": {"DL-031": contact}})}
    return Change("renamed", {key: one.bytes() for key, one in made.items()}, mappings, annexes=annexes)


def redrawn(library: Library) -> Change:
    """A step taken out of each diagram, another put in; work of the removed step goes on behind it."""
    made = drawings(library)
    p04, p05, p06 = (made[key] for key in KEYS)
    p04.take_out("P04_Interview")
    p04.put_in("P04_Guidance", "P04_New", "P04_Guidance")
    p04.put_in("P04_Wishes", "P04_New2", "P04_Wishes")
    p05.take_out("P05_Policy")
    p05.put_in("P05_Collect", "P05_New", "P05_Assess")
    p06.take_out("P06_Career")
    p06.put_in("P06_Plan", "P06_New", "P06_Widen")
    mappings = {
        KEYS[0]: {"P04_Interview": "P04_Outcome"},
        KEYS[1]: {"P05_Policy": "P05_Collect"},
        KEYS[2]: {"P06_Career": "P06_Collect"},
    }
    return Change("redrawn", {key: one.bytes() for key, one in made.items()}, mappings)


def retimed(library: Library) -> Change:
    """Timers with another time, one gone, one new in each diagram; gateways that decide or wait otherwise."""
    made = drawings(library)
    p04, p05, p06 = (made[key] for key in KEYS)
    p04.retime("P04_FirstContact_Timer", 'end_of_day(cd(due("DL-015"), 1))')
    p04.drop_timer("P04_FirstVacancy_Timer")
    p04.add_timer("P04_Plan", "P04_NewTimer", 'end_of_day(due("DL-017"))', "DL-017")
    p04.add_way("P04_HandOver_GW", "P04_Silence", "P04_Submit", "P30D")
    p04.make_default("P04_Decide_GW", "RETRY")
    p05.retime("P05_Plan_Timer", 'end_of_day(cd(due("DL-018"), 1))')
    p05.drop_timer("P05_Contact_Timer")
    p05.add_timer("P05_Assess", "P05_NewTimer", 'end_of_day(due("DL-025"))', "DL-025")
    p06.retime("P06_Meeting_Timer", 'end_of_day(cd(due("DL-026"), 1))')
    p06.drop_timer("P06_Designate_Timer")
    p06.add_timer("P06_Assess", "P06_NewTimer", 'end_of_day(due("DL-033"))', "DL-033")
    p06.make_default("P06_Match_GW", "NONE")
    files = {key: one.bytes() for key, one in made.items()}
    dropped = frozenset({"P04_FirstVacancy_Timer", "P05_Contact_Timer", "P06_Designate_Timer"})
    return Change("retimed", files, {key: {} for key in KEYS}, dropped)


CHANGES = {"renamed": renamed, "redrawn": redrawn, "retimed": retimed}
