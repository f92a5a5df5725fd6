"""A district that lives: invented people and offices, and the days of a year on a virtual clock.

Everything goes through the door. What a form is filled with is what the record and the form's own examples
say; only where a choice matters is there a chance (`tasks.year.chances`), by the id of the step.
"""

from tasks.year.living import Lived, live, load
from tasks.year.plan import Plan

__all__ = ["Lived", "Plan", "live", "load"]
