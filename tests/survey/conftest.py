"""An office with places, people and an App, for questionnaires."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.clock import VirtualClock
from engine.store.db import Database
from tasks import org
from tasks.actor import OPERATOR, Actor, Grant
from tasks.app import App
from tasks.crypto import Keys, new_keys
from tasks.library import Library
from tasks.store import survey_imports
from tasks.store.tables_survey import questionnaire, survey_batch
from tasks.survey import importing
from tasks.survey.import_run import ImportRun
from tasks.survey.importing import Fault, Import
from tests.survey.papers import saved

LIBRARY = Library()


@dataclass
class Place:
    """An App over one database with two streets."""

    db: Database
    clock: VirtualClock
    folder: Path
    keys: Keys = field(default_factory=new_keys)

    def __post_init__(self) -> None:
        self.app = App(self.db, self.clock, self.keys, LIBRARY)
        with self.app.write() as conn:
            self.community = org.ensure_unit(conn, "顺义区", "仁和镇", "河南村")
            org.ensure_unit(conn, "顺义区", "仁和镇", "沙坨村")
            self.other = org.ensure_unit(conn, "顺义区", "南法信镇", "东海洪村")
        street = org.path_at(self.community.path, "street")
        self.worker = Actor(11, "李明", (Grant("community_staff", self.community.path),), "test")
        self.chief = Actor(12, "站长", (Grant("supervisor", street),), "test")

    def checked(self, content: Any, name: str = "survey.xlsx", actor: Actor = OPERATOR) -> Import:
        """Check a file in this process, as the child does, and return what is said of it."""
        path = saved(self.folder, content, name)
        with self.app.write() as conn:
            made = len(importing.listed(conn, actor)) + 1 + 1000 * (actor.user_id or 0)
            survey_imports.add(
                conn, id=made, name=name, path=str(path), own_file=False, state="checking", problem="",
                started_at=0, started_by=actor.user_id, beat_at=2**62,
            )  # fmt: skip
        ImportRun(self.app, actor, made).run()
        return self.standing(made)

    def take(self, found: Import, actor: Actor = OPERATOR) -> Import:
        """Take over what was checked, in this process."""
        with self.app.write() as conn:
            survey_imports.write(conn, found.id, "checked", state="importing")
        ImportRun(self.app, actor, found.id).run()
        return self.standing(found.id)

    def standing(self, import_id: int) -> Import:
        """Return how an import stands."""
        with self.app.read() as conn:
            return importing.mine(conn, OPERATOR, import_id)

    def faults(self, found: Import, warned: bool = False) -> list[Fault]:
        """Return its rows with faults."""
        with self.app.read() as conn:
            return importing.faults(self.app, conn, found.id, limit=100, warned=warned)

    def kept(self) -> list[Any]:
        """Return all questionnaires."""
        with self.app.read() as conn:
            return list(conn.execute(sa.select(questionnaire).order_by(questionnaire.c.id)).mappings())

    def waiting(self) -> int:
        """Return how many rows of batches there are."""
        with self.app.read() as conn:
            return len(conn.execute(sa.select(survey_batch.c.no)).all())


@pytest.fixture
def place(sqlite_database: Database, clock: VirtualClock, tmp_path: Path) -> Place:
    """An office on SQLite."""
    return Place(sqlite_database, clock, tmp_path)


@pytest.fixture
def both(database: Database, clock: VirtualClock, tmp_path: Path) -> Place:
    """An office on SQLite and on PostgreSQL in turn."""
    return Place(database, clock, tmp_path)
