"""Reaches a system over HTTP: records are posted under a key that makes a repetition harmless."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

import urllib3

from engine.clock import monotonic_ms
from engine.codec import canonical
from tasks.connectors.port import MOST_BYTES, Outgoing, Page, Receipt, Unreachable, read_page, read_receipt

#: Seconds to connect, and to wait for each part of an answer.
CONNECT, READ = 5.0, 15.0
#: Milliseconds for the whole of an answer, however steadily it drips.
LONGEST_MS = 30_000
_GOOD = (200, 201, 202, 409, 422)


class HttpAdapter:
    """Speaks to `{url}/records` and `{url}/lists/{name}` in JSON; see docs/connectors.md."""

    def __init__(self, url: str, token: str, today: Callable[[], date]) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Accept": "application/json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._today = today
        self._pool = urllib3.PoolManager(
            num_pools=2, retries=False, timeout=urllib3.Timeout(connect=CONNECT, read=READ)
        )

    def send(self, outgoing: Outgoing) -> Receipt:
        """Post a record; the same key again gets the answer of the first."""
        headers = {**self._headers, "Content-Type": "application/json", "Idempotency-Key": outgoing.key}
        body = canonical(outgoing.body()).encode()
        return read_receipt(self._ask("POST", f"{self._url}/records", headers, body), self._today())

    def fetch(self, what: str, cursor: str) -> Page:
        """Get a part of a list."""
        query = urlencode({"after": cursor}) if cursor else ""
        return read_page(self._ask("GET", f"{self._url}/lists/{quote(what)}?{query}", self._headers, None))

    def _ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> bytes:
        answer: Any = None
        try:
            answer = self._pool.request(
                method, url, headers=dict(headers), body=body, redirect=False, preload_content=False,
                decode_content=False,
            )  # fmt: skip
            raw = _whole(answer)
        except urllib3.exceptions.HTTPError as error:
            raise Unreachable(why=_why(error)) from error
        finally:
            if answer is not None:
                answer.close()
        if answer.status not in _GOOD:
            raise Unreachable(why=f"状态码{answer.status}")
        return raw


def _whole(answer: Any) -> bytes:
    """Read an answer as it comes, packed or not, up to the most; raise Unreachable for one that drips."""
    raw, ends = b"", monotonic_ms() + LONGEST_MS
    while len(raw) <= MOST_BYTES and (some := answer.read1(MOST_BYTES, decode_content=False)):
        raw += some
        if monotonic_ms() > ends:
            raise Unreachable(why="超时")
    return raw


def _why(error: urllib3.exceptions.HTTPError) -> str:
    late = isinstance(error, urllib3.exceptions.TimeoutError)
    refused = isinstance(error, urllib3.exceptions.NewConnectionError)
    return "超时" if late and not refused else "连接失败"
