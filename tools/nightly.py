"""Run the long reliability sets and print what they found as a table; with --again repeat a failure.

`make nightly` runs every long set of the project; this runs those of `tests/reliability` alone:

    python tools/nightly.py [--seed N] [-k EXPRESSION]
    python tools/nightly.py --again var/reliability/repro-….json
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FIGURES = ROOT / "var" / "reliability" / "figures.jsonl"


def run(arguments: list[str], seed: str) -> int:
    """Run pytest with the long sets and return its exit code."""
    command = [sys.executable, "-m", "pytest", "--nightly", "-q", *arguments]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, "AID595_SEED": seed}, check=False).returncode


def again(repro: Path) -> int:
    """Run the test of a repro file with its seed."""
    words = shlex.split(json.loads(repro.read_text("utf-8"))["run"])
    seed = words[0].partition("=")[2]
    return run([words[-1]], seed)


def table(lines: list[str]) -> str:
    """Return figures as a Markdown table, a run a line."""
    rows = [
        "| lab | database | what | answered | refused | faults | points visited | violations | s |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for line in lines:
        row: dict[str, Any] = json.loads(line)
        what = row.get("work") or row.get("fault") or f"{row.get('fired')} timers fired"
        faults = row.get("kills") or row.get("worker_kills") or row.get("faults")
        faults = faults or f"{row.get('processes')} at once"
        points = f"{row['points_visited']} of {row['points']}" if "points" in row else ""
        refused = sum(row.get("refused", {}).values())
        rows.append(
            f"| {row['lab']} | {row['backend']} | {what} | {sum(row['acked'].values())} | {refused}"
            f" | {faults} | {points} | {sum(row['violations'].values())} | {row['seconds']} |"
        )
    return "\n".join(rows)


def main() -> None:
    """Run what was asked for; exit as pytest does."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("--seed", default=os.environ.get("AID595_SEED", "595"), help="of every random test")
    parser.add_argument("--again", type=Path, help="a repro file of an earlier failure")
    parser.add_argument("-k", dest="only", default="", help="as for pytest")
    given = parser.parse_args()
    if given.again:
        raise SystemExit(again(given.again))
    before = len(FIGURES.read_text("utf-8").splitlines()) if FIGURES.exists() else 0
    only = ["-k", given.only] if given.only else []
    code = run(["-n", "2", "--dist=worksteal", "tests/reliability", *only], given.seed)
    if FIGURES.exists():
        print(table(FIGURES.read_text("utf-8").splitlines()[before:]))
    raise SystemExit(code)


if __name__ == "__main__":
    main()
