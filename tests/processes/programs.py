"""Programs of the product as processes of their own: started, asked, killed, stopped by their ids."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

from engine.clock import stopwatch
from tasks import installation
from tasks.app import App

PROGRAM = str(Path(sys.executable).parent / "aid595")
ROOT = Path(__file__).resolve().parent.parent.parent
#: Seconds a program may take to be ready; a machine that tests on every core is slow.
PATIENCE = 90.0


def wait_until(what: str, condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Look again and again until something is so; raise AssertionError after some seconds."""
    ends = stopwatch() + seconds
    look_again = threading.Event()
    while not condition():
        assert stopwatch() < ends, f"after {seconds} s still not: {what}"
        look_again.wait(0.1)


def free_port() -> int:
    """Return a port nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Program:
    """One running process, with its log."""

    process: subprocess.Popen[bytes]
    log: Path
    port: int = 0

    @property
    def address(self) -> str:
        """Return where it serves."""
        return f"http://127.0.0.1:{self.port}"

    def require_running(self) -> None:
        """Raise AssertionError, with the log, when it has ended."""
        assert self.process.poll() is None, self.log.read_text("utf-8")[-3000:]

    def is_ready(self) -> bool:
        """Tell whether it answers that it can work."""
        self.require_running()
        line = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            line.request("GET", "/readyz")
            return line.getresponse().status == 200
        except OSError:
            return False
        finally:
            line.close()

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)

    def stop(self) -> None:
        """End it as a person does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()


@dataclass
class Programs:
    """All processes of one installation."""

    home: Path
    database: str
    started: list[Program] = field(default_factory=list)
    readers: list[App] = field(default_factory=list)

    @property
    def options(self) -> list[str]:
        """Return the options that name the installation."""
        return ["--demo", "--database", self.database]

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AID595_")}
        return {**kept, "AID595_HOME": str(self.home)}

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [PROGRAM, *arguments],
            cwd=ROOT, env=self._environment(), capture_output=True, text=True, check=False, timeout=1200,
        )  # fmt: skip

    def start(self, *arguments: str, port: int = 0) -> Program:
        """Start a command that goes on."""
        log = self.home / f"{len(self.started)}-{arguments[0]}.log"
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [PROGRAM, *arguments, *self.options],
                cwd=ROOT, env=self._environment(), stdout=stream, stderr=subprocess.STDOUT,
            )  # fmt: skip
        self.started.append(Program(process, log, port))
        return self.started[-1]

    def serve(self, command: str = "serve") -> Program:
        """Start a web process; it may not be ready yet."""
        port = free_port()
        return self.start(command, "--port", str(port), port=port)

    def logs(self) -> str:
        """Return what all of them wrote."""
        return "".join(one.log.read_text("utf-8") for one in self.started)

    def reader(self) -> App:
        """Open the same installation to read it."""
        environment = {"AID595_HOME": str(self.home)}
        app = installation.open_app(installation.place(self.database, demo=True, environ=environment))
        self.readers.append(app)
        return app

    def stop(self) -> None:
        """Stop every process that still runs, and close what reads."""
        for one in self.started:
            one.stop()
        for app in self.readers:
            app.db.dispose()
