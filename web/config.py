"""What the web part of an installation is told at start."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account of the demo, shown on its login page."""

    username: str
    password: str
    role: str
    place: str


@dataclass(frozen=True, slots=True)
class WebConfig:
    """Settings of one web process. Sizes in bytes."""

    #: Served through https: the cookie gets `Secure` and the `__Host-` prefix, HSTS is sent.
    https: bool = False
    #: Host names that may be asked for; requests for others are refused.
    trusted_hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    #: Proxies before this process whose forwarded address is believed.
    proxies: int = 0
    demo: bool = False
    demo_accounts: tuple[DemoAccount, ...] = ()
    max_form: int = 256 * 1024
    #: Deployments and API bodies.
    max_body: int = 8 * 1024 * 1024
    max_form_parts: int = 2000
    #: The file of seals outside the database, where this process can read it.
    checkpoints: Path | None = None
    #: `/metrics` answers other machines, too.
    metrics_open: bool = False
