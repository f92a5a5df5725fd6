"""Reaches a system through two folders: records are laid into `out`, receipts are looked for in `in`."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path

from engine.codec import canonical
from tasks.connectors.port import MOST_BYTES, Outgoing, Page, Receipt, Unreachable, read_page, read_receipt


class FileAdapter:
    """`out/<key>.json` is written once and whole; `in/<key>.json` is its receipt, `in/<list>.json` a list."""

    def __init__(self, folder: Path, today: Callable[[], date]) -> None:
        self._folder = folder
        self._today = today

    def send(self, outgoing: Outgoing) -> Receipt:
        """Lay a record out, or read what was answered to it."""
        raw = self._read(f"{outgoing.key}.json")
        if raw is not None:
            return read_receipt(raw, self._today())
        target = self._folder / "out" / f"{outgoing.key}.json"
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if not outgoing.asked_before and not target.exists():  # who took it along took it once
                _lay_out(target, canonical(outgoing.body()).encode())
        except OSError as error:
            raise Unreachable(why=f"写不进交换文件夹：{error.strerror}") from error
        return Receipt("pending")

    def fetch(self, what: str, cursor: str) -> Page:
        """Read a list that was laid in; it is whole in one file."""
        raw = None if cursor else self._read(f"{what}.json")
        return Page((), "") if raw is None else read_page(raw)

    def _read(self, name: str) -> bytes | None:
        try:
            handle = os.open(self._folder / "in" / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(handle, "rb") as file:
                if not stat.S_ISREG(os.fstat(handle).st_mode):
                    raise Unreachable(why=f"交换文件夹里的{name}不是普通文件")
                return file.read(MOST_BYTES + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unreachable(why=f"读不了交换文件夹：{error.strerror}") from error


def _lay_out(target: Path, content: bytes) -> None:
    """Write a file whole and for good under a name of its own, then give it its name.

    The folder is others' too: what lies there under the first name, a link perhaps, is put away.
    """
    part = target.with_suffix(".part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o640)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(handle)
    part.replace(target)
