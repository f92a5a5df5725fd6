"""Places, names and words of the district that lives, as `bpmn/demo/year.toml` has them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent.parent.parent / "bpmn" / "demo" / "year.toml"


@cache
def data() -> Mapping[str, Any]:
    """Return the whole file, read once."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


@cache
def names(of: str) -> tuple[str, ...]:
    """Return given names: `female` or `male`."""
    return tuple(data()["names"][of].split())
