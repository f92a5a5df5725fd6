"""What a version brings besides its drawing: forms and deadline rules that differ from the shipped ones.

Canonical JSON text: `{"forms": {form id: entry as in bpmn/forms}, "rules": {rule id: table as in
bpmn/policy.toml}}`. Here it is read as data; `tasks.overlay` lays it over the library.
"""

from __future__ import annotations

import json
from typing import Any

from engine.codec import canonical as write
from engine.errors import AidError

#: Larger than all shipped forms and rules together.
MOST_BYTES = 512 * 1024
PARTS = ("forms", "rules")


class AnnexRefused(AidError):
    """The annex cannot even be read."""

    code = "annex_refused"
    zh = "随附的表单和期限无法读取：{problem}"
    en = "The annex cannot be read: {problem_en}"


def read(text: str) -> dict[str, dict[str, Any]]:
    """Return forms and rules by id as they stand; raise AnnexRefused for what is no such thing."""
    if len(text) > MOST_BYTES or len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise AnnexRefused(problem=f"超过{MOST_BYTES // 1024} KB", problem_en="it is too large")
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
        write(found).encode()
    except (ValueError, RecursionError) as error:
        raise AnnexRefused(
            problem=f"不是规范的 JSON（{error}）", problem_en=f"no sound JSON ({error})"
        ) from error
    unknown = sorted(found.keys() - set(PARTS)) if isinstance(found, dict) else ["—"]
    if unknown or not all(_is_table(found.get(part, {})) for part in PARTS):
        problem = f"只能有 forms 和 rules 两部分，各以编号列出（{'、'.join(unknown)[:80]}）"
        raise AnnexRefused(problem=problem, problem_en="it holds forms and rules by id, and nothing else")
    return {part: found.get(part, {}) for part in PARTS}


def canonical(text: str) -> str:
    """Return an annex in the one form in which it is kept and signed; raise AnnexRefused."""
    return write({part: entries for part, entries in read(text).items() if entries})


def _is_table(found: Any) -> bool:
    return isinstance(found, dict) and all(isinstance(entry, dict) for entry in found.values())


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")
