"""Make everything `make run` and `make test` need, from Python, pip and the network alone.

Runs under the machine's own Python, so it uses the standard library only. Each part leaves a stamp with the
hash of what it was made from; a second run compares stamps and is done at once.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUNTIME_STAMP = VENV / ".installed"
DEV_STAMP = VENV / ".installed-dev"
NEEDED = (3, 11)


def run(*command: str | Path) -> None:
    """Run a command in the project's folder; end the program with its exit code when it fails."""
    # The build tool's advice on editable installs is nothing a user can act on.
    quiet = {**os.environ, "PYTHONWARNINGS": "ignore"}
    done = subprocess.run([str(part) for part in command], cwd=ROOT, check=False, env=quiet)
    if done.returncode:
        sys.exit(done.returncode)


def fingerprint(*names: str) -> str:
    """Return a hash over files of the project and the version of Python."""
    digest = hashlib.sha256(sys.version.encode())
    for name in names:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def works(*command: str | Path) -> bool:
    """Tell whether a command runs and succeeds, in silence."""
    try:
        done = subprocess.run([str(part) for part in command], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def make_venv() -> None:
    """Create `.venv`, also where Debian's python3-venv is not installed and only pip is."""
    if works(PYTHON, "-m", "pip", "--version"):
        return
    print("创建虚拟环境 · Creating the virtual environment: .venv", flush=True)
    if works(sys.executable, "-m", "venv", "--clear", VENV):
        return
    run(sys.executable, "-m", "venv", "--clear", "--without-pip", VENV)
    run(sys.executable, "-m", "pip", "--python", PYTHON, "install", "--quiet", "pip")


def install(lock: str, stamp: Path) -> None:
    """Install a lock file with its hashes, then this project itself without touching its dependencies."""
    wanted = fingerprint(lock, "pyproject.toml")
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    print(f"安装锁定的软件包 · Installing locked packages: {lock}", flush=True)
    pip = (PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    run(*pip, "--require-hashes", "--no-deps", "-r", ROOT / lock)
    run(*pip, "--no-deps", "--no-build-isolation", "--editable", ROOT)
    stamp.write_text(wanted, encoding="utf-8")


def main() -> None:
    """Set up the runtime, or with `--dev` the tools of development too."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dev", action="store_true", help="also install what tests and checks need")
    arguments = parser.parse_args()
    if sys.version_info < NEEDED:
        sys.exit("需要 Python 3.11 或更高版本，请用 make PYTHON=python3.11 指定。"
                 " · Python 3.11 or later is needed; say make PYTHON=python3.11.")
    began = time.monotonic()
    make_venv()
    # The lock of development holds that of the runtime: once there, it is the one to keep up to date.
    if arguments.dev or DEV_STAMP.exists():
        install("requirements-dev.lock", DEV_STAMP)
    else:
        install("requirements.lock", RUNTIME_STAMP)
    run(PYTHON, ROOT / "tools" / "build_frontend.py")
    spent = time.monotonic() - began
    if spent > 5:
        print(f"准备完成，用时 {spent:.0f} 秒 · Set up in {spent:.0f} s", flush=True)


if __name__ == "__main__":
    main()
