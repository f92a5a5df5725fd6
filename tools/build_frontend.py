"""Build the browser bundle in web/static/vendor from web/frontend.

Uses the machine's node and npm where they are new enough, else installs node into the virtual environment
from requirements-node.lock. A stamp with the hash of the sources makes a second run instant.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "web" / "frontend"
OUTPUT = ROOT / "web" / "static" / "vendor"
STAMP = OUTPUT / ".built"
OLDEST_NODE = 18


def fingerprint() -> str:
    """Return a hash over every source file of the bundle."""
    digest = hashlib.sha256()
    for path in sorted(SOURCES.rglob("*")):
        inside = path.relative_to(SOURCES)
        if path.is_file() and inside.parts[0] != "node_modules":
            digest.update(str(inside).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def node_version(node: str) -> int:
    """Return the major version of a node program, 0 where it does not run."""
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
        return int(answer.strip().removeprefix("v").split(".")[0])
    except (OSError, subprocess.CalledProcessError, ValueError):
        return 0


def find_tools() -> tuple[str, str]:
    """Return the paths of node and npm, installing both into the virtual environment where they lack."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and node_version(node) >= OLDEST_NODE:
        return node, npm
    own = Path(sys.executable).parent
    if node_version(str(own / "node")) < OLDEST_NODE:
        print("安装 Node.js · Installing Node.js", flush=True)
        subprocess.run(
            [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet",
             "--require-hashes", "--no-deps", "-r", str(ROOT / "requirements-node.lock")],
            check=True,
        )
    return str(own / "node"), str(own / "npm")


def build() -> None:
    """Install the locked packages of the bundle and build it; raise CalledProcessError where either fails."""
    node, npm = find_tools()
    print("构建浏览器文件 · Building the browser bundle", flush=True)
    # npm starts node by name: the one found has to come first.
    environment = {**os.environ, "PATH": f"{Path(node).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    subprocess.run([npm, "ci", "--silent"], cwd=SOURCES, env=environment, check=True)
    shutil.rmtree(OUTPUT, ignore_errors=True)
    subprocess.run([node, "build.mjs", str(OUTPUT)], cwd=SOURCES, env=environment, check=True)
    STAMP.write_text(fingerprint(), encoding="utf-8")


def main() -> None:
    """Build the bundle when a source changed or a file of it is missing."""
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == fingerprint():
        return
    try:
        build()
    except subprocess.CalledProcessError as error:
        sys.exit(f"浏览器文件构建失败 · The browser bundle could not be built: {error}")


if __name__ == "__main__":
    main()
