"""Write the generated parts of the documents again, or with --check tell whether they are up to date.

A generated part stands between `<!-- generated: COMMAND -->` and `<!-- end of generated part -->`, where
COMMAND is a call of the product's own command line; what it prints is what the reader gets.
"""

from __future__ import annotations

import argparse
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PART = re.compile(r"(<!-- generated: (aid595 [^\n]*?) -->\n).*?(<!-- end of generated part -->)", re.DOTALL)


def output(command: str) -> str:
    """Return what a call of the command line prints; raise CalledProcessError when it fails."""
    program = Path(sys.executable).parent / "aid595"
    done = subprocess.run(
        [str(program), *shlex.split(command)[1:]], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def generated(text: str) -> str:
    """Return a document with each of its generated parts made anew."""
    return PART.sub(lambda part: f"{part[1]}\n{output(part[2])}\n\n{part[3]}", text)


def main() -> None:
    """Go through the documents; with --check exit with 1 when one is out of date."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing; fail when a part is stale")
    check = parser.parse_args().check
    stale = []
    for path in (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))):
        before = path.read_text(encoding="utf-8")
        after = generated(before)
        if after != before:
            stale.append(str(path.relative_to(ROOT)))
            if not check:
                path.write_text(after, encoding="utf-8")
    for name in stale:
        print(f"{name}: {'out of date, run make docs' if check else 'written'}")
    sys.exit(1 if check and stale else 0)


if __name__ == "__main__":
    main()
