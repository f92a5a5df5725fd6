"""What the labs write down: intents before, acknowledgements after. Appended at once: a kill loses none."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from engine.codec import dumps

Record = dict[str, Any]


class Journal:
    """A file of JSON lines that any number of processes append to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None
        self._read = 0
        self._known: list[Record] = []
        path.touch()

    def write(self, kind: str, **data: Any) -> None:
        """Append a record in one write; it outlives the process from here on."""
        if self._file is None:
            self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(self._file, (dumps({"kind": kind, **data}) + "\n").encode())

    def records(self, kind: str | None = None) -> list[Record]:
        """Return what was written, the earliest first."""
        with self.path.open("rb") as file:
            file.seek(self._read)
            for line in file:
                self._known.append(json.loads(line))
                self._read += len(line)
        return [record for record in self._known if kind is None or record["kind"] == kind]

    def pending(self) -> Record | None:
        """Return the intent that was written last and neither acknowledged nor refused."""
        for record in reversed(self.records()):
            if record["kind"] in ("ack", "refused"):
                return None
            if record["kind"] == "intent":
                return {name: value for name, value in record.items() if name != "kind"}
        return None

    def close(self) -> None:
        """Close the file; the next write opens it again."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
