"""Every element of processes.json and tasks.json stands in its diagram as the list says, and nothing else."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.diagrams.files import AID, BPMN, DRAWN, Diagram, diagram, met_by, processes, tasks, words

TYPES = {
    "SE": "startEvent", "UT": "userTask", "SVC": "serviceTask", "BR": "businessRuleTask",
    "CA": "callActivity", "PG": "parallelGateway", "XG": "exclusiveGateway", "EG": "eventBasedGateway",
    "TC": "intermediateCatchEvent", "MI": "subProcess",
    "MS": "intermediateThrowEvent", "MC": "intermediateCatchEvent", "EE": "endEvent", "TE": "endEvent",
}  # fmt: skip
BODY = {"waive": ("Waived", "MSG-14"), "exit": ("Exited", "MSG-15"), "found": ("FoundWork", "MSG-24")}
TIMERS = {
    "P03_Notice_Timer": "end_of_day(notice_until)",
    "P05_Wait5_Timer": 'start_of_day(due("DL-024"))',
    "P09_First_Timer": 'start_of_day(due("DL-039"))',
    "P06_Feedback_Timer": (
        'start_of_day(cd(due_literal("DL-033"), 0 - setting("district_outcome_lead_days")))'
    ),
}

each_process = pytest.mark.parametrize("process_id", DRAWN)


def elements(process_id: str) -> list[dict[str, Any]]:
    """Return the listed elements of a process."""
    found: list[dict[str, Any]] = processes()[process_id]["elements"]
    return found


def timer_id(d_elements: list[dict[str, Any]], task: str) -> str:
    """Return the id of a task's deadline timer; `_Due_Timer` where the list itself uses `_Timer`."""
    taken = {e["id"] for e in d_elements}
    return f"{task}_Timer" if f"{task}_Timer" not in taken else f"{task}_Due_Timer"


def carried(process_id: str) -> set[str]:
    """Return the ids that the two 'what every … carries' rules of the catalogue add."""
    short, listed = process_id.split("_")[0], elements(process_id)
    found: set[str] = set()
    body = processes()[process_id]["body"]
    if body:
        found = {f"{short}_Body", f"{short}_Body_Start", f"{short}_Done_End"}
    for key in body:
        found |= {f"{short}_{BODY[key][0]}_Msg", f"{short}_{BODY[key][0]}_End"}
    for task, _ in dated_tasks(process_id):
        found |= {timer_id(listed, task), f"{task}_Overdue_Svc", f"{task}_Overdue_End"}
    return found


def dated_tasks(process_id: str) -> list[tuple[str, str]]:
    """Return the user tasks that meet a one-off dated deadline, with its id."""
    return [
        (e["id"], rule)
        for e in elements(process_id) if e["type"] == "UT"
        for rule in words(e.get("DL", "")) if met_by().get(rule) == e["id"]
    ]  # fmt: skip


def messages_of(d: Diagram, node: str) -> list[str | None]:
    """Return the names of the messages an event throws or catches."""
    names = {m.get("id"): m.get("name") for m in d.root.iterfind(f"{BPMN}message")}
    definitions = d.nodes[node].iterfind(f"{BPMN}messageEventDefinition")
    return [names[definition.get("messageRef")] for definition in definitions]


def timer_of(d: Diagram, node: str) -> str | None:
    """Return the expression of a timer event."""
    return d.nodes[node].findtext(f"{BPMN}timerEventDefinition/{BPMN}timeDate")


@each_process
def test_the_diagram_has_exactly_the_listed_elements(process_id: str) -> None:
    listed = {e["id"] for e in elements(process_id)}
    assert set(diagram(process_id).nodes) == listed | carried(process_id)
    assert not listed & carried(process_id)


