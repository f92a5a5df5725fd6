"""The product as the demo serves it, inside the test's process: database, web server, worker and clock."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import waitress
from waitress import wasyncore

from engine.store.db import Database
from tasks import demo, due_work
from tasks.accounts import load_actor
from tasks.actor import Actor
from tasks.app import App
from tasks.commands import Command
from tasks.demo_clock import DemoClock
from tasks.installation import Place
from tasks.store import accounts
from tests.demo_home import CHEAP, DemoHome
from web.cli_serve import config
from web.create_app import create_app

HOST = "127.0.0.1"


@dataclass
class Product:
    """One running copy of the demo."""

    app: App
    url: str

    def actor(self, username: str) -> Actor:
        """Return an account of the demo, as it acts."""
        with self.app.read() as conn:
            row = accounts.account_by_username(conn, username)
            assert row is not None
            return load_actor(conn, row["id"], "test")

    def do(self, username: str, command: Command) -> dict[str, Any]:
        """Carry out a command as somebody; return what it says besides."""
        return dict(self.app.do(command, self.actor(username)).extra)

    def catch_up(self) -> int:
        """Do what the worker would do now; return how many things were done."""
        return due_work.run_due(self.app)


@contextmanager
def serve(demo_home: DemoHome, folder: Path) -> Iterator[Product]:
    """Serve a fresh copy of the demo on a free port of this machine."""
    path = folder / "office.db"
    shutil.copyfile(demo_home.path, path)
    database = Database(f"sqlite:///{path}")
    clock = DemoClock(database)
    clock.shift_to(demo.STANDS, backwards=True)
    app = App(database, clock, demo_home.keys, demo=clock, demo_settings=True)
    with _server(app, Place(f"sqlite:///{path}", folder / "demo.keys", demo=True)) as url:
        yield Product(app, url)
    database.dispose()


@contextmanager
def _server(app: App, where: Place) -> Iterator[str]:
    """Serve as `aid595 serve` does, in a thread that can be told to stop."""
    listening = socket.create_server((HOST, 0))
    port = listening.getsockname()[1]
    channels: dict[int, Any] = {}
    server = waitress.create_server(
        create_app(app, config(where, HOST, port), CHEAP), map=channels, sockets=[listening], threads=4
    )
    stopped = threading.Event()

    def loop() -> None:
        while not stopped.is_set():
            wasyncore.loop(timeout=0.05, map=channels, count=1)

    thread = threading.Thread(target=loop, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{port}"
    finally:
        stopped.set()
        thread.join()
        server.task_dispatcher.shutdown()
        wasyncore.close_all(channels)
