"""A small office on this machine: pages, a diagram, and a note of every request that changes something."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; "
    "style-src-attr 'unsafe-inline'"
)
KINDS = {
    ".css": "text/css", ".js": "text/javascript", ".json": "application/json", ".bpmn": "application/xml",
}


@dataclass
class Office:
    """Serves pages by name; `posts` holds (path, CSRF header, body) of what was sent."""

    url: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    posts: list[tuple[str, str, str]] = field(default_factory=list)
    #: Status of the answer to a POST, by path.
    status: dict[str, int] = field(default_factory=dict)
    #: Cleared, it lets a POST arrive but holds its answer back until the page asks for /go-on.
    may_answer: threading.Event = field(default_factory=threading.Event)


@pytest.fixture(scope="session")
def bundle(root: Path) -> Path:
    """The folder of the built bundle."""
    folder = root / "web" / "static" / "vendor"
    if not (folder / "viewer.js").exists():
        pytest.fail("make setup", pytrace=False)
    return folder


@pytest.fixture
def office(bundle: Path) -> Iterator[Office]:
    """A server on a free port of this machine."""
    made = Office()
    made.may_answer.set()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.lstrip("/")
            if name == "go-on":
                made.may_answer.set()
            text = made.answers.get(name)
            content = text.encode() if text is not None else b""
            if text is None and (bundle / name).is_file():
                content = (bundle / name).read_bytes()
            self._answer(200 if content else 404, content, KINDS.get(Path(name).suffix, "text/html"))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            made.posts.append((self.path, self.headers.get("X-CSRF-Token", ""), body))
            made.may_answer.wait(10)
            self._answer(made.status.get(self.path, 200), "<p>答复</p>".encode(), "text/html")

        def _answer(self, status: int, content: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Security-Policy", POLICY)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_port}"
    yield made
    server.shutdown()
    thread.join()
    server.server_close()