@each_process
def test_types_names_and_clauses_are_those_of_the_list(process_id: str) -> None:
    d = diagram(process_id)
    assert d.process.get("id") == process_id
    assert d.process.get("name") == processes()[process_id]["name_zh"]
    assert d.process.get(f"{AID}tier") == processes()[process_id]["tier"]
    assert d.process.get(f"{AID}correlation") in processes()[process_id]["correlation"]
    for e in elements(process_id):
        node = d.nodes[e["id"]]
        assert node.tag == BPMN + TYPES[e["type"]], e["id"]
        assert node.get("name") == e["name_zh"], e["id"]
        assert (node.get(f"{AID}clauses") or "").split() == e["clauses"], e["id"]
        terminate = node.find(f"{BPMN}terminateEventDefinition") is not None
        assert terminate == (e["type"] == "TE"), e["id"]
        assert (timer_of(d, e["id"]) is not None) == (e["type"] == "TC"), e["id"]
        if e["type"] == "TC":
            assert timer_of(d, e["id"]) == TIMERS[e["id"]]


@each_process
def test_ways_and_branches_are_those_of_the_list(process_id: str) -> None:
    d, body = diagram(process_id), f"{process_id.split('_')[0]}_Body"
    has_body = body in d.nodes
    for e in elements(process_id):
        if e["type"] == "SE" and has_body:
            assert d.targets(e["id"]) == {body}
            assert d.targets(f"{body}_Start") == set(e["next"])
        elif "branches" in e:
            got = {f.get(f"{AID}branch"): f.get("targetRef") for f in d.out_of(e["id"])}
            assert got == e["branches"], e["id"]
            assert all(f.get("id") == f"F_{e['id']}_{f.get(f'{AID}branch')}" for f in d.out_of(e["id"]))
            assert all(f.get("name") for f in d.out_of(e["id"])), e["id"]
        else:
            assert d.targets(e["id"]) == set(e.get("next", [])), e["id"]
            assert len(d.out_of(e["id"])) == len(e.get("next", [])), e["id"]
            ids = {f"F_{e['id']}_{target}" for target in e.get("next", [])}
            assert {f.get("id") for f in d.out_of(e["id"])} == ids


@each_process
def test_messages_and_end_codes_are_those_of_the_list(process_id: str) -> None:
    d = diagram(process_id)
    for e in elements(process_id):
        wanted = re.findall(r"MSG-\d\d", e.get("msg", "") + e.get("end", ""))
        if e["type"] != "SVC":
            assert messages_of(d, e["id"]) == wanted, e["id"]
        elif wanted:
            assert d.nodes[e["id"]].get(f"{AID}message") == wanted[0], e["id"]
        code = re.search(r"status (END-[A-Z]+)", e.get("end", ""))
        assert d.nodes[e["id"]].get(f"{AID}status") == (code.group(1) if code else None), e["id"]
        if level := re.search(r"\(level (\w+)\)", e.get("msg", "") + e.get("end", "")):
            assert d.nodes[e["id"]].get(f"{AID}level") == level.group(1)
        if entry := re.search(r"\(entry tier ([A-Z]+)\)", e.get("msg", "")):
            assert d.nodes[e["id"]].get(f"{AID}entryTier") == entry.group(1)


@each_process
def test_work_of_an_element_is_that_of_the_list(process_id: str) -> None:
    d = diagram(process_id)
    pairs = {
        "DL": "deadline", "paper": "papers", "reg": "registers", "duty": "duty", "auto": "autofill",
        "table": "decision",
    }  # fmt: skip
    plain = {
        "role": "role",
        "eyes": "otherPersonThan",
        "until": "roleUntil",
        "guard": "guard",
        "count": "count",
    }
    for e in elements(process_id):
        node = d.nodes[e["id"]]
        for key, attribute in pairs.items():
            assert (node.get(AID + attribute) or "").split() == words(e.get(key, "")), (e["id"], key)
        for key, attribute in plain.items():
            assert node.get(AID + attribute) == e.get(key), (e["id"], key)
        sets = words(re.sub(r"\([^)]*\)", "", e.get("set", "")))
        assert (node.get(f"{AID}sets") or "").split() == sets, e["id"]
        assert node.get("calledElement") == e.get("calls"), e["id"]
        assert (node.get(f"{AID}service") is not None) == (e["type"] == "SVC"), e["id"]


