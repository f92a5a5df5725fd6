"""What a supervisor may want of the processes: drafts, and the way of a release to work and back."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.commands import Command


@dataclass(frozen=True)
class OpenDraft(Command):
    """Begin a draft from a version (`base_id`), from a file, or from the version at work."""

    key: str
    base_id: int | None = None
    xml: bytes | None = None
    reason: str = ""


@dataclass(frozen=True)
class SaveModel(Command):
    """Save a draft over the revision its editor saw; it may be wrong in every way but unsafe."""

    draft_id: int
    rev: int
    xml: bytes
    annex: str = "{}"


@dataclass(frozen=True)
class DiscardDraft(Command):
    """Throw a draft away."""

    draft_id: int
    reason: str


@dataclass(frozen=True)
class SubmitRelease(Command):
    """Make a draft a version that waits for the signature of a colleague."""

    draft_id: int
    rev: int
    reason: str
    #: content hash of what passed the gate before the transaction
    checked: str = ""


@dataclass(frozen=True)
class ApproveRelease(Command):
    """Sign a submitted version, and put it to work at once or later."""

    definition_id: int
    reason: str
    activate: bool = True
    checked: str = ""


@dataclass(frozen=True)
class RejectRelease(Command):
    """Refuse a submitted version; its draft is open again."""

    definition_id: int
    reason: str


@dataclass(frozen=True)
class ActivateRelease(Command):
    """Put an approved version to work; the one before is retired."""

    definition_id: int
    checked: str = ""


@dataclass(frozen=True)
class RetireRelease(Command):
    """Let a version at work, or one signed and not yet at work, start nothing, without a successor."""

    definition_id: int
    reason: str


@dataclass(frozen=True)
class TakeBack(Command):
    """Take the version at work back: the one before it works again."""

    definition_id: int
    reason: str
    checked: str = ""
