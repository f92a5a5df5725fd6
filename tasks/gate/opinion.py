"""The second opinion on a file, kept: who asked before hears the same at once, and at the release as well."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from hashlib import sha256
from threading import Lock

from engine.compile import Finding

_MOST = 256


class Opinions:
    """What the second interpreter said lately, by the content of the file and of those it calls."""

    def __init__(self) -> None:
        self._said: OrderedDict[bytes, tuple[Finding, ...]] = OrderedDict()
        self._guard = Lock()

    def of(self, data: bytes, others: Sequence[bytes], wait: bool) -> tuple[Finding, ...] | None:
        """Let both interpreters walk a file, which may take seconds; without `wait` None where not heard yet.

        `others` are the files of the processes it calls. Raises GateError where one of them does not compile.
        """
        name = b"".join(sha256(one).digest() for one in (data, *others))
        with self._guard:
            found = self._said.get(name)
        if found is not None or not wait:
            return found
        from engine.spiff import second_opinion  # SpiffWorkflow takes a second to import

        found = tuple(second_opinion(data, others=others).findings)
        with self._guard:
            self._said[name] = found
            while len(self._said) > _MOST:
                self._said.popitem(last=False)
        return found


#: One for the process: a draft is looked at many times between two changes.
OPINIONS = Opinions()
