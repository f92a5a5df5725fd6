"""Copies of a SQLite installation: made while it runs, put back once they are known to be sound and ours."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from engine.errors import IllegalState
from engine.store import condition
from engine.store.db import Database
from tasks import selftest
from tasks.app import App
from tasks.selftest import NotReady
from tasks.store.rows import count


def backup(app: App, file: Path) -> None:
    """Copy a running database to a new file; raise NotReady or IllegalState."""
    if app.db.is_postgres:
        raise IllegalState(detail="PostgreSQL请用pg_dump备份")
    if file.exists():
        raise NotReady(problem=f"{file} 已经存在，请换一个文件名。")
    part = file.with_name(f".{file.name}.part")
    try:
        part.touch(mode=0o600)
        app.db.copy_to(str(part))
        part.replace(file)
    except OSError as error:
        raise NotReady(problem=f"不能写入 {file}（{error.strerror}）。") from error
    finally:
        if file.parent.is_dir():
            part.unlink(missing_ok=True)


def restore(app: App, file: Path, replace: bool) -> Path | None:
    """Replace everything by a backup; return where what was there is kept (None: there was nothing).

    Running processes see the new content at once. Raises NotReady, NoDatabase or IllegalState, and changes
    nothing then.
    """
    target = condition.file_of(app.db)
    if target is None:
        raise IllegalState(detail="PostgreSQL请用pg_restore恢复")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".restore-") as folder:
        # looked at is a copy: opening a database writes beside it
        copy = Path(folder, "copy.db")
        shutil.copyfile(file, copy)
        _require_ours(app, copy, file)
        kept = None
        if _is_filled(app.db):
            if not replace:
                raise NotReady(problem=f"{target} 里已有数据。确实要用备份替换，请加上 --replace。")
            kept = _free_name(target)
            app.db.copy_to(str(kept))
        app.db.copy_from(str(copy))
    return kept


def _require_ours(app: App, copy: Path, file: Path) -> None:
    condition.require_sound(copy, file.name)
    source = Database(f"sqlite:///{copy}")
    try:
        if condition.stored_setting(source, selftest.CANARY) is None:
            raise NotReady(problem=f"{file} 不是本系统的数据库备份。")
        selftest.require_keys(source, app.keys, file)
        selftest.require_kind(source, app.demo is not None)
    finally:
        source.dispose()


def _is_filled(db: Database) -> bool:
    if condition.stored_setting(db, selftest.CANARY) is None:
        return False
    with db.read() as conn:
        return any(count(conn, table) for table in ("user_account", "person", "trail"))


def _free_name(target: Path) -> Path:
    names = (target.with_name(f"{target.stem}.before-restore-{n}{target.suffix}") for n in range(1, 1_000))
    return next(name for name in names if not name.exists())
