"""Which recurring duties a form offers: those that passed undone, and those done beside their windows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tasks import labels
from tasks.duties import AD_HOC
from tasks.queries.case_page import Duty


def duty_choices(of: str, duties: Iterable[Duty], lang: str) -> Sequence[tuple[str, str]]:
    """Return (kind, name) for a field that names a duty: `duty` the missed, `ad_hoc` those at any time."""
    missed = (one.kind for one in duties if one.missed)
    kinds = {"duty": missed, "ad_hoc": AD_HOC}.get(of, ())
    return [(kind, labels.label("duty", kind, lang)) for kind in dict.fromkeys(kinds)]
