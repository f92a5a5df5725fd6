"""The demo district, loaded once for all test processes of a run and copied by whoever needs one."""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.store.db import Database
from tasks import accounts
from tasks.crypto import Keys, load_keys
from web.cli import main

#: Hashes in no time: logins are not what is tested with it.
CHEAP = accounts.Passwords.make(1, 8, 1)


@dataclass(frozen=True)
class DemoHome:
    """A folder as `aid595 demo` leaves it: database, keys, checkpoints. Nobody has it open."""

    folder: Path

    @property
    def path(self) -> Path:
        """Its SQLite file."""
        return self.folder / "demo.db"

    @property
    def keys(self) -> Keys:
        """Its keys."""
        return load_keys(self.folder / "demo.keys")


def shared(factory: pytest.TempPathFactory) -> DemoHome:
    """Return the demo of this run, which the first process to ask loads."""
    base = factory.getbasetemp()
    beside = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    home = DemoHome(beside / "demo-home")
    with (beside / "demo-home.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.path.exists():
            load(home)
    return home


def load(home: DemoHome) -> None:
    """Load the demo into a folder of its own, with hashes that cost nothing."""
    loading = f"sqlite:///{home.folder / 'loading.db'}"
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AID595_DATABASE", "AID595_KEY_FILE", "AID595_KEYS"):
            patch.delenv(name, raising=False)
        patch.setenv("AID595_HOME", str(home.folder))
        patch.setattr(accounts.Passwords, "make", lambda *_: CHEAP)
        assert main(["demo", "--database", loading]) == 0
    database = Database(loading)
    database.copy_to(str(home.path))
    database.dispose()
