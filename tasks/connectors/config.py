"""Which systems an installation is connected to: the operator's file beside the keys, `*.connectors.toml`.

    [X01]
    url = "https://10.0.0.5/exchange"
    token_env = "AID595_X01_TOKEN"

    [X02]
    folder = "/srv/exchange/x02"
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from tasks.connectors.files import FileAdapter
from tasks.connectors.http import HttpAdapter
from tasks.connectors.port import Adapter
from tasks.selftest import NotReady

Adapters = Mapping[str, Adapter]


def load_adapters(
    path: Path, known: Collection[str], today: Callable[[], date], environ: Mapping[str, str] | None = None
) -> dict[str, Adapter]:
    """Read the file and return an adapter a system; nothing where there is no file. Raises NotReady."""
    if not path.exists():
        return {}
    try:
        rows = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise NotReady(problem=f"读不了外部系统配置 {path}（{error}）。") from error
    env = os.environ if environ is None else environ
    return {name: _adapter(path, name, row, known, today, env) for name, row in rows.items()}


def _adapter(
    path: Path, name: str, row: Any, known: Collection[str], today: Callable[[], date],
    env: Mapping[str, str],
) -> Adapter:  # fmt: skip
    def wrong(problem: str) -> NotReady:
        return NotReady(problem=f"外部系统配置 {path} 的 [{name}] {problem}。")

    if name not in known:
        raise wrong(f"不是已知的系统（{'、'.join(known)}）")
    if not isinstance(row, dict) or ("url" in row) == ("folder" in row):
        raise wrong("要写 url 或 folder，且只写一个")
    if "folder" in row:
        return FileAdapter(Path(row["folder"]), today)
    url, wanted = str(row["url"]), row.get("token_env")
    if not url.startswith(("http://", "https://")):
        raise wrong("的 url 应以 https:// 或 http:// 开头")
    if wanted is not None and not env.get(wanted):
        raise wrong(f"要用的环境变量 {wanted} 没有设置")
    return HttpAdapter(url, env.get(wanted, "") if wanted else "", today)
