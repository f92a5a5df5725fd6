"""One thing wrong with a form or rule that a version brings."""

from __future__ import annotations

from typing import NamedTuple

from engine.compile.findings import Severity


class Problem(NamedTuple):
    """`place` is the way to it in the annex: `forms.P04_Plan.situation`, `rules.DL-018.value`."""

    place: str
    zh: str
    en: str
    severity: Severity = "error"