@each_process
def test_user_tasks_agree_with_the_task_list(process_id: str) -> None:
    d = diagram(process_id)
    wanted = {t["id"]: t for t in tasks().values() if t["process"] == process_id}
    drawn = {i: n for i, n in d.nodes.items() if n.tag == f"{BPMN}userTask"}
    assert set(drawn) == set(wanted)
    for task_id, task in wanted.items():
        node = drawn[task_id]
        assert node.get(f"{AID}form") == task_id
        assert node.get("name") == task["name_zh"]
        for attribute, key in (
            ("role", "role"), ("tier", "tier"), ("roleUntil", "role_until_designated"), ("guard", "guard"),
            ("otherPersonThan", "other_person_than"),
        ):  # fmt: skip
            assert node.get(AID + attribute) == task[key], (task_id, key)
        for attribute, key in (
            ("clauses", "clauses"), ("deadline", "deadlines"), ("papers", "papers"),
            ("registers", "registers"), ("autofill", "may_be_filled_by"),
        ):  # fmt: skip
            assert (node.get(AID + attribute) or "").split() == task[key], (task_id, key)
        steps = {str(int(c[5:7])) for c in task["clauses"] if c.startswith("R004-") and c[5:7] != "00"}
        assert (node.get(f"{AID}step") or "") in (steps or {""}), task_id


@each_process
def test_every_routing_field_is_a_declared_variable(process_id: str) -> None:
    d = diagram(process_id)
    declared = {v.get("name"): v for v in d.process.iterfind(f"{BPMN}dataObject")}
    for task in (t for t in tasks().values() if t["process"] == process_id):
        for item in (f for f in task["fields"] if f["routing"]):
            variable = declared[item["name"]]
            assert variable.get(f"{AID}type") == item["type"], (task["id"], item["name"])
            options = [o for o in item.get("options", []) if o not in {"END_CODE", "EXIT_CODE"}]
            assert set(options) <= set((variable.get(f"{AID}options") or "").split()), item["name"]


@each_process
def test_the_body_carries_waiver_exit_and_found_work(process_id: str) -> None:
    d, short = diagram(process_id), process_id.split("_")[0]
    kinds = processes()[process_id]["body"]
    assert (f"{short}_Body" in d.nodes) == bool(kinds)
    for key in kinds:
        word, message = BODY[key]
        event, end = d.nodes[f"{short}_{word}_Msg"], f"{short}_{word}_End"
        assert event.get("attachedToRef") == f"{short}_Body"
        assert event.get("cancelActivity") == "true"
        assert messages_of(d, f"{short}_{word}_Msg") == [message]
        assert d.targets(f"{short}_{word}_Msg") == {end}
        assert messages_of(d, end) == (["MSG-09"] if key == "found" else [])
    if kinds:
        body = d.nodes[f"{short}_Body"]
        assert d.targets(f"{short}_Body") == {f"{short}_Done_End"}
        outside = {e["id"] for e in elements(process_id) if e["type"] == "SE"}
        inside = {n.get("id") for n in body.iterchildren() if n.get("id") in d.nodes}
        assert {e["id"] for e in elements(process_id)} - outside <= inside
        assert not outside & inside


@each_process
def test_every_dated_deadline_has_its_quiet_branch(process_id: str) -> None:
    d, listed = diagram(process_id), elements(process_id)
    for task, rule in dated_tasks(process_id):
        timer = timer_id(listed, task)
        assert d.nodes[timer].get("attachedToRef") == task
        assert d.nodes[timer].get("cancelActivity") == "false"
        assert timer_of(d, timer) == f'end_of_day(due("{rule}"))'
        assert d.targets(timer) == {f"{task}_Overdue_Svc"}
        assert d.nodes[f"{task}_Overdue_Svc"].get(f"{AID}service") == "mark_overdue"
        assert d.targets(f"{task}_Overdue_Svc") == {f"{task}_Overdue_End"}
        assert d.targets(f"{task}_Overdue_End") == set()


#: Numbers of the one-off deadlines that the drawn processes arm.
DATED = (1, 2, 3, 4, 9, 15, 17, 18, 21, 24, 25, 26, 27, 30, 31, 33, 34, 37, 38, 39, 47, 103, 104)


def test_all_dated_deadlines_of_these_processes_are_armed_once() -> None:
    armed = sorted(rule for process_id in DRAWN for _, rule in dated_tasks(process_id))
    wanted = sorted(f"DL-{n:03}" for n in DATED)
    assert armed == wanted
