"""What every set of measurements is given."""

from __future__ import annotations

from dataclasses import dataclass

from bench.rooms import Rooms
from bench.sizes import Size


@dataclass(frozen=True, slots=True)
class Run:
    """One run: where databases come from, and how much is measured."""

    rooms: Rooms
    size: Size
