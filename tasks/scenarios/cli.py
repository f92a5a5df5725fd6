"""The command line's half of scenarios: paths in, lines and an exit code out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tasks.scenarios.coverage import Coverage
from tasks.scenarios.report import as_list
from tasks.scenarios.report import junit as junit_xml
from tasks.scenarios.runner import run_paths, scenario_files


def cli_run(
    paths: Iterable[Path | str], junit: Path | str | None = None, coverage: bool = False,
    database: str | None = None, as_json: bool = False,
) -> tuple[int, list[str]]:  # fmt: skip
    """Run scenarios; return the exit code (0: all passed, 1: some failed, 2: nothing to run) and lines."""
    wanted = [Path(path) for path in paths]
    missing = [path for path in wanted if not path.exists()]
    if missing or not scenario_files(wanted):
        names = "、".join(map(str, missing or wanted)) or "—"
        return 2, [f"没有找到场景文件：{names}。请给出文件或文件夹。 No scenario files: {names}."]
    seen = Coverage() if coverage else None
    results = run_paths(wanted, database, coverage=seen)
    if junit is not None:
        Path(junit).write_text(junit_xml(results), encoding="utf-8")
    if as_json:
        return (1 if any(not result.passed for result in results) else 0), [as_list(results)]
    lines = [result.text() for result in results]
    failed = sum(1 for result in results if not result.passed)
    seconds = sum(result.seconds for result in results)
    lines.append(f"共{len(results)}个场景，{failed}个未通过，用时{seconds:.1f}秒。")
    if seen is not None:
        lines += seen.lines()
    return (1 if failed else 0), lines
