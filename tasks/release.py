"""The gate for the 595: what diagrams may name here, and which processes a file publishes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from engine.compile import Diagram, compile_diagram
from engine.compile import Finding as GateFinding
from engine.decisions import DecisionRefused, DecisionTable, parse_dmn
from engine.definitions import NO_ANNEX, Deployed
from engine.expressions import ExpressionError
from engine.gate import WAYS, FormField, GateError, Known, examine
from engine.xmlsafe import XmlRefused
from tasks.actor import ROLES
from tasks.gate import check_annex, check_together, minima, place_of, told_already
from tasks.gate.opinion import OPINIONS
from tasks.gate.problem import Problem
from tasks.library import Library
from tasks.services import SERVICES

#: What timers and conditions may call; `tasks.world.timer_functions` provides them (a test compares).
FUNCTIONS = frozenset(
    {
        "due", "due_literal", "end_of_day", "start_of_day", "cd", "wd", "mo", "eff", "setting", "today",
        "contribution_hits", "candidates",
    }
)
#: What a drawing may say of itself in attributes of ours; the editor has the same list.
ATTRIBUTES = frozenset(
    {
        "clauses", "reason", "tier", "step", "role", "roleUntil", "roleStreet", "roleDistrict",
        "otherPersonThan", "form", "papers", "registers", "sets", "autofill", "guard", "count", "reruns",
        "duty", "deadline", "decision", "service", "message", "returns", "branch", "correlation", "type",
        "options", "entryTier", "startsOnly", "opensCase", "entryTierFrom", "level", "employmentKind",
        "endCode", "endCodeFrom", "status", "statusFrom", "collection", "item",
        "overview", "processes", "bpmn",  # of the overview, which is not run
    }
)  # fmt: skip
#: MSG-07 and MSG-27 are not used (RULES J.2a).
MESSAGES = frozenset(f"MSG-{n:02d}" for n in range(1, 30) if n not in (7, 27))


def known(library: Library) -> Known:
    """Return everything a diagram of this product may name."""
    return replace(_known(library.shipped), forms=_fields_of(library))


@lru_cache(maxsize=4)
def _known(library: Library) -> Known:
    return Known(
        services=frozenset(SERVICES),
        decisions={table_id: outputs_of(table) for table_id, table in library.tables.items()},
        functions=FUNCTIONS,
        roles=frozenset(ROLES),
        messages=MESSAGES,
        clauses=library.clauses | {"LOCAL"},
        attributes=ATTRIBUTES,
    )


@lru_cache(maxsize=16)
def _fields_of(library: Library) -> Mapping[str, tuple[FormField, ...]]:
    return {
        form_id: tuple(FormField(f.name, f.type, f.options, f.routing) for f in spec)
        for form_id, spec in library.forms.items()
    }


def outputs_of(table: DecisionTable) -> dict[str, tuple[object, ...]]:
    """Return the values each output of a table can take; empty where one depends on the inputs."""
    found: dict[str, tuple[object, ...]] = {}
    for n, output in enumerate(table.outputs):
        try:
            values = [rule.outputs[n]({}, {}) for rule in table.rules]
        except ExpressionError:
            values = []
        found[output.name] = tuple(dict.fromkeys(values))
    return found


#: A finding with the element and line at which an author sees it.
Told = tuple[GateFinding, str, int]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a draft, and the way out. `place` names the form, field or rule of the annex."""

    rule: str
    element: str
    line: int
    severity: str
    zh: str
    en: str
    way_zh: str
    way_en: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What the one check says of a file and what it brings.

    `heard` tells whether the second interpreter was asked; it is only asked what the gate lets pass.
    """

    told: tuple[Told, ...]
    diagram: Diagram | None
    heard: bool

    @property
    def refused(self) -> bool:
        """Tell whether something is wrong for certain."""
        return self.diagram is None or any(finding.severity == "error" for finding, *_ in self.told)

    @property
    def passes(self) -> bool:
        """Tell whether a release would be accepted: nothing is wrong, and both interpreters were heard."""
        return self.heard and not self.refused

    @property
    def findings(self) -> list[Finding]:
        """Return the findings as an author reads them, errors first."""
        return [_for_author(one) for one in self.told]

    def require(self) -> Diagram:
        """Return the diagram; raise GateError naming every finding where something is wrong."""
        if self.diagram is None or self.refused:
            raise GateError([finding for finding, *_ in self.told])
        return self.diagram


#: From the keys of the processes a file calls to their files.
Others = Callable[[frozenset[str]], Sequence[bytes]]


def check(
    library: Library, data: bytes, annex: str, deployed: Deployed, others: Others, key: str | None = None,
    *, wait: bool = True,
) -> Checked:  # fmt: skip
    """Check a file and what it brings, as editor, API, command line and release all do; changes nothing.

    The gate comes first, then the second interpreter, which may take seconds: without `wait` only what it
    said before is told. `key` is the process it is a draft of. Raises AnnexRefused.
    """
    diagram, told = _examine(library, data, annex, deployed, key)
    gate = Checked(tuple(told), diagram, False)
    if diagram is None or gate.refused:
        return gate
    calls = deployed.with_graphs(diagram.processes).calls
    called = frozenset().union(*(all_called(one, calls) for one in diagram.processes))
    said = OPINIONS.of(data, others(called - set(diagram.processes)), wait)
    more = [(one, one.element, one.line) for one in said or ()]
    return Checked((*more, *told), diagram, said is not None)


def looser(library: Library, data: bytes, annex: str) -> list[GateFinding]:
    """Return where a file and what it brings ask less than the policy; raise AnnexRefused or XmlRefused."""
    laid = check_annex(library, annex)[0]
    graphs = compile_diagram(data).processes.values()
    return [finding for graph in graphs for finding in minima.check(laid, graph)]


def files_of(at_work: Mapping[str, str | bytes]) -> Others:
    """Return how the files of called processes are found among those at work, by key."""
    return lambda called: [
        text.encode() if isinstance(text, str) else text
        for text in dict.fromkeys(at_work[key] for key in sorted(called) if key in at_work)
    ]


def _for_author(one: Told) -> Finding:
    finding, element, line = one
    place = finding.element if finding.rule == "annex" else ""
    return Finding(
        finding.rule, element, line, finding.severity, finding.zh, finding.en, *WAYS[finding.rule], place
    )


def admit(
    library: Library, data: bytes, deployed: Deployed, annex: str = NO_ANNEX, key: str | None = None
) -> Diagram:
    """Pass a file and what it brings through the gate, beside the processes at work.

    Raises GateError naming every finding, AnnexRefused.
    """
    diagram, told = _examine(library, data, annex, deployed, key)
    return Checked(tuple(told), diagram, False).require()


def _examine(
    library: Library, data: bytes, annex: str, deployed: Deployed, key: str | None
) -> tuple[Diagram | None, list[Told]]:
    """Return the diagram and each finding with the element and line it is shown at."""
    laid, kept, problems = check_annex(library, annex)
    diagram, found = examine(data, replace(known(laid), calls=deployed.calls, by_message=deployed.by_message))
    graphs = {} if diagram is None else diagram.processes
    told = [
        (finding, finding.element, finding.line)
        for finding in found
        if not told_already(finding, annex, kept, graphs)
    ]
    if diagram is not None:
        if key is not None and set(diagram.processes) != {key}:
            told.append((_other_process(key, diagram), key, 1))
        for one in check_together(library, laid, kept, diagram):
            if isinstance(one, Problem):
                problems.append(one)
            else:
                told.append((one, one.element, one.line))
    for problem in problems:
        element, line = place_of(problem, graphs, laid)
        finding = GateFinding("annex", problem.place, line, problem.zh, problem.en, problem.severity)
        told.append((finding, element, line))
    return diagram, sorted(told, key=lambda one: (one[0].severity, one[2], one[1]))


def _other_process(key: str, diagram: Diagram) -> GateFinding:
    names = "、".join(diagram.processes)
    zh = f"这份草稿应当只含流程“{key}”，图中是：{names or '没有可执行的流程'}。"
    en = f"The draft should hold the process “{key}” alone; it holds {names or 'none that can run'}."
    return GateFinding("release", key, 1, zh, en)


def all_called(key: str, calls: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return every process that a process calls, directly or through others."""
    found: set[str] = set()
    ahead = list(calls.get(key, ()))
    while ahead:
        here = ahead.pop()
        if here not in found:
            found.add(here)
            ahead.extend(calls.get(here, ()))
    return frozenset(found)


