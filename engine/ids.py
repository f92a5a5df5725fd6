"""Identifiers: 63-bit integers, ordered by time so that indexes stay local, random in their tail."""

from __future__ import annotations

import secrets
import threading

from engine.clock import monotonic_ms

_EPOCH_MS = 1_577_836_800_000  # 2020-01-01 UTC
_RANDOM_BITS = 22
_lock = threading.Lock()
_last = 0


def new_id() -> int:
    """Return a new identifier, larger than every one this process made before."""
    global _last  # noqa: PLW0603 - one line of numbers for the whole process
    made = (monotonic_ms() - _EPOCH_MS) << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    with _lock:
        if made <= _last:
            made = _last + 1 + secrets.randbits(6)
        _last = made
    return made
