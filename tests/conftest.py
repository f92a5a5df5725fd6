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
from zlib import crc32

import pytest

from engine.clock import SHANGHAI, VirtualClock
from engine.store.db import Database
from tests.databases import Postgres, SqliteFiles, load_tables
from tests.demo_home import DemoHome, shared

pytest_plugins = ["tests.browsers"]

#: A file system in memory, as Linux has it, and the free bytes a whole run may want there.
MEMORY = Path("/dev/shm")  # noqa: S108  (pytest makes a folder of its own there, as it does in /tmp)
ROOM_NEEDED = 3_000_000_000
#: Tests that take minutes, mostly waiting: begun first, they leave no worker idle at the end.
LONGEST = ("test_long_road", "test_two_webs", "test_release_road", "test_one_process_on_sqlite")
#: Rooms whose tests take turns between the databases by day; by night they run on both.
TAKE_TURNS = ("tests/tasks/", "tests/web/", "tests/connectors/", "tests/cli/", "tests/survey/", "tests/year/")
BACKENDS = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--nightly`, which runs the long sets and makes the sampled tests run whole."""
    parser.addoption("--nightly", action="store_true", help="run the long sets too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the long sets unless they were asked for; begin with what takes longest."""
    _begin_with_the_longest(items)
    if config.getoption("--nightly"):
        return
    by_day = {item for item in items if _has_its_turn(item) and not item.get_closest_marker("nightly")}
    left_out = [item for item in items if item not in by_day]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item in by_day]


def _begin_with_the_longest(items: list[pytest.Item]) -> None:
    """Put each of the longest tests where a worker begins: the runs of a worker are a stretch of the list."""
    long = [item for item in items if any(name in item.nodeid for name in LONGEST)]
    rest = [item for item in items if item not in long]
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    for n, item in enumerate(long):
        rest.insert(n % workers * (len(rest) // workers), item)
    items[:] = rest


def _has_its_turn(item: pytest.Item) -> bool:
    """Tell whether a test runs by day on the database it asks for.

    The kernel, the schema, the reliability labs and the processes run on both. Rooms above use the same
    statements of the stores: there each test has one database by day, half of them the one, half the other.
    """
    called = getattr(item, "callspec", None)
    if called is None or "backend" not in called.params or not item.nodeid.startswith(TAKE_TURNS):
        return True
    name = item.nodeid.partition("[")[0]
    return bool(called.params["backend"] == ("sqlite", "postgres")[crc32(name.encode()) % 2])


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
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> DemoHome:
    """The demo district, loaded once for all processes of the run; copy it before you change anything."""
    return shared(tmp_path_factory)


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return Path(__file__).resolve().parent.parent
