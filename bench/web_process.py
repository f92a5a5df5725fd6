"""A web process that opens a database, serves some pages to itself and says how much memory it holds."""

from __future__ import annotations

import json
import resource
import sys
from datetime import datetime
from pathlib import Path

from engine.clock import SHANGHAI, VirtualClock
from engine.store.db import Database
from tasks.app import App
from tasks.crypto import new_keys
from web.config import WebConfig
from web.create_app import create_app


def resident() -> int:
    """Return the resident memory of this process, bytes (its peak where the system does not tell)."""
    pages = Path("/proc/self/statm")
    if pages.exists():
        return int(pages.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main(url: str) -> None:
    """Serve and print `ready` and `used`, bytes."""
    # the helpers that log in come after the first look, they are no part of a web process
    from tasks.accounts import Passwords

    app = App(Database(url), VirtualClock(_monday()), new_keys(), demo_settings=True)
    flask = create_app(app, WebConfig(), Passwords.make(1, 8, 1))
    flask.test_client().get("/login")
    ready = resident()
    from bench.office import log_in

    client = log_in(flask, "staff.rh")
    for number in range(50):
        path = "/inbox?list=pool" if number % 2 else "/inbox?list=mine"
        assert client.get(path).status_code == 200
    print(json.dumps({"ready": ready, "used": resident()}))


def _monday() -> datetime:
    return datetime(2026, 3, 9, 9, tzinfo=SHANGHAI)


if __name__ == "__main__":
    main(sys.argv[1])
