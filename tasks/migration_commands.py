"""What a supervisor may want done with running instances of an older version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tasks.commands import Command


@dataclass(frozen=True)
class MigrateInstance(Command):
    """Take one instance to another version of its diagram.

    `mapping` names only what has another id there, or ends there (""). `item` is (batch, number) in a batch.
    """

    instance_id: int
    to_id: int
    mapping: Mapping[str, str] = field(default_factory=dict)
    recompute: bool = False
    reason: str = ""
    item: tuple[int, int] | None = None


@dataclass(frozen=True)
class StartMigration(Command):
    """Take every open instance of a version, as far as the actor's area reaches, to another one.

    A `dry` one only tells what would become of each.
    """

    key: str
    from_version: int
    to_version: int
    mapping: Mapping[str, str] = field(default_factory=dict)
    recompute: bool = False
    dry: bool = False
    reason: str = ""


@dataclass(frozen=True)
class StopMigration(Command):
    """Let a batch go no further; what it has done stays."""

    migration_id: int


@dataclass(frozen=True)
class EndMigration(Command):
    """Close a batch of which nothing waits any more, or whose supervisor has left (`stopped`)."""

    migration_id: int
    stopped: bool = False
