"""Every command explains itself with an example; a misspelt one is refused in Chinese."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from tests.cli.conftest import Call
from web.cli import cli


def commands(group: click.Group, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)


ALL = dict(commands(cli))


@pytest.mark.parametrize("path", sorted(ALL), ids=" ".join)
def test_every_command_has_an_example_of_itself(path: tuple[str, ...], call: Call) -> None:
    shown = call(*path, "--help")
    assert shown.code == 0
    assert f"Example: aid595 {' '.join(path)}" in " ".join(shown.out.split())


def test_the_program_itself_says_what_to_begin_with(call: Call) -> None:
    shown = call("--help")
    assert shown.code == 0
    assert "aid595 run --demo" in shown.out
    assert call("--version").code == 0


@pytest.mark.parametrize("group", ["audit", "import", "export", "scenario"])
def test_a_group_alone_shows_what_it_has(call: Call, group: str) -> None:
    shown = call(group)
    assert shown.code == 2
    assert "Commands:" in shown.err
    assert "命令写得不对" not in shown.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nonsense"], "nonsense"),
        (["lint"], "FILES"),
        (["lint", "--nonsense", "x"], "--nonsense"),
        (["run", "--port", "many"], "--port 的值不对（应是1到65535的整数）"),
        (["serve", "--threads", "0"], "应是1到256的整数"),
        (["serve", "--threads", "100000"], "应是1到256的整数"),
        (["exprt"], "没有命令 exprt，是不是要 export"),
        (["init", "--district", " "], "区的名称不能空着"),
        (["audit", "bundle"], "CASE"),
        (["lint", "not-there.bpmn"], "没有这个文件"),
        (["scenario", "run", "not-there"], "没有这个文件"),
        (["deploy", "."], "是文件夹"),
    ],
)
def test_a_misspelt_command_is_refused_with_2(call: Call, arguments: list[str], said: str) -> None:
    call(*arguments).require_refused(said, code=2)