def examine_files(library: Library, files: Sequence[tuple[bytes, str]]) -> list[list[Finding]]:
    """Return what a release would say of each file and its annex, beside the diagrams that are shipped."""
    deployed, at_work = Deployed(), dict[str, str | bytes]()
    for data in (path.read_bytes() for path in library.diagrams()):
        graphs = compile_diagram(data).processes
        deployed = deployed.with_graphs(graphs)
        at_work |= dict.fromkeys(graphs, data)
    at_work |= by_process([data for data, _annex in files])
    found: list[list[Finding]] = []
    for data, annex in files:
        checked = check(library, data, annex, deployed, files_of(at_work))
        if checked.diagram is not None and not checked.refused:
            deployed = deployed.with_graphs(checked.diagram.processes)
        found.append(checked.findings)
    return found


def by_process(files: Sequence[bytes]) -> dict[str, str | bytes]:
    """Return the file of each process in files; one that cannot be read has none."""
    found: dict[str, str | bytes] = {}
    for data in files:
        try:
            found |= dict.fromkeys(compile_diagram(data).processes, data)
        except (GateError, XmlRefused):
            continue
    return found


def examine_table(data: bytes) -> list[Finding]:
    """Return what is wrong with the file of a decision table: cells, overlaps, and days that leave a gap."""
    try:
        parse_dmn(data)
    except (XmlRefused, DecisionRefused) as refused:
        way_zh = "请在决策表文件的这一行改正；有起止日的行要前后衔接，同一天不能有两行命中。"
        way_en = "Correct the file at this line; dated rows join, and no two of them match on one day."
        zh, en = refused.sentence("zh"), refused.sentence("en")
        return [Finding("decisions", "", refused.line, "error", zh, en, way_zh, way_en)]
    return []
