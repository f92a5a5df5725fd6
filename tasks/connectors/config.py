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
from urllib.parse import urlsplit

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


def _is_plain(url: str) -> bool:
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return named and parts.username is None and not parts.query and not parts.fragment and " " not in url


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
    strange = set(row) - {"url", "folder", "token_env"}
    if strange or not all(isinstance(value, str) for value in row.values()):
        which = "、".join(sorted(strange)) or "类型不对"
        raise wrong(f"只有 url、folder、token_env 三项，都是文字（{which}）")
    if "folder" in row:
        if not Path(row["folder"]).is_absolute():
            raise wrong("的 folder 应是绝对路径，如 /srv/exchange/x01")
        return FileAdapter(Path(row["folder"]), today)
    url, wanted = row["url"], row.get("token_env")
    if not url.startswith(("http://", "https://")):
        raise wrong("的 url 应以 https:// 或 http:// 开头")
    if not _is_plain(url):
        raise wrong("的 url 应只有主机、端口和路径，不含用户名、口令、? 或 #")
    if any(not 32 < ord(sign) < 127 for sign in env.get(wanted or "", "")):
        raise wrong(f"的环境变量 {wanted} 含有不能发送的字符")
    if wanted is not None and not env.get(wanted):
        raise wrong(f"要用的环境变量 {wanted} 没有设置")
    return HttpAdapter(url, env.get(wanted, "") if wanted else "", today)
