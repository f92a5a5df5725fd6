"""One measured figure with what it is held against."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure. `floor`: times slower than the raw database; `naive`: times faster than the naive engine."""

    group: str
    name: str
    database: str
    value: float
    unit: str
    target: float | None = None
    at_least: bool = False  #: the target is a lower bound
    floor: float | None = None
    naive: float | None = None
    note: str = ""
    load: float = 0.0  #: how many processes wanted a core while it was measured (ours is one)

    @property
    def key(self) -> str:
        """Return what names the figure from one run to the next."""
        return f"{self.group} / {self.name} / {self.database}"

    @property
    def falls_short(self) -> bool:
        """Tell whether the target is missed."""
        if self.target is None:
            return False
        return self.value < self.target if self.at_least else self.value > self.target
