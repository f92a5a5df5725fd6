"""Serves the web and beats the worker's clock, together or apart."""

from __future__ import annotations

import logging
import socket
import threading

import waitress

from tasks import demo, selftest, worker
from tasks.app import App
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
        return worker.tick(app)
    worker.schedule(app, where.checkpoints).start()
    return 0


def run(app: App, where: Place, host: str, port: int, threads: int) -> None:
    """Serve the web with the worker beside it in a thread of its own."""
    beat = worker.schedule(app, where.checkpoints)
    threading.Thread(target=beat.start, name="worker", daemon=True).start()
    try:
        serve(app, where, host, port, threads)
    finally:
        beat.shutdown(wait=True)
