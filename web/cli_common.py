"""What every command shares: its options, its files, and how a refusal is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from engine.errors import AidError, Unavailable
from tasks import installation
from tasks.app import App
from tasks.imports import ImportRefused
from tasks.selftest import NotReady

#: Exit codes: the command was refused; it was written wrong.
REFUSED, MISUSED = 1, 2
#: Nothing we read from a file is as big.
MOST_BYTES = 64 * 1024 * 1024


class GivenFile(click.ParamType):  # type: ignore[type-arg]
    """A file (or folder) that is there and can be read."""

    name = "file"

    def __init__(self, folder: bool = False) -> None:
        self._folder = folder

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path; fail with a Chinese sentence."""
        path = Path(value)
        if path.is_dir():
            if self._folder:
                return path
            self.fail(f"{path} 是文件夹，请给出文件。", param, ctx)
        try:
            with path.open("rb") as stream:
                stream.read(1)
        except OSError as error:
            why = "没有这个文件" if isinstance(error, FileNotFoundError) else f"读不了（{error.strerror}）"
            self.fail(f"{path}：{why}。", param, ctx)
        return path


FILE = GivenFile()
FILE_OR_FOLDER = GivenFile(folder=True)
NEW_FILE = click.Path(path_type=Path)
DATABASE = click.option(
    "--database", metavar="URL",
    help="sqlite:///file or postgresql://…; default: AID595_DATABASE or a file in AID595_HOME (var/).",
)  # fmt: skip
PORT = click.option("--port", default=5950, show_default=True, type=click.IntRange(1, 65_535))
THREADS = click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 256))
DEMO = click.option("--demo", "is_demo", is_flag=True, help="Use the demo installation.")


def content(path: Path) -> bytes:
    """Return what a file holds; raise NotReady for one that is far too big."""
    if path.stat().st_size > MOST_BYTES:
        most = MOST_BYTES // 1024 // 1024
        raise NotReady(problem=f"{path} 超过{most} MB，不是这里能用的文件。")
    return path.read_bytes()


def opened(where: installation.Place, create: bool = False) -> App:
    """Open an installation for as long as the command runs."""
    app = installation.open_app(where, create)
    click.get_current_context().call_on_close(app.db.dispose)
    return app


def open_app(database: str | None, is_demo: bool = False) -> App:
    """Open the installation the options name; it has to be there."""
    return opened(installation.place(database, is_demo))


def tell(error: Exception) -> int:
    """Say on stderr why a command ended, in Chinese; return the exit code."""
    if isinstance(error, Unavailable) and error.data["kind"] == "lost":
        what = "与数据库的连接未能建立或已中断"
        click.echo(f"{what}，请核对 --database 或 AID595_DATABASE，并确认数据库服务已启动。", err=True)
        return REFUSED
    if isinstance(error, AidError):
        click.echo(error.sentence("zh"), err=True)
        for problem in error.problems if isinstance(error, ImportRefused) else ():
            click.echo(f"  {problem}", err=True)
        return REFUSED
    if type(error) is click.BadParameter and isinstance(getattr(error.param, "type", None), GivenFile):
        click.echo(error.message, err=True)
        return MISUSED
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
        return MISUSED
    if isinstance(error, click.UsageError):
        name = error.ctx.command_path if error.ctx is not None else "aid595"
        click.echo(f"命令写得不对：{_misuse(error)}。用 {name} --help 查看用法。", err=True)
        return MISUSED
    if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
        click.echo(f"不能读写 {error.filename or '文件'}（{error.strerror}）。", err=True)
        return REFUSED
    if isinstance(error, click.Abort):
        return 130
    raise error


def _misuse(error: click.UsageError) -> str:
    if isinstance(error, click.NoSuchOption):
        return f"没有选项 {error.option_name}"
    if isinstance(error, click.MissingParameter):
        return f"缺少 {error.param.make_metavar(error.ctx) if error.param and error.ctx else ''}"
    if isinstance(error, click.BadParameter) and error.param is not None:
        return f"{'/'.join(error.param.opts)} 的值不对（{_why(error)}）"
    if type(error) is click.exceptions.NoSuchCommand:
        near = f"，是不是要 {'、'.join(error.possibilities)}" if error.possibilities else ""
        return f"没有命令 {error.command_name}{near}"
    return error.format_message().rstrip(".").replace("No such command", "没有命令")


def _why(error: click.BadParameter) -> str:
    kind = error.param.type if error.param is not None else None
    if isinstance(kind, click.IntRange):
        return f"应是{kind.min}到{kind.max}的整数"
    return "应是整数" if isinstance(kind, click.types.IntParamType) else error.message.rstrip(".")
