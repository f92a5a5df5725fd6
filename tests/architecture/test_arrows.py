"""Arrows run one way: web → tasks → engine. Each foreign library has one home."""

from __future__ import annotations

import pytest

from tests.architecture.source import imports, violations

MAY_IMPORT = {"engine": {"engine"}, "tasks": {"engine", "tasks"}, "web": {"engine", "tasks", "web"}}
HOMES = {
    "SpiffWorkflow": ("engine/spiff/",),
    "alembic": ("engine/store/", "tasks/store/"),
    "apscheduler": ("tasks/worker.py",),
    "flask": ("web/",),
    "openpyxl": ("tasks/registers/workbook.py", "tasks/survey/"),
    "psycopg": ("engine/store/",),
    "pyotp": ("tasks/second_factor.py",),
    "segno": ("tasks/paper_code.py",),
    "simpleeval": ("engine/expressions.py",),
    "sqlalchemy": ("engine/store/", "tasks/store/", "tasks/queries/"),
    "sqlite3": ("engine/store/",),
    "waitress": ("web/",),
    "weasyprint": ("web/paper_pdf.py",),
    "werkzeug": ("web/",),
}


def wrong_imports(path: str, text: str) -> list[str]:
    found = []
    for line, module in imports(text):
        package, top = path.split("/")[0], module.split(".")[0]
        if module.startswith("."):
            found.append(f"{path}:{line} imports {module}: write the whole name")
        elif top in {*MAY_IMPORT, "bpmn", "bench", "tests", "tools"} - MAY_IMPORT[package]:
            found.append(f"{path}:{line} {package} must not import {module}")
        elif top in HOMES and not path.startswith(HOMES[top]):
            found.append(f"{path}:{line} {top} belongs into {' or '.join(HOMES[top])}")
    return found


def test_imports_follow_the_arrows_and_libraries_stay_at_home() -> None:
    found = violations(wrong_imports)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("engine/step.py", "import tasks.app"),
        ("engine/step.py", "from web.cli import main"),
        ("tasks/app.py", "def f():\n    from flask import request"),
        ("tasks/app.py", "import sqlalchemy as sa"),
        ("engine/compile/graph.py", "from SpiffWorkflow.bpmn import x"),
        ("web/views/inbox.py", "import apscheduler.schedulers"),
        ("tasks/app.py", "from . import people"),
    ],
)
def test_an_import_against_the_arrows_is_seen(path: str, text: str) -> None:
    assert len(wrong_imports(path, text)) == 1


def test_imports_along_the_arrows_pass() -> None:
    assert wrong_imports("tasks/store/people.py", "import sqlalchemy\nfrom engine.ids import new_id") == []
