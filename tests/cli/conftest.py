"""An installation in a folder of the test's own, and the command line called in this process."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tasks import installation
from web import cli_data
from web.cli import main


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int
    out: str
    err: str

    def require_refused(self, *words: str, code: int = 1) -> None:
        """Hold that it was refused in one Chinese sentence that holds some words."""
        assert self.code == code, self
        assert "Traceback" not in self.err
        assert len(self.err.strip().splitlines()) == 1, self.err
        assert any("\u4e00" <= letter <= "\u9fff" for letter in self.err)
        for word in words:
            assert word in self.err


Call = Callable[..., Outcome]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an installation that is not there yet."""
    made = tmp_path / "home"
    for name in ("AID595_DATABASE", "AID595_KEY_FILE", "AID595_KEYS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AID595_HOME", str(made))
    return made


@pytest.fixture
def call(home: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Call]:
    """Calls the command line."""
    mask = os.umask(0o077)

    def run(*arguments: object) -> Outcome:
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return Outcome(code, said.out, said.err)

    yield run
    os.umask(mask)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation as `aid595 migrate` leaves it, to be copied."""
    folder = tmp_path_factory.mktemp("migrated")
    environment = {"AID595_HOME": str(folder)}
    app = installation.open_app(installation.place(None, environ=environment), create=True)
    cli_data.prepare(app)
    app.db.dispose()
    return folder


@pytest.fixture
def office(home: Path, migrated: Path) -> Path:
    """A migrated installation of the test's own."""
    shutil.copytree(migrated, home)
    return home


def fingerprint(folder: Path) -> dict[str, str]:
    """Return a digest of every file that is more than a database's journal."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }
