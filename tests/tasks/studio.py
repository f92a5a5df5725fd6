"""A studio for tests: two supervisors, a caseworker, and a database with one small process at work."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.clock import VirtualClock
from engine.store.db import Database
from tasks import commands
from tasks import studio_commands as studio
from tasks.actor import SYSTEM, Actor, Grant
from tasks.app import App
from tasks.crypto import Keys, new_keys
from tasks.library import Library
from tasks.queries import studio as queries

KEY = "P11_skills_training"
LIBRARY = Library()
SHIPPED = next(path for path in LIBRARY.diagrams() if path.stem == KEY).read_bytes()
ANN = Actor(101, "安主任", (Grant("supervisor", "/"),), "test")
BEN = Actor(102, "本主任", (Grant("supervisor", "/"),), "test")
CLERK = Actor(103, "文员", (Grant("street_staff", "/"),), "test")


def renamed(name: str) -> bytes:
    """Return the shipped diagram with another name: the smallest change there is."""
    first = SHIPPED.index(b'name="', SHIPPED.index(f'id="{KEY}"'.encode())) + 6
    return SHIPPED[:first] + name.encode() + SHIPPED[SHIPPED.index(b'"', first) :]


@dataclass
class Studio:
    """An App over one database."""

    db: Database
    clock: VirtualClock
    keys: Keys = field(default_factory=new_keys)

    def __post_init__(self) -> None:
        self.app = App(self.db, self.clock, self.keys, LIBRARY)
        self.app.do(commands.Deploy(((f"{KEY}.bpmn", SHIPPED),), "随产品发布", heard=True), SYSTEM)

    def do(self, command: commands.Command, actor: Actor = ANN, key: str | None = None) -> Any:
        """Carry a command out and return what it answers beside ids."""
        return self.app.do(command, actor, key).extra

    def draft(self, actor: Actor = ANN) -> int:
        """Open a draft of the version at work."""
        return int(self.do(studio.OpenDraft(KEY), actor)["draft_id"])

    def changed(self, actor: Actor = ANN) -> int:
        """Open a draft and change something in it; its revision is 2 then."""
        draft = self.draft(actor)
        self.do(studio.SaveModel(draft, 1, renamed("新名")), actor)
        return draft

    def submitted(self, xml: bytes | None = None, annex: str = "{}", actor: Actor = ANN) -> int:
        """Open a draft, save into it and submit it."""
        draft = self.draft(actor)
        saved = self.do(studio.SaveModel(draft, 1, xml or renamed("新名"), annex), actor)
        done = self.do(studio.SubmitRelease(draft, saved["rev"], "试一试"), actor)
        return int(done["definition_id"])

    def versions(self) -> list[queries.Version]:
        """Return the versions, the newest first."""
        with self.app.read() as conn:
            return queries.versions(conn, KEY)

    def drafts(self) -> list[queries.Draft]:
        """Return the drafts."""
        with self.app.read() as conn:
            return queries.drafts(conn, KEY)

    def source(self, conn: Any, draft: int) -> queries.Source:
        """Return what a draft consists of."""
        found = queries.draft_source(conn, draft)
        assert found is not None
        return found
