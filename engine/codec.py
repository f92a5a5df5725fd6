"""One way to write JSON: compact, sorted where it is signed, no NaN, no surprises."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be stored")


_fast = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_plain).encode
_canonical = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), allow_nan=False, sort_keys=True, default=_plain
).encode


def dumps(value: Any) -> str:
    """Return compact JSON; dates become ISO text; raise TypeError or ValueError for anything else."""
    return _fast(value)


def canonical(value: Any) -> str:
    """Return compact JSON with sorted keys: equal values give equal text, so it can be signed."""
    return _canonical(value)


def mapping(text: str) -> dict[str, Any]:
    """Read JSON text as a mapping; what is none, as after somebody spoiled it, is an empty one."""
    try:
        found = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def loads(text: str) -> Any:
    """Read JSON text."""
    return json.loads(text)
