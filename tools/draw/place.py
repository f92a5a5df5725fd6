"""Give every node a column, a lane, a row and then its pixels.

Columns are longest paths from the start, loops ignored; rows follow the predecessor inside the role's band.
A spec may overrule any of it with `place: {NODE: "lane row column"}`, `-` leaving a part to the tool.
"""

from __future__ import annotations

from tools.draw.model import EVENTS, GATEWAYS, Drawing, Node

GRID = 20
ROW = 140
WIDE, NARROW = 120, 80
GAP, BRANCH_GAP, WORD_GAP = 40, 60, 80
POOL_X, POOL_Y, LABELS = 160, 70, 60
EXIT_STRIP = 140
START_PITCH = 80
#: Room between the edge of a sub-process with rounds and what is inside it.
EDGE = 40


def place(d: Drawing) -> None:
    """Set rank, lane, row and centre of every node, and the boxes of lanes, body and pool."""
    trailing = {n.id for n in d.nodes.values() if n.tone == "quiet"}
    inner = [n for n in d.inner() if n.id not in trailing]
    _rows(d, inner, _ranks(d, inner))
    _pixels(d, inner)
    _trailing(d)


def _hint(d: Drawing, node: Node, part: int) -> str:
    words = d.hints.get(node.id, "").split()
    return words[part] if len(words) > part and words[part] != "-" else ""


def _ranks(d: Drawing, inner: list[Node]) -> dict[str, int]:
    """Set the columns and return how many columns still follow each node; the longest way keeps its row."""
    out: dict[str, list[str]] = {n.id: [] for n in inner}
    for source, target in _ways(d):
        if source in out and target in out:
            out[source].append(target)
    back = _loops(out, [n.id for n in sorted(inner, key=lambda n: n.kind != "start")])
    forward = [(a, b) for a, targets in out.items() for b in targets if (a, b) not in back]
    rank, rest = dict.fromkeys(out, 0), dict.fromkeys(out, 0)
    rank |= {n.id: int(column) for n in inner if (column := _hint(d, n, 2))}
    for _ in inner:
        for a, b in forward:
            if not _hint(d, d.nodes[b], 2):
                rank[b] = max(rank[b], rank[a] + 1)
            rest[a] = max(rest[a], rest[b] + 1)
    for n in inner:
        n.rank = rank[n.id]
    return rest


def _ways(d: Drawing) -> list[tuple[str, str]]:
    """Return the flows as (source, target); those of a sub-process with rounds go through what is inside."""
    into = {n.id: [m.id for m in d.within(n.id) if m.kind == "start"] for n in d.rounds()}
    out_of = {n.id: [m.id for m in d.within(n.id) if m.kind == "end"] for n in d.rounds()}
    return [
        (source, target)
        for f in d.flows
        for source in out_of.get(f.source, [f.source])
        for target in into.get(f.target, [f.target])
    ]


def _loops(out: dict[str, list[str]], order: list[str]) -> set[tuple[str, str]]:
    """Return the flows that lead back to a node still open on the way from the start."""
    back: set[tuple[str, str]] = set()
    state: dict[str, str] = {}

    def visit(node: str) -> None:
        state[node] = "open"
        for target in out[node]:
            if state.get(target) == "open":
                back.add((node, target))
            elif target not in state:
                visit(target)
        state[node] = "done"

    for node in order:
        if node not in state:
            visit(node)
    return back


def _rows(d: Drawing, inner: list[Node], rest: dict[str, int]) -> None:
    roles = [lane.role for lane in d.lanes]
    taken: set[tuple[str, int, int]] = set()
    before: dict[str, list[Node]] = {n.id: [] for n in inner}
    for source, target in _ways(d):
        if target in before and source in before:
            before[target].append(d.nodes[source])
    fixed = [n for n in inner if _hint(d, n, 1)]
    for n in fixed + [n for n in sorted(inner, key=lambda n: (n.rank, -rest[n.id])) if n not in fixed]:
        known = [p for p in before[n.id] if p.lane and p.rank < n.rank]
        own = n.attrs.get("role", "")
        n.lane = _hint(d, n, 0) or (own if own in roles else "") or (known[0].lane if known else roles[0])
        wish = [p.row for p in known if p.lane == n.lane]
        deep = 2 if f"{n.id}_Overdue_Svc" in d.nodes else 1
        row = int(_hint(d, n, 1) or (min(wish) if wish else 0))
        while not _hint(d, n, 1) and any((n.lane, row + k, n.rank) in taken for k in range(deep)):
            row += 1
        n.row = row
        taken.add((n.lane, row, n.rank))
        if deep == 2:
            taken |= {(n.lane, row + 1, n.rank), (n.lane, row + 1, n.rank + 1)}
    for lane in d.lanes:
        used = [row for role, row, _ in taken if role == lane.role]
        lane.rows = max(used, default=0) + 1


