"""What the product reads from `bpmn/`: rules, settings, tables, forms, calendars. Read once, shared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from engine.calendar import WorkCalendar
from engine.decisions import DecisionTable, parse_dmn
from engine.definitions import NO_ANNEX
from engine.errors import NotFound
from engine.graph import Node
from tasks import annex
from tasks.connectors.systems import System, load_systems
from tasks.decision_inputs import Thresholds, load_thresholds
from tasks.forms import spec as form_specs
from tasks.policy import Policy, load_policy
from tasks.settings import Setting, load_settings

FOLDER = Path(__file__).parent.parent / "bpmn"
#: Order in which diagrams are deployed: called processes before their callers.
TIERS = ("community", "street", "district")


@dataclass(frozen=True)
class Library:
    """The data half of a release."""

    folder: Path = FOLDER

    @cached_property
    def policy(self) -> Policy:
        """Return the deadline rules."""
        return load_policy(self.folder / "policy.toml")

    @cached_property
    def settings(self) -> dict[str, Setting]:
        """Return what an office may decide."""
        return load_settings(self.folder / "settings.toml")

    @property
    def systems(self) -> Mapping[str, System]:
        """Return the outside systems."""
        return load_systems(self.folder / "systems.toml")

    @cached_property
    def calendar(self) -> WorkCalendar:
        """Return the shipped years."""
        return WorkCalendar.load(self.folder / "calendars")

    @cached_property
    def tables(self) -> Mapping[str, DecisionTable]:
        """Return the decision tables by id (`DT-08`)."""
        files = sorted((self.folder / "decisions").glob("*.dmn"))
        return {file.name[:5]: parse_dmn(file.read_bytes()) for file in files}

    @cached_property
    def thresholds(self) -> Thresholds:
        """Return labour ages and income lines."""
        return load_thresholds(self.folder)

    @cached_property
    def forms(self) -> Mapping[str, form_specs.FormSpec]:
        """Return the form of every user task by its id."""
        return form_specs.load_forms(self.folder / "forms")

    @cached_property
    def clauses(self) -> frozenset[str]:
        """Return the ids of all clauses of the policy."""
        rows = json.loads((self.folder / "policy" / "rules.json").read_text("utf-8"))
        return frozenset(row["id"] for row in rows)

    @property
    def shipped(self) -> Library:
        """Return the library without anything laid over it."""
        return self

    def form_of(self, node: Node) -> form_specs.FormSpec:
        """Return the form a task asks; raise NotFound."""
        found = self.forms.get(node.attrs.get("form") or node.id)
        if found is None:
            raise NotFound
        return found

    def with_forms(self, text: str) -> Library:
        """Return this library with the forms of an annex laid over it: what an instance of its version asks.

        Raises AnnexRefused, FormFault.
        """
        return self if text == NO_ANNEX else _laid(self, text, ())

    def with_rules(self, texts: tuple[str, ...]) -> Library:
        """Return this library with the deadline rules of annexes laid over it, a later one over an earlier.

        Raises AnnexRefused, PolicyInvalid.
        """
        return _laid(self, NO_ANNEX, texts) if texts else self

    def diagrams(self) -> list[Path]:
        """Return the executable diagrams, called ones first."""
        found = [path for tier in TIERS for path in sorted((self.folder / tier).glob("*.bpmn"))]
        return sorted(found, key=lambda path: "P11" not in path.name)


@dataclass(frozen=True)
class Overlaid(Library):
    """A library with something laid over it; all else is the one below."""

    below: Library = field(default_factory=Library)
    form_annex: str = NO_ANNEX
    rule_annexes: tuple[str, ...] = ()

    @property
    def shipped(self) -> Library:
        """Return the library at the bottom."""
        return self.below.shipped

    @cached_property
    def policy(self) -> Policy:
        """Return the deadline rules with those of the annexes."""
        found = self.below.policy
        for text in self.rule_annexes:
            found = found.with_rules(annex.read(text)["rules"])
        return found

    @cached_property
    def forms(self) -> Mapping[str, form_specs.FormSpec]:
        """Return the forms with those of the annex."""
        entries = annex.read(self.form_annex)["forms"]
        sets = form_specs.load_sets(self.folder / "forms")
        made = {name: form_specs.read_form("", name, entry, sets) for name, entry in entries.items()}
        return {**self.below.forms, **made}

    @cached_property
    def settings(self) -> dict[str, Setting]:
        """Return what an office may decide."""
        return self.below.settings

    @cached_property
    def calendar(self) -> WorkCalendar:
        """Return the shipped years."""
        return self.below.calendar

    @cached_property
    def tables(self) -> Mapping[str, DecisionTable]:
        """Return the decision tables by id."""
        return self.below.tables

    @cached_property
    def thresholds(self) -> Thresholds:
        """Return labour ages and income lines."""
        return self.below.thresholds

    @cached_property
    def clauses(self) -> frozenset[str]:
        """Return the ids of all clauses of the policy."""
        return self.below.clauses


@lru_cache(maxsize=64)
def _laid(below: Library, form_annex: str, rule_annexes: tuple[str, ...]) -> Library:
    return Overlaid(below.folder, below, form_annex, rule_annexes)
