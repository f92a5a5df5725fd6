"""What an auditor may want: nothing of it changes a case; each leaves a mark in the trail."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.commands import Command


@dataclass(frozen=True)
class ViewTrail(Command):
    """Open a trail."""

    trail_id: int


@dataclass(frozen=True)
class Unmask(Command):
    """See whom a trail is about, for a reason."""

    trail_id: int
    reason: str


@dataclass(frozen=True)
class NoteSearch(Command):
    """Keep that persons were looked for: by what, and how many cases were shown."""

    by: str
    term: str
    found: int


@dataclass(frozen=True)
class NoteExport(Command):
    """Keep that something of the trail was taken along: what, how much, and the hash of it."""

    what: str
    hash: str
    rows: int
    trail_id: int | None = None
    reason: str = ""
