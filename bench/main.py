"""The command `aid595 bench`: measures, prints a table, writes RESULTS.md."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import asdict, replace
from importlib import import_module
from pathlib import Path

from bench import report
from bench.figure import Figure
from bench.rooms import Rooms
from bench.run import Run
from bench.sizes import FULL, QUICK, SIZES

HERE = Path(__file__).resolve().parent
#: In the order in which they are measured and shown.
SETS = ("steps", "case", "http", "inbox", "timers", "overdue", "age", "storage", "memory", "proof", "survey")
GROUPS = ("W", "R", "HTTP", "inbox", "timers", "overdue", "age", "storage", "memory", "proof", "survey")
KINDS = ("sqlite", "postgresql")
NOTES = """\
Written by `make bench`. Times are medians of single operations unless a note says otherwise; CPU is that of
our own process (with PostgreSQL the server's is not in it). SQLite runs with WAL and `synchronous=FULL`,
PostgreSQL with `fsync` and `synchronous_commit` on: every operation ends with a durable commit. The *raw
floor* is the rows that the same operation wrote, sent by the plain driver with prepared statements and one
commit, interleaved with the operation; for a page it is the page's own statement. The *naive engine* is
SpiffWorkflow with its stock serializer, the whole JSON with the specification read and written every step; it
keeps no history, no inbox and no rights. Where no naive figure stands it has nothing of the kind: no list of
tasks or timers to page through or to poll, no pages, deadlines, duties, proof or survey; age and memory are
measured for ours alone. Figures from a machine with other work on it vary by a third; ratios vary less;
*load* is how many processes wanted a core meanwhile. W, R: the workloads of the modules `workload_w` and
`road`. `make bench ARGS="--only NAME"` measures one set anew, the others stand as they were.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Measure what was asked for; return 1 when a set failed. Each set is recorded as soon as it is done."""
    given = _arguments(argv)
    size = SIZES[given.size]
    kinds = KINDS if given.database == "both" else (given.database,)
    record = report.Record(given.out / "last.json", size.name)
    last = record.values()
    figures: list[Figure] = []
    failed = 0
    with Rooms() as rooms:
        with_postgres = "postgresql" in kinds or size is FULL  # RESULTS.md tells of both
        about = report.machine(rooms.postgres_version() if with_postgres else "")
        for name in (name for name in SETS if not given.only or name in given.only):
            for kind in kinds:
                found = _measure(Run(rooms, size), name, kind)
                failed += not found
                figures += found
                record.write(found, GROUPS)
    if given.json:
        rows = [{**asdict(one), "falls_short": one.falls_short, "last": last.get(one.key)} for one in figures]
        print(json.dumps({"about": about, "figures": rows}, ensure_ascii=False, indent=1))
    else:
        print(report.table(figures, last))
    if size is FULL:
        text = report.markdown(record.figures, last, about, size.name, NOTES)
        (given.out / "RESULTS.md").write_text(text, "utf-8")
    return 1 if failed else 0


def _measure(run: Run, name: str, kind: str) -> list[Figure]:
    """Return the figures of one set; none where it failed, so that the others are not lost with it."""
    began = time.perf_counter()
    try:
        found = list(import_module(f"bench.sets.{name}").measure(run, kind))
    except Exception:
        traceback.print_exc()
        return []
    _say(f"{name} on {kind}: {time.perf_counter() - began:.0f} s")
    return [replace(one, load=os.getloadavg()[0]) for one in found]


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="aid595 bench", description=__doc__)
    parser.add_argument("--size", choices=sorted(SIZES), default=FULL.name)
    parser.add_argument("--quick", dest="size", action="store_const", const=QUICK.name, help="under a minute")
    parser.add_argument("--only", action="append", choices=SETS, metavar="NAME", help=", ".join(SETS))
    parser.add_argument("--database", choices=(*KINDS, "both"), default="both")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--out", type=Path, default=HERE, help="folder of RESULTS.md and last.json")
    return parser.parse_args(argv)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
