"""What the guards look at: the program's files, their imports and their calls."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("engine", "tasks", "web")

Rule = Callable[[str, str], list[str]]


def program_files(*packages: str) -> Iterator[tuple[str, str]]:
    """Yield (path, text) of every Python file of some packages, of all where none is named."""
    for package in packages or PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "node_modules" not in path.parts:
                yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def violations(rule: Rule, *packages: str) -> list[str]:
    """Return what a rule finds in the program."""
    return [found for path, text in program_files(*packages) for found in rule(path, text)]


def imports(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line, dotted module) of every import, wherever it stands."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, "." * node.level + (node.module or "")


def calls(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line, dotted name) of every call of a name or of an attribute."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)
