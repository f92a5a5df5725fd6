"""Taking a running instance from one version of its diagram to another, without losing what is at work.

A `Plan` says for every element of the old version where it is in the new one; `migrate` carries it out on one
instance under its lock. Tokens keep their numbers, tasks and timers their rows: what waits goes on waiting.
"""

from __future__ import annotations

from engine.migration.act import Outcome, migrate
from engine.migration.plan import ENDS, Plan, make_plan
from engine.migration.said import NotMigratable, PlanInvalid, Said

__all__ = ["ENDS", "NotMigratable", "Outcome", "Plan", "PlanInvalid", "Said", "make_plan", "migrate"]
