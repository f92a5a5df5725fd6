"""What a migration says: sentences in both languages that name the element, and its two refusals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from engine.errors import AidError
from engine.graph import Node


class Said(NamedTuple):
    """A sentence about an element."""

    element: str
    zh: str
    en: str

    def as_dict(self) -> dict[str, str]:
        """Return it as an event or an answer carries it."""
        return {"element": self.element, "zh": self.zh, "en": self.en}


def named(node: Node) -> str:
    """Return how a sentence calls a node: its name and its id."""
    return f"“{node.name}”（{node.id}）" if node.name else f"“{node.id}”"


class _Several(AidError):
    """A refusal with one sentence or more."""

    def __init__(self, said: Sequence[Said], **data: Any) -> None:
        self.said = tuple(said)
        super().__init__(
            zh_said="".join(one.zh for one in self.said),
            en_said=" ".join(one.en for one in self.said),
            **data,
        )


class PlanInvalid(_Several):
    """The mapping does not fit the two versions; nothing can be migrated with it."""

    code = "plan_invalid"
    zh = "迁移方案不能用：{zh_said}"
    en = "The plan of the migration cannot be used: {en_said}"


class NotMigratable(_Several):
    """This instance cannot be migrated as it stands; it stays as it was, on its version."""

    code = "not_migratable"
    zh = "这件流程暂不能迁移，已保持原样：{zh_said}"
    en = "This instance cannot be migrated as it stands and was left as it was: {en_said}"
