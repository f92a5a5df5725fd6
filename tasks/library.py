"""What the product reads from `bpmn/`: rules, settings, tables, forms, calendars. Read once, shared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from engine.calendar import WorkCalendar
from engine.decisions import DecisionTable, parse_dmn
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

    def diagrams(self) -> list[Path]:
        """Return the executable diagrams, called ones first."""
        found = [path for tier in TIERS for path in sorted((self.folder / tier).glob("*.bpmn"))]
        return sorted(found, key=lambda path: "P11" not in path.name)
