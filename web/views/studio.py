"""The library of the studio: processes with versions and drafts; any version for reading; new drafts."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from engine.codec import loads
from engine.errors import AidError, FormInvalid, NotFound
from tasks import studio_commands as commands
from tasks.queries import studio
from web.clauses import clauses
from web.context import ctx
from web.errors import sentence_of, status_of
from web.going import go
from web.numbers import whole
from web.words import process_code, process_ids

views = Blueprint("studio", __name__, url_prefix="/studio")
_MOST_REASON = 500


@dataclass(slots=True)
class Shelf:
    """One process of the library."""

    key: str
    versions: list[studio.Version]
    drafts: list[studio.Draft]

    @property
    def active(self) -> studio.Version | None:
        """Return the version at work."""
        return next((one for one in self.versions if one.status == "active"), None)

    @property
    def elsewhere(self) -> int:
        """Return how many instances run on other versions than the one at work."""
        return studio.elsewhere(self.versions)

    @property
    def waiting(self) -> list[studio.Version]:
        """Return versions that wait for a signature or for being put to work."""
        return [one for one in self.versions if one.status in ("submitted", "approved")]


def shelves() -> list[Shelf]:
    """Return every process that has a version or a draft, by its code."""
    with ctx().app.read() as conn:
        versions, drafts = studio.versions(conn), studio.drafts(conn)
    found: dict[str, Shelf] = {}
    for version in versions:
        found.setdefault(version.key, Shelf(version.key, [], [])).versions.append(version)
    for draft in drafts:
        found.setdefault(draft.key, Shelf(draft.key, [], [])).drafts.append(draft)
    return sorted(found.values(), key=lambda shelf: process_code(shelf.key))


@views.get("")
def index() -> str:
    """List processes with versions, who, when, why, running cases and drafts."""
    return _library()


def _library(refusal: AidError | None = None, chosen: str = "") -> str:
    found = shelves()
    keys = sorted({shelf.key for shelf in found} | process_ids(), key=process_code)
    sentence = sentence_of(refusal, ctx().lang) if refusal else ""
    return render_template("studio.html", shelves=found, keys=keys, chosen=chosen, sentence=sentence)


@views.get("/<key>/<int:version>")
def show(key: str, version: int) -> str:
    """Show one version for reading: its diagram, its steps, what it brings besides."""
    context = ctx()
    with context.app.read() as conn:
        versions = studio.versions(conn, key)
        found = next((one for one in versions if one.version == version), None)
        source = studio.definition_source(conn, found.id) if found else None
    if found is None or source is None:
        raise NotFound
    graph = context.graph(found.id)
    steps = [node for node in graph.nodes.values() if node.attrs.get("form")]
    told = [(node, clauses(node.attr_list("clauses"))) for node in steps]
    return render_template(
        "studio_version.html", process=found, versions=versions, steps=told, annex=loads(source.annex)
    )


@views.post("/drafts")
def open_draft() -> Response:
    """Begin a draft from a version or from a file."""
    context = ctx()
    key = request.form.get("process", "")
    try:
        base = request.form.get("base", type=whole)
        upload = request.files.get("file")
        xml = upload.read() if upload is not None else None
        if base is None and not xml:
            raise FormInvalid([("file", context.t("studio.no_file"), context.t("studio.no_file"))])
        command = commands.OpenDraft(key, base, xml or None, _reason())
        token = context.command_key(request.form.get("_key", ""), f"draft:{key}:{base}")
        done = context.app.do(command, context.actor, token)
    except NotFound:
        raise
    except (AidError, UnicodeDecodeError) as fault:
        refusal = fault if isinstance(fault, AidError) else FormInvalid([("file", *_unread())])
        return make_response(_library(refusal, key), status_of(refusal))
    return go(f"/studio/drafts/{done.extra['draft_id']}", "laid_out" if done.extra["laid_out"] else "")


def _unread() -> tuple[str, str]:
    sentence = ctx().t("studio.file_unread")
    return sentence, sentence


def _reason() -> str:
    return request.form.get("reason", "").strip()[:_MOST_REASON]


@views.post("/drafts/<int:draft_id>/discard")
def discard(draft_id: int) -> Response:
    """Throw a draft away."""
    context = ctx()
    context.app.do(commands.DiscardDraft(draft_id, _reason()), context.actor)
    return go("/studio", "discarded")
