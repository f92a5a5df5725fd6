"""Opens an installation: where its database and keys lie, and the `App` over them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.clock import SystemClock
from engine.errors import AidError
from engine.store.db import Database
from tasks.app import App
from tasks.crypto import load_keys
from tasks.demo_clock import DemoClock
from tasks.store import all_tables

VAR = Path("var")


class NotReady(AidError):
    """The installation cannot be opened as it is."""

    code = "not_ready"
    zh = "{problem}"
    en = "{problem}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an installation keeps its things; a demo keeps its own beside them."""

    database: str
    keys: Path
    demo: bool = False

    @property
    def checkpoints(self) -> Path:
        """Return the file of seals outside the database."""
        return self.keys.with_suffix(".checkpoints")


def place(
    database: str | None, demo: bool = False, environ: Mapping[str, str] | None = None
) -> Place:
    """Return where to look: the option, the environment (`AID595_DATABASE`), or `var/`."""
    env = os.environ if environ is None else environ
    home = Path(env.get("AID595_HOME", str(VAR)))
    home.mkdir(parents=True, exist_ok=True)
    name = "demo" if demo else "aid595"
    url = database or env.get("AID595_DATABASE") or f"sqlite:///{(home / name).with_suffix('.db')}"
    return Place(url, Path(env.get("AID595_KEYS", str(home / f"{name}.keys"))), demo)


def open_app(where: Place) -> App:
    """Open an installation; raise NotReady or KeyFault."""
    assert all_tables
    db = Database(where.database)
    keys = load_keys(where.keys)
    if where.demo:
        clock = DemoClock(db)
        return App(db, clock, keys, demo=clock, demo_settings=True)
    return App(db, SystemClock(), keys)