def _pixels(d: Drawing, inner: list[Node]) -> None:
    columns = max(n.rank for n in inner) + 1
    branching = {f.source for f in d.flows if f.branch}
    wide = {n.rank for n in inner if n.kind not in EVENTS | GATEWAYS}
    wider = {n.rank for n in inner if n.id in branching}
    outside = 180 if d.body else 0
    x = POOL_X + LABELS + outside + GAP
    centre: list[int] = []
    edges = [{n.rank for n in d.within(box.id) if n.kind != "boundary_timer"} for box in d.rounds()]
    for column in range(columns):
        x += EDGE * sum(column in (min(ranks), max(ranks) + 1) for ranks in edges)
        width = WIDE if column in wide else NARROW
        centre.append(x + width // 2)
        x += width + ((BRANCH_GAP if column + 1 in wide else WORD_GAP) if column in wider else GAP)
    right = x
    y = POOL_Y
    top_of: dict[str, int] = {}
    for i, lane in enumerate(d.lanes):
        head = 110 if i == 0 and d.body else 70
        tail = (50 + EXIT_STRIP if d.body else 50) if i == len(d.lanes) - 1 else 30
        if d.rounds():
            head, tail = head + GRID, tail + 2 * GRID
        lane.y, top_of[lane.role] = y, y + head
        lane.height = head + lane.rows * ROW - (ROW - 80) + tail
        if i == 0 and d.body:
            starts = sum(n.kind == "start" and n.body is None for n in d.nodes.values())
            lane.height = max(lane.height, head + starts * START_PITCH + 30)
        y += lane.height
    for n in inner:
        n.x, n.y = centre[n.rank], top_of[n.lane] + n.row * ROW + 40
    for box in d.rounds():
        _frame(d, box)
    end = right + (140 if d.body else 0)
    d.pool_box = (POOL_X, POOL_Y, end, y)
    if d.body:
        _outside(d, POOL_X + LABELS + outside, right, y - EXIT_STRIP)


def _frame(d: Drawing, box: Node) -> None:
    """Lay a sub-process around what is inside it, with room for its name above and its mark below."""
    inside = d.within(box.id)
    left, right = min(n.box[0] for n in inside) - EDGE, max(n.box[2] for n in inside) + EDGE
    top, bottom = min(n.box[1] for n in inside) - 60, max(n.box[3] for n in inside) + 60
    box.x, box.y, box.w, box.h = (left + right) // 2, (top + bottom) // 2, right - left, bottom - top
    box.lane = inside[0].lane


def _outside(d: Drawing, left: int, right: int, bottom: int) -> None:
    assert d.body
    d.body_box = (left, POOL_Y + 20, right, bottom)
    inner_start = d.nodes[f"{d.body}_Start"]
    lane = inner_start.lane
    starts = [n for n in d.nodes.values() if n.kind == "start" and n.body is None]
    for i, n in enumerate(starts):
        n.x, n.y, n.lane = left - 80, inner_start.y + i * START_PITCH, lane
    body = d.nodes[d.body]
    body.w, body.h = right - left, bottom - d.body_box[1]
    body.x, body.y, body.lane = left + body.w // 2, d.body_box[1] + body.h // 2, lane
    done = d.nodes[d.body.replace("_Body", "_Done_End")]
    done.x, done.y, done.lane = right + 80, inner_start.y, lane
    for i, n in enumerate(n for n in d.nodes.values() if n.kind == "boundary_message"):
        end = next(d.nodes[f.target] for f in d.flows if f.source == n.id)
        n.x, n.y, n.lane = left + 100 + i * 200, bottom, d.lanes[-1].role
        end.x, end.y, end.lane = n.x, bottom + 80, d.lanes[-1].role


def _trailing(d: Drawing) -> None:
    for n in list(d.nodes.values()):
        if n.kind != "boundary_timer":
            continue
        task = d.nodes[n.attached or ""]
        service, end = d.nodes[f"{task.id}_Overdue_Svc"], d.nodes[f"{task.id}_Overdue_End"]
        n.x, n.y = task.x - 40, task.y + task.h // 2
        service.x, service.y = task.x, task.y + ROW
        end.x, end.y = task.x + 100, service.y
        for part in (n, service, end):
            part.lane = task.lane
