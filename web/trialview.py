"""What the studio shows of a difference and of a trial: sentences, results, and marks for the viewer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.compile import GateError
from engine.store.conn import Connection
from engine.xmlsafe import XmlRefused
from tasks import trials
from tasks.access import Subject, authorize
from tasks.annex import AnnexRefused
from tasks.difference import Difference, Source, alike, compare
from tasks.queries import studio
from tasks.trials import Trial
from web.context import Ctx

#: Marks of a difference on the old and on the new diagram.
SIDES: Mapping[str, tuple[str, ...]] = {
    "old": ("removed", "changed"),
    "new": ("added", "changed", "moved"),
}


@dataclass(frozen=True, slots=True)
class Compared:
    """A version or draft beside the one it is compared with."""

    base: studio.Version
    difference: Difference


def compared(context: Ctx, source: studio.Source, base_id: int | None) -> Compared | None:
    """Compare with a version, or with the one at work; None where there is none or one cannot be read."""
    with context.app.read() as conn:
        base = _base(conn, source.key, base_id)
        old = studio.definition_source(conn, base.id) if base is not None else None
    if base is None or old is None:
        return None
    try:
        found = compare(Source(old.xml, old.annex), Source(source.xml, source.annex), context.app.library)
    except (GateError, XmlRefused, AnnexRefused):
        return None
    return Compared(base, found)


def same_as_active(context: Ctx, source: studio.Source) -> int | None:
    """Return the number of the version at work where a source holds nothing else than that."""
    with context.app.read() as conn:
        active = _base(conn, source.key, None)
        now = studio.definition_source(conn, active.id) if active is not None else None
    if active is None or now is None:
        return None
    same = alike(Source(now.xml, now.annex), Source(source.xml, source.annex))
    return active.version if same else None


def _base(conn: Connection, key: str, base_id: int | None) -> studio.Version | None:
    versions = studio.versions(conn, key)
    wanted = (one for one in versions if (one.id == base_id if base_id else one.status == "active"))
    return next(wanted, None)


def version_before(version: studio.Version, versions: list[studio.Version]) -> int | None:
    """Return the id of the version that was at work before a version, or is while it waits."""
    older = [one for one in versions if one.version < version.version and one.activated_at]
    return max(older, key=lambda one: one.version).id if older else None


def difference_marks(found: Difference, side: str) -> dict[str, Any]:
    """Return the marks of one side for the viewer."""
    return {name: sorted(getattr(found, name)) for name in SIDES[side]}


def trial_of(context: Ctx, draft_id: int) -> Trial | None:
    """Return the latest trial of a draft."""
    with context.app.read() as conn:
        return trials.of_draft(conn, draft_id)


def start_trial(context: Ctx, draft: studio.Draft, source: studio.Source) -> int:
    """Start the office's scenarios against a draft as it is saved; return the trial's id."""
    authorize(context.actor, "edit_process", Subject("/"))
    kept = Source(source.xml, source.annex)
    return trials.start(context.app.db, draft.key, kept, draft.id, context.user_id)


def trial_marks(trial: Trial) -> dict[str, Any]:
    """Return what the scenarios touched, what they did not, and where they failed."""
    flows: Mapping[str, int] = trial.coverage.get("flows", {})
    failing = sorted({element for result in trial.failed for element in result["elements"]})
    return {
        "taken": sorted(flows),
        "untouched": [one for one in trial.coverage.get("missing", ()) if one not in failing],
        "failing": failing,
    }


def trial_failures(trial: Trial, lang: str) -> list[dict[str, str]]:
    """Return each failure at each of its elements, in words."""
    return [
        {"element": element, "text": f"{result['id']} {result['title']} · {result[lang]}"}
        for result in trial.failed
        for element in result["elements"]
    ]
