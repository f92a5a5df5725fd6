"""What a person may want of the exchanges with outside systems."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.commands import Command


@dataclass(frozen=True)
class RetryExchange(Command):
    """Send a record again that was refused or could not be sent."""

    exchange_id: int
