"""What the release pages show of one version or draft: who and why, what happened, what it would mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.codec import loads
from engine.compile import Finding as GateFinding
from engine.compile import GateError
from engine.errors import NotFound
from engine.xmlsafe import XmlRefused
from tasks import release, releases
from tasks.annex import AnnexRefused
from tasks.impact import Impact, impact
from tasks.queries import studio
from tasks.queries.release_history import history
from tasks.queries.trail import Happened
from tasks.release import Checked, Finding
from web.context import Ctx

_WAITING = ("submitted", "approved")
Annex = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One version with what belongs to it."""

    version: studio.Version
    source: studio.Source
    versions: list[studio.Version]
    happened: list[Happened]
    annex: Annex
    #: who saved the draft last may not sign it either
    mine: bool
    draft: studio.Draft | None
    #: what it would mean, while it waits
    impact: Impact | None
    #: where it asks less than the policy, while it waits
    looser: list[GateFinding]

    @property
    def active(self) -> studio.Version | None:
        """Return the version at work."""
        return next((one for one in self.versions if one.status == "active"), None)

    @property
    def elsewhere(self) -> int:
        """Return how many instances run on other versions than the one at work."""
        return studio.elsewhere(self.versions)

    @property
    def before(self) -> studio.Version | None:
        """Return the version that taking this one back would bring to work."""
        older = (one for one in self.versions if one.version < self.version.version and one.activated_at)
        return max(older, key=lambda one: one.version, default=None)


def load_version(
    context: Ctx, definition_id: int
) -> tuple[studio.Version, studio.Source, list[studio.Version]]:
    """Return a version, what it consists of, and every version of its process; raise NotFound."""
    with context.app.read() as conn:
        source = studio.definition_source(conn, definition_id)
        versions = studio.versions(conn, source.key) if source is not None else []
    found = next((one for one in versions if one.id == definition_id), None)
    if found is None or source is None:
        raise NotFound
    return found, source, versions


def load_sheet(context: Ctx, definition_id: int) -> Sheet:
    """Read what a release page shows; raise NotFound."""
    found, source, versions = load_version(context, definition_id)
    with context.app.read() as conn:
        drafts = studio.drafts(conn, found.key)
        happened = history(conn, found.key)
    draft = next((one for one in drafts if one.definition_id == definition_id), None)
    hands = {found.author_id, draft.saved_by if draft else None}
    meaning = impact_of(context, source) if found.status in _WAITING else None
    looser = looser_of(context, source) if found.status in _WAITING else []
    return Sheet(
        found, source, versions, happened, loads(source.annex), context.user_id in hands, draft, meaning,
        looser,
    )  # fmt: skip


def looser_of(context: Ctx, source: studio.Source) -> list[GateFinding]:
    """Return where a version asks less than the policy; nothing while it is too broken to tell."""
    try:
        return release.looser(context.app.library.shipped, source.xml.encode(), source.annex)
    except (AnnexRefused, GateError, XmlRefused):
        return []


def impact_of(context: Ctx, source: studio.Source) -> Impact | None:
    """Return what a draft or version would mean; None while it is too broken to tell."""
    try:
        return impact(context.app, source)
    except (GateError, XmlRefused, AnnexRefused, NotFound):
        return None


def draft_of(context: Ctx, draft_id: int) -> tuple[studio.Draft, studio.Source]:
    """Return a draft and what it consists of; raise NotFound."""
    with context.app.read() as conn:
        found, source = studio.draft(conn, draft_id), studio.draft_source(conn, draft_id)
    if found is None or source is None:
        raise NotFound(zh="没有找到这份草稿，可能已经发布或被放弃。")
    return found, source


def check_of(context: Ctx, source: studio.Source, *, wait: bool = True) -> Checked:
    """Check a draft as its release would, changing nothing; without `wait` leave out what takes seconds."""
    return releases.check_source(context.app, source.key, source.xml, source.annex, wait=wait)


def told_findings(found: Sequence[Finding], lang: str) -> list[dict[str, Any]]:
    """Return what the gate says, in a language, as data."""
    zh = lang == "zh"
    return [
        {
            "rule": one.rule, "element": one.element, "line": one.line, "severity": one.severity,
            "text": one.zh if zh else one.en, "way": one.way_zh if zh else one.way_en, "place": one.place,
        }
        for one in found
    ]  # fmt: skip
