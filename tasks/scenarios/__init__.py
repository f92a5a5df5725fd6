"""Scenarios: the office's own tests, told in its words and run against the real program."""

from tasks.scenarios.cli import cli_run
from tasks.scenarios.coverage import Coverage
from tasks.scenarios.faults import BadScenario, Difference, ScenarioFault
from tasks.scenarios.report import Result
from tasks.scenarios.runner import Runner, run_paths, scenario_files

__all__ = [
    "BadScenario", "Coverage", "Difference", "Result", "Runner", "ScenarioFault", "cli_run", "run_paths",
    "scenario_files",
]  # fmt: skip
