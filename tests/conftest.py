"""Fixtures of every test: both databases, the clock, the browser. Nothing reaches beyond this machine."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from engine.clock import SHANGHAI, VirtualClock
from engine.store.db import Database
from tests.databases import Postgres, SqliteFiles, load_tables

pytest_plugins = ["tests.browsers"]

#: A file system in memory, as Linux has it, and the free bytes a whole run may want there.
MEMORY = Path("/dev/shm")  # noqa: S108  (pytest makes a folder of its own there, as it does in /tmp)
ROOM_NEEDED = 3_000_000_000
#: Tests that wait for other programs: begun first, they leave no worker idle at the end.
LONGEST = ("tests/processes/", "tests/browser/")
BACKENDS = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--nightly`, which runs the long sets and makes the sampled tests run whole."""
    parser.addoption("--nightly", action="store_true", help="run the long sets too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the long sets unless they were asked for; begin with what takes longest."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))
    if config.getoption("--nightly"):
        return
    long = [item for item in items if item.get_closest_marker("nightly")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if not item.get_closest_marker("nightly")]


def pytest_configure(config: pytest.Config) -> None:
    """Forbid connections to other machines for the life of this process; keep its files in memory."""
    sys.addaudithook(_stay_on_this_machine)
    _files_in_memory()


def _files_in_memory() -> None:
    """Put temporary files where a commit need not wait for a disk, if the machine has the room.

    What a power cut would cost is not tested; what a killed process leaves is the same on either.
    """
    room = os.environ.get("TMPDIR") is None and MEMORY.is_dir() and os.access(MEMORY, os.W_OK)
    if room and shutil.disk_usage(MEMORY).free > ROOM_NEEDED:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def _stay_on_this_machine(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "socket.connect" or not isinstance(arguments[1], tuple):
        return
    host = str(arguments[1][0])
    if host not in {"localhost", "::1"} and not host.startswith("127."):
        raise RuntimeError(f"a test tried to reach {host}")


@pytest.fixture(scope="session")
def nightly(pytestconfig: pytest.Config) -> bool:
    """Whether the whole of a sampled set shall run."""
    return bool(pytestconfig.getoption("--nightly"))


@pytest.fixture
def clock() -> VirtualClock:
    """A clock that stands at nine in the morning of Monday, 9 March 2026, in Shanghai."""
    return VirtualClock(datetime(2026, 3, 9, 9, 0, tzinfo=SHANGHAI))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL 18 server, one for each test process, started when first asked for."""
    load_tables()
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> SqliteFiles:
    """Copies of one SQLite file that holds the schema."""
    load_tables()
    return SqliteFiles(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """The kind of database: the test runs once for each."""
    return str(request.param)


@pytest.fixture
def new_database_url(backend: str, request: pytest.FixtureRequest) -> Iterator[Callable[..., str]]:
    """Makes further databases of the same kind: `new_database_url(schema=False)` gives an empty one."""
    source: Postgres | SqliteFiles = request.getfixturevalue(
        "postgres" if backend == "postgres" else "sqlite_files"
    )
    made: list[str] = []

    def make(schema: bool = True) -> str:
        made.append(source.create(schema=schema))
        return made[-1]

    yield make
    for url in made:
        source.drop(url)


@pytest.fixture
def database_url(new_database_url: Callable[..., str]) -> str:
    """The URL of a fresh database with the whole schema and no row."""
    return new_database_url()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh database with the whole schema and no row, on SQLite and on PostgreSQL in turn."""
    made = Database(database_url)
    yield made
    made.dispose()


@pytest.fixture
def sqlite_database(sqlite_files: SqliteFiles) -> Iterator[Database]:
    """A fresh SQLite database, for what does not depend on the kind of database."""
    url = sqlite_files.create()
    made = Database(url)
    yield made
    made.dispose()
    sqlite_files.drop(url)


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return Path(__file__).resolve().parent.parent
