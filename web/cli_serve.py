"""Serves the web and beats the worker's clock, together or apart."""

from __future__ import annotations

import json
import logging
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import waitress

from engine.clock import local_date
from tasks import demo, selftest, worker
from tasks.app import App
from tasks.connectors.http import HttpAdapter
from tasks.installation import Place
from tasks.selftest import NotReady
from web.config import DemoAccount, WebConfig
from web.create_app import create_app

log = logging.getLogger(__name__)


def config(where: Place, host: str, port: int) -> WebConfig:
    """Return how the web is served: over loopback its plain name is trusted, the demo shows its accounts."""
    hosts = ("127.0.0.1", "localhost", "[::1]", host)
    shown = tuple(
        DemoAccount(user.username, demo.PASSWORD, user.role, user.place) for user in demo.users()
    )
    return WebConfig(
        trusted_hosts=tuple(dict.fromkeys((*hosts, *(f"{name}:{port}" for name in hosts)))),
        checkpoints=where.checkpoints,
        demo=where.demo,
        demo_accounts=shown if where.demo else (),
    )


def examine(app: App, where: Place) -> None:
    """Look at what a serving process needs, and say what somebody should know; raise NotReady."""
    for sentence in selftest.examine(app, where.keys.parent):
        log.warning(sentence, extra={"action": "selftest"})


def serve(app: App, where: Place, host: str, port: int, threads: int) -> None:
    """Serve the web until interrupted; raise NotReady when the address is taken."""
    wsgi = create_app(app, config(where, host, port))
    listening = _listen(host.strip("[]"), port)
    log.info("Serving on http://%s:%s", host, port, extra={"action": "serve"})
    server = waitress.create_server(
        wsgi, sockets=[listening], threads=threads, ident="aid595", clear_untrusted_proxy_headers=True
    )
    server.run()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        why = f"不能在 {host}:{port} 上服务（{getattr(error, 'strerror', None) or '地址不对'}）"
        raise NotReady(problem=f"{why}，可能已有程序占用，请用 --port 换一个端口。") from error


def work(app: App, where: Place, once: bool) -> int:
    """Beat once, or until interrupted; return how many due things were done (with `once`)."""
    if once:
        return worker.tick(app) + worker.exchange(app)
    worker.schedule(app, where.checkpoints).start()
    return 0


@contextmanager
def simulated(app: App) -> Iterator[None]:
    """Run the simulated outside systems beside an app and connect them; raise NotReady where they are not."""
    command = [sys.executable, "-m", "tools.simulator"]
    process = subprocess.Popen(  # noqa: S603  (our own program)
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        told = process.stdout.readline()
        if not told:
            raise NotReady(problem="没有模拟的外部系统：--simulate 只能在源代码目录中使用。")
        url = json.loads(told)["url"]
        app.adapters = {
            code: HttpAdapter(url, "", lambda: local_date(app.clock.now())) for code in app.library.systems
        }
        log.info("Simulated outside systems at %s", url, extra={"action": "simulate"})
        yield
    finally:
        process.stdin.close()
        process.wait(10)


def run(app: App, where: Place, host: str, port: int, threads: int) -> None:
    """Serve the web with the worker beside it in a thread of its own."""
    beat = worker.schedule(app, where.checkpoints)
    threading.Thread(target=beat.start, name="worker", daemon=True).start()
    try:
        serve(app, where, host, port, threads)
    finally:
        beat.shutdown(wait=True)
