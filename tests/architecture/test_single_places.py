"""One commit, one clock, one gate for XML; and calls that have no place at all."""

from __future__ import annotations

import pytest

from tests.architecture.source import Rule, calls, imports, violations

COMMIT = "engine/store/db.py"
CLOCK = "engine/clock.py"
XML = "engine/xmlsafe.py"
TELLS_TIME = (
    "datetime.now", "datetime.utcnow", "datetime.today", "datetime.fromtimestamp", "date.today",
    "date.fromtimestamp", "time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.monotonic",
    "time.monotonic_ns", "time.perf_counter", "time.perf_counter_ns",
)
PARSES_XML = ("etree.fromstring", "etree.parse", "etree.XML", "etree.iterparse", "etree.XMLParser")
EVALUATES = {"eval", "exec", "compile", "__import__"}
FORBIDDEN = {
    "render_template_string": "makes a template of data",
    "add_bpmn_str": "goes round the XML gate",
    "add_bpmn_file": "goes round the XML gate",
    "add_bpmn_files": "goes round the XML gate",
    "add_bpmn_files_by_glob": "goes round the XML gate",
    "add_bpmn_io": "goes round the XML gate",
    "breakpoint": "is for debugging",
}
FORBIDDEN_MODULES = {"pickle", "shelve", "marshal", "xml"}


def commits(path: str, text: str) -> list[str]:
    if path == COMMIT:
        return []
    return [
        f"{path}:{line} commits: only {COMMIT} does" for line, name in calls(text) if name.endswith(".commit")
    ]


def looks_at_the_time(path: str, text: str) -> list[str]:
    if path == CLOCK:
        return []
    found = [
        f"{path}:{line} {name}: ask a Clock" for line, name in calls(text)
        if name.endswith(TELLS_TIME) and name.split(".")[-2:] in [one.split(".") for one in TELLS_TIME]
    ]
    return found + [
        f"{path}:{line} imports the time: ask a Clock" for line, module in imports(text) if module == "time"
    ]


def parses_xml(path: str, text: str) -> list[str]:
    if path == XML:
        return []
    return [f"{path}:{line} {name}: use {XML}" for line, name in calls(text) if name.endswith(PARSES_XML)]


def calls_what_is_forbidden(path: str, text: str) -> list[str]:
    found = [
        f"{path}:{line} {name} {FORBIDDEN[name.rpartition('.')[2]]}" for line, name in calls(text)
        if name.rpartition(".")[2] in FORBIDDEN
    ]
    found += [f"{path}:{line} {name} evaluates text" for line, name in calls(text) if name in EVALUATES]
    return found + [
        f"{path}:{line} must not import {module}" for line, module in imports(text)
        if module.split(".")[0] in FORBIDDEN_MODULES
    ]


RULES = [commits, looks_at_the_time, parses_xml, calls_what_is_forbidden]


@pytest.mark.parametrize("rule", RULES)
def test_each_thing_happens_in_its_one_place(rule: Rule) -> None:
    found = violations(rule)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (commits, "def f(conn):\n    conn.commit()"),
        (looks_at_the_time, "from datetime import datetime\ndatetime.now()"),
        (looks_at_the_time, "import datetime\ndatetime.date.today()"),
        (looks_at_the_time, "from time import time as t"),
        (parses_xml, "from lxml import etree\netree.fromstring(b'<a/>')"),
        (calls_what_is_forbidden, "eval('1')"),
        (calls_what_is_forbidden, "parser.add_bpmn_str('x')"),
        (calls_what_is_forbidden, "import pickle"),
        (calls_what_is_forbidden, "import xml.etree.ElementTree"),
    ],
)
def test_a_second_place_is_seen(rule: Rule, text: str) -> None:
    assert len(rule("tasks/example.py", text)) == 1


def test_the_one_place_itself_passes() -> None:
    assert commits(COMMIT, "conn.commit()") == []
    assert looks_at_the_time(CLOCK, "datetime.now(UTC)") == []
    assert calls_what_is_forbidden("engine/gate/ids.py", "re.compile('a')") == []
