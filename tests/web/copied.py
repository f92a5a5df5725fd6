"""A copy of an office's database to spoil, and its evidence bundles."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from werkzeug.test import TestResponse

from engine.store import append_only
from engine.store.db import Database
from engine.store.tables import event
from tasks import demo
from tasks.app import App
from tasks.queries.proof import prove
from tests.web.office import CHEAP, Browser, Office
from web.config import WebConfig
from web.create_app import create_app

Ended = subprocess.CompletedProcess[str]
e = event.c
VERIFIER = Path(__file__).parents[2] / "web" / "audit" / "verify_bundle.py"
REASON = "核查投诉件第12号"


@dataclass
class Copy:
    """A copy of the office's database that may be spoiled, with the keys and the checkpoints outside."""

    path: Path
    office: Office
    case: int
    checkpoints: Path
    keys: Path

    def attack(self, *statements: Any) -> None:
        engine = sa.create_engine(f"sqlite:///{self.path}")
        with engine.begin() as conn:
            append_only.remove(conn)  # as who owns the file can
            for statement in statements:
                conn.execute(statement)
        engine.dispose()

    def rows(self, query: Any) -> list[Any]:
        engine = sa.create_engine(f"sqlite:///{self.path}")
        with engine.connect() as conn:
            found = list(conn.execute(query).all())
        engine.dispose()
        return found

    def at(self, seq: int) -> Any:
        return sa.and_(e.trail_id == self.case, e.seq == seq)

    def last(self) -> int:
        return int(self.rows(sa.select(sa.func.max(e.seq)).where(e.trail_id == self.case))[0][0])

    def by_the_product(self) -> set[tuple[str, int | None]]:
        database = Database(f"sqlite:///{self.path}")
        with database.read() as conn:
            report = prove(conn, self.office.keys, self.checkpoints, self.case)
        database.dispose()
        return {(fault.what, fault.seq) for fault in report.faults}

    def bundle(self) -> bytes:
        return self.asked("auditor.sy", f"/audit/{self.case}/bundle", {"reason": REASON}).data

    def asked(self, username: str, path: str, form: dict[str, str]) -> TestResponse:
        """Post something on a page of the copy."""
        database = Database(f"sqlite:///{self.path}")
        app = App(database, self.office.clock, self.office.keys, demo_settings=True)
        flask = create_app(app, WebConfig(checkpoints=self.checkpoints), CHEAP)
        browser = Browser(flask.test_client())
        browser.post("/login", {"username": username, "password": demo.PASSWORD})
        answer = browser.post(path, form)
        assert answer.status_code == 200, answer.text[:2000]
        database.dispose()
        return answer

    def alone(self, packed: bytes, keys: bool = True, outside: bool = True) -> Ended:
        path = self.path.with_suffix(".zip")
        path.write_bytes(packed)
        more = ["--keys", str(self.keys)] if keys else []
        more += ["--checkpoints", str(self.checkpoints)] if outside else []
        # -I: nothing of the product is in reach
        return subprocess.run([sys.executable, "-I", str(VERIFIER), str(path), *more],
                              capture_output=True, text=True, check=False, cwd=path.parent)  # fmt: skip


def copy_of(office: Office, sealed: tuple[int, Path, Path], folder: Path) -> Copy:
    """Return a copy of an office, of which a case, the checkpoints and the keys are given, in a folder."""
    case, checkpoints, keys = sealed
    office.db.copy_to(str(folder / "copy.db"))
    shutil.copyfile(checkpoints, folder / "office.checkpoints")
    return Copy(folder / "copy.db", office, case, folder / "office.checkpoints", keys)


def spoiled(packed: bytes, change: Callable[[dict[str, Any]], None], close: bool = True) -> bytes:
    """Return a bundle whose evidence was changed by somebody who then closed it again, or did not."""
    with zipfile.ZipFile(io.BytesIO(packed)) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    evidence = json.loads(parts["evidence.json"])
    change(evidence)
    parts["evidence.json"] = json.dumps(evidence, ensure_ascii=False).encode()
    if close:
        listed = {n: hashlib.sha256(part).hexdigest() for n, part in parts.items() if n != "manifest.json"}
        parts["manifest.json"] = json.dumps(listed).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, part in parts.items():
            target.writestr(name, part)
    return out.getvalue()
