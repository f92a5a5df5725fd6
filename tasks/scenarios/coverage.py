"""What scenarios have not touched: user tasks, branches, and deadline rules that open rows or duties."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.codec import loads
from engine.graph import Kind
from tasks.app import App
from tasks.store import stories


@dataclass
class Coverage:
    """What there is, and what scenarios have touched of it."""

    tasks: set[str] = field(default_factory=set)
    branches: set[str] = field(default_factory=set)
    deadlines: set[str] = field(default_factory=set)
    all_tasks: set[str] = field(default_factory=set)
    all_branches: set[str] = field(default_factory=set)
    all_deadlines: set[str] = field(default_factory=set)

    def learn(self, app: App) -> None:
        """Note everything the deployed diagrams have."""
        with app.read() as conn:
            graphs = [made.graph for made in app.definitions.all_active(conn)]
        elements = {graph.process_id for graph in graphs}
        for graph in graphs:
            for node in graph.nodes.values():
                elements.add(node.id)
                if node.kind is Kind.USER:
                    self.all_tasks.add(node.id)
                keys = [flow.branch for flow in node.outgoing if flow.branch]
                self.all_branches |= {f"{node.id}={key}" for key in keys}
        for rule in app.library.policy.rules.values():
            duty = rule.recurrence.duty if rule.recurrence is not None else None
            if duty in elements or any(opening.element in elements for opening in rule.opens):
                self.all_deadlines.add(rule.id)

    def add(self, app: App) -> None:
        """Note what one scenario has touched."""
        with app.read() as conn:
            rows = stories.touched(conn)
        for kind, element, text in rows:
            data = loads(text)
            if kind == "TaskCompleted" and element:
                self.tasks.add(element)
            elif kind == "BranchTaken":
                self.branches.add(f"{element}={data['branch']}")
            elif kind in ("DeadlineSet", "DeadlinePending", "DutyOpened"):
                self.deadlines.add(str(data["rule"]))

    def lines(self) -> list[str]:
        """Return the report: what was touched of what there is, then what was not."""
        found = []
        for zh, done, every in (
            ("用户任务", self.tasks, self.all_tasks),
            ("分支", self.branches, self.all_branches),
            ("期限", self.deadlines, self.all_deadlines),
        ):
            missing = sorted(every - done)
            found.append(f"{zh}：{len(every) - len(missing)}/{len(every)}")
            found += [f"  未覆盖 {name}" for name in missing]
        return found
