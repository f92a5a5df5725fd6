"""What the repository may hold: small files, no registry's address, exact locks."""

from __future__ import annotations

import re
import subprocess
from itertools import product

import pytest

from tests.architecture.source import ROOT, Rule

LONGEST = 350
#: Files that may be longer, each with the reason beside it.
LONGER: dict[str, str] = {}
CODE = (".py", ".js", ".mjs", ".css", ".html")

# Written in parts: the rule holds for this file too.
_HOSTS = [
    *product(("pypi", "files.pythonhosted", "npmmirror", "yarnpkg", "npmjs", "crates", "deb.debian"),
             ("org", "com", "io")),
    ("proxy.golang", "org"), ("repo.maven.apache", "org"), ("pypi.tuna.tsinghua.edu", "cn"),
    ("mirrors.aliyun", "com"),
]
REGISTRY = re.compile("|".join(re.escape(f"{name}.{ending}") for name, ending in _HOSTS), re.IGNORECASE)


def repository_files() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()
    return [name for name in listed if (ROOT / name).is_file()]


def too_long(name: str, text: str) -> list[str]:
    lines = text.count("\n") + 1
    if not name.endswith(CODE) or lines <= LONGEST or name in LONGER:
        return []
    return [f"{name} has {lines} lines; {LONGEST} is the most: give a part of it its own file"]


def names_a_registry(name: str, text: str) -> list[str]:
    return [f"{name}: {match.group()}" for match in REGISTRY.finditer(text)]


def is_not_exact(name: str, text: str) -> list[str]:
    if name.endswith(".lock"):
        loose = [line for line in text.splitlines() if re.match(r"[a-z0-9]", line) and "==" not in line]
        return [*loose, *re.findall(r"\w+://\S+", text), *(() if "--hash=sha256:" in text else ("no hash",))]
    return re.findall(r'"resolved".*', text) if name.endswith("package-lock.json") else []


RULES = [too_long, names_a_registry, is_not_exact]


@pytest.mark.parametrize("rule", RULES)
def test_every_file_keeps_the_rule(rule: Rule) -> None:
    found: list[str] = []
    for name in repository_files():
        content = (ROOT / name).read_bytes()
        if b"\0" not in content:
            found += rule(name, content.decode("utf-8"))
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("rule", "name", "text"),
    [
        (too_long, "engine/all.py", "x = 1\n" * (LONGEST + 1)),
        (names_a_registry, "README.md", "see https://PyPI." + "org/simple"),
        (is_not_exact, "requirements.lock", "flask>=3\n    --hash=sha256:0"),
        (is_not_exact, "requirements.lock", "flask==3.1.3"),
        (is_not_exact, "requirements.lock", "--index-url https://example/simple\nflask==3 --hash=sha256:0"),
        (is_not_exact, "web/frontend/package-lock.json", '"resolved": "https://example/a.tgz"'),
    ],
)
def test_a_breach_is_seen(rule: Rule, name: str, text: str) -> None:
    assert len(rule(name, text)) == 1


def test_locks_are_there() -> None:
    names = set(repository_files())
    assert {"requirements.lock", "requirements-dev.lock", "requirements-node.lock",
            "web/frontend/package-lock.json"} <= names
