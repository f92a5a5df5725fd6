"""The command `aid595 bench`: measures, prints a table, writes RESULTS.md."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from bench import report
from bench.figure import Figure
from bench.rooms import Rooms
from bench.run import Run
from bench.sizes import FULL, QUICK, SIZES

HERE = Path(__file__).resolve().parent
#: In the order in which they are measured and shown.
SETS = ("steps", "case", "http", "inbox", "timers", "overdue", "age", "storage", "memory")
KINDS = ("sqlite", "postgresql")
NOTES = """\
Written by `make bench`. Times are medians of single operations unless a note says otherwise; CPU is that of
our own process (with PostgreSQL the server's is not in it). SQLite runs with WAL and `synchronous=FULL`,
PostgreSQL with `fsync` and `synchronous_commit` on: every operation ends with a durable commit. The *raw
floor* is the rows that the same operation wrote, sent by the plain driver with prepared statements and one
commit, interleaved with the operation; for a page it is the page's own statement. The *naive engine* is
SpiffWorkflow with its stock serializer, the whole JSON with the specification read and written every step; it
keeps no history, no inbox and no rights. Figures from a machine with other work on it vary by a third; ratios
vary less. W, R: the workloads named in the modules `workload_w` and `road`.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Measure what was asked for; return 0. `--only` names a set, `--quick` takes less than a minute."""
    given = _arguments(argv)
    size = SIZES[given.size]
    kinds = KINDS if given.database == "both" else (given.database,)
    names = [name for name in SETS if not given.only or name in given.only]
    figures: list[Figure] = []
    postgres = ""
    with Rooms() as rooms:
        run = Run(rooms, size)
        for name in names:
            for kind in kinds:
                began = time.perf_counter()
                figures += import_module(f"bench.sets.{name}").measure(run, kind)
                _say(f"{name} on {kind}: {time.perf_counter() - began:.0f} s")
        postgres = rooms.postgres_version() if "postgresql" in kinds else ""
    _tell(given, figures, postgres, whole=len(names) == len(SETS) and kinds == KINDS)
    return 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="aid595 bench", description=__doc__)
    parser.add_argument("--size", choices=sorted(SIZES), default=FULL.name)
    parser.add_argument("--quick", dest="size", action="store_const", const=QUICK.name, help="under a minute")
    parser.add_argument("--only", action="append", choices=SETS, metavar="NAME", help=", ".join(SETS))
    parser.add_argument("--database", choices=(*KINDS, "both"), default="both")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--out", type=Path, default=HERE, help="folder of RESULTS.md and last.json")
    return parser.parse_args(argv)


def _tell(given: argparse.Namespace, figures: Sequence[Figure], postgres: str, whole: bool) -> None:
    """Print; RESULTS.md is written by the whole set only, a part would overwrite the rest."""
    last_file = given.out / "last.json"
    last = report.read_last(last_file, given.size)
    about = report.machine(postgres)
    if given.json:
        found = [
            {**asdict(one), "falls_short": one.falls_short, "last": last.get(one.key)} for one in figures
        ]
        print(json.dumps({"about": about, "figures": found}, ensure_ascii=False, indent=1))
    else:
        print(report.table(figures, last))
    if whole and given.size != QUICK.name:
        text = report.markdown(figures, last, about, given.size, NOTES)
        (given.out / "RESULTS.md").write_text(text, "utf-8")
    report.write_last(last_file, given.size, figures)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
