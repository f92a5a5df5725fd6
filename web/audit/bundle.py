"""The evidence of one trail in one file: data, diagrams, pictures, a page to read, and what verifies it."""

from __future__ import annotations

import hashlib
import hmac
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flask import render_template

from engine.clock import SHANGHAI
from engine.codec import dumps
from tasks.queries import studio
from tasks.queries.audit_case import Run
from tasks.queries.evidence import evidence
from web import words
from web.audit import drawing, timeline, why
from web.audit.file import AuditFile
from web.context import Ctx

_HERE = Path(__file__).parent
_STATIC = _HERE.parent / "static"
#: Sheets of the page, in order; a bundle reads them from one file of its own.
_SHEETS = ("colours.css", "audit.css", "bundle.css")
_VERIFIER = "verify_bundle.py"
#: The same for every bundle: a file's own time says nothing.
_WHEN = (1980, 1, 1, 0, 0, 0)
_EVERY = 1_000_000


def pack(context: Ctx, file: AuditFile, reason: str, checkpoints: Path | None) -> bytes:
    """Return the bundle of a trail; the reader gave a reason to see everything of it."""
    with context.app.read() as conn:
        found, files = evidence(conn, file.owner, file.title, checkpoints)
    pictures = _pictures(context, file)
    found["pictures"] = {str(run): [way.name for way in ways] for run, ways in pictures.items()}
    found["made"] = {
        "at": context.now.astimezone(SHANGHAI).isoformat(timespec="seconds"), "by": context.actor.name,
        "reason": reason,
    }  # fmt: skip
    page = render_template(
        "bundle.html", file=file, case=file.head, made=found["made"], made_at=_made_at(context),
        waits=why.waits(file), ways=pictures, entries=timeline.entries(file, most=_EVERY),
        branches={run.id: list(why.branches(file, run)) for run in file.runs},
        # with the year, as it may be read years later
        moment=lambda us: words.moment_text(us, date.min, context.lang),
    )  # fmt: skip
    parts: dict[str, bytes] = {
        "evidence.json": dumps(found).encode(), "page.html": page.encode(),
        "page.css": "\n".join((_STATIC / name).read_text("utf-8") for name in _SHEETS).encode(),
        _VERIFIER: (_HERE / _VERIFIER).read_bytes(),
        **_standing_alone(pictures),
        **{name: text.encode() for name, text in files.items()},
    }  # fmt: skip
    manifest = {name: hashlib.sha256(part).hexdigest() for name, part in sorted(parts.items())}
    closed = dumps(manifest).encode()
    signed = hmac.digest(context.app.keys.trail, closed, "sha256").hex().encode()
    return _zip({"manifest.json": closed, "manifest.mac": signed, **parts})


def _made_at(context: Ctx) -> str:
    now = context.now.astimezone(SHANGHAI)
    return f"{words.full_day(now.date(), context.lang)} {now:%H:%M}"


@dataclass(frozen=True, slots=True)
class Way:
    """The way of a process on one version it ran, and the name of its picture."""

    name: str
    run: Run
    drawing: drawing.Drawing


def _pictures(context: Ctx, file: AuditFile) -> dict[int, list[Way]]:
    """Return the ways of each process, one a version it ran, in order."""
    found = {}
    for number, run in enumerate((*file.main_runs, *file.duty_runs), 1):
        name = f"way-{number:02d}-{run.process_id.split('_')[0]}"
        left = [
            _way(context, file.asof(one.seq - 1), run.asof(one.seq - 1), f"{name}-until-{one.seq}.svg")
            for one in run.left
        ]
        found[run.id] = [*left, _way(context, file, run, f"{name}.svg")]
    return found


def _way(context: Ctx, file: AuditFile, run: Run, name: str) -> Way:
    with context.app.read() as conn:
        xml = studio.diagram(conn, run.definition_id) or ""
    return Way(name, run, drawing.draw(drawing.picture(xml), file.graph(run), file.trace(run)))


def _standing_alone(pictures: Mapping[int, list[Way]]) -> dict[str, bytes]:
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<?xml-stylesheet type="text/css" href="page.css"?>\n'
    return {
        way.name: (head + render_template("way.svg", drawing=way.drawing, name=way.name)).encode()
        for ways in pictures.values() for way in ways
    }  # fmt: skip


def _zip(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, part in sorted(parts.items()):
            entry = zipfile.ZipInfo(name, _WHEN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            packed.writestr(entry, part)
    return out.getvalue()
