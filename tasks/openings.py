"""What a message starts for a person or a matter, outside any case (RULES J.2a).

A function gets the desk, the key the message was sent under and what it brings; it tells whether it started
something. Messages for cases are in `tasks.flows`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tasks import listing
from tasks.desk import Desk

Opening = Callable[[Desk, str, Mapping[str, Any]], bool]
#: Message -> what it opens.
OPENINGS: dict[str, Opening] = {
    "MSG-01": listing.listed,
    "MSG-02": listing.brought,
    "MSG-21": listing.found,
}
