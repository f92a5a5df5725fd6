"""The moves of a walk as the page sends them: short JSON lists, and nothing else is read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from engine.codec import dumps
from engine.errors import FormInvalid

#: Moves a walk may have, and characters their text may have.
MOST_MOVES, MOST_CHARS = 300, 100_000
#: `["start", element]`, `["do", run, token, element, answers]`, `["hit", run, owner, element]`,
#: `["say", answers]`.
Move = list[Any]


def read_moves(text: str) -> list[Move]:
    """Return the moves a text holds; raise FormInvalid for anything else."""
    try:
        found = json.loads(text or "[]") if len(text) <= MOST_CHARS else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or not all(_is_move(one) for one in found):
        raise refused()
    if len(found) > MOST_MOVES:
        zh = f"试走最多{MOST_MOVES}步。请退回几步，或从头再来。"
        raise FormInvalid([("moves", zh, f"A walk has {MOST_MOVES} moves at most. Go back or begin anew.")])
    return found


def written(moves: Sequence[Move]) -> str:
    """Return moves as the text the page sends."""
    return dumps(moves)


def refused() -> FormInvalid:
    """Return the refusal of moves that no walk has."""
    zh = "试走的步骤与流程图对不上，可能页面已过时。请从头再来。"
    return FormInvalid([("moves", zh, "These moves do not fit the drawing. Begin the walk anew.")])


def _is_move(one: Any) -> bool:
    match one:
        case ["start", str()] | ["hit", int(), int(), str()]:
            return True
        case ["do", int(), int(), str(), dict(answers)] | ["say", dict(answers)]:
            return all(_is_answer(answer) for answer in answers.values())
    return False


def _is_answer(answer: Any) -> bool:
    several = answer if isinstance(answer, list) else [answer]
    return len(several) <= 100 and all(isinstance(text, str) for text in several)
