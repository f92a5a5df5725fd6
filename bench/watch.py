"""Takes the time of single operations: CPU of this process and wall clock."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, field
from types import TracebackType


@dataclass(slots=True)
class Times:
    """The times of one kind of operation, seconds each; used as a context manager around each operation."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    _cpu: float = 0.0
    _wall: float = 0.0

    def __enter__(self) -> Times:
        self._wall = time.perf_counter()
        self._cpu = time.process_time()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cpu.append(time.process_time() - self._cpu)
        self.wall.append(time.perf_counter() - self._wall)

    def clear(self) -> None:
        """Forget everything: what was measured so far was to get warm."""
        self.cpu.clear()
        self.wall.clear()

    @property
    def cpu_ms(self) -> float:
        """Return the median CPU of an operation, milliseconds."""
        return statistics.median(self.cpu) * 1_000

    @property
    def wall_ms(self) -> float:
        """Return the median wall clock of an operation, milliseconds."""
        return statistics.median(self.wall) * 1_000

    @property
    def each_second(self) -> float:
        """Return how many operations of the median length fit into a second."""
        return 1 / statistics.median(self.wall)

    @property
    def cpu_total(self) -> float:
        """Return the CPU of all operations, seconds."""
        return sum(self.cpu)
