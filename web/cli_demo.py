"""`aid595 demo`: load the demo district, or let a larger one live through a year."""

from __future__ import annotations

import sys

import click

from engine import seals
from engine.errors import IllegalState
from engine.store import migrate
from tasks import accounts, demo, installation, year
from tasks.app import App
from tasks.installation import Place
from tasks.year import Plan
from tasks.year.district import most
from web import cli_data
from web.cli_common import DATABASE, opened

STREETS, COMMUNITIES = most()


@click.command(name="demo")
@DATABASE
@click.option("--accounts", "show", is_flag=True, help="Print the accounts as a Markdown table, and stop.")
@click.option("--year", type=click.IntRange(2024, 2026), help="Let a district live through a year.")
@click.option("--months", default=12, show_default=True, type=click.IntRange(1, 12))
@click.option("--streets", default=3, show_default=True, type=click.IntRange(1, STREETS))
@click.option("--communities", default=4, show_default=True, type=click.IntRange(1, COMMUNITIES),
              help="Of each street.")  # fmt: skip
@click.option("--persons", default=600, show_default=True, type=click.IntRange(1, 5000))
@click.option("--seed", default=595, show_default=True, help="Of chance; the same seed lives the same year.")
def load_demo(
    database: str | None, show: bool, year: int | None, months: int, streets: int, communities: int,
    persons: int, seed: int,
) -> None:  # fmt: skip
    """Load the demo district into an empty database; a filled one is refused.

    With --year a district of invented people and offices lives through a year, day by day, on a clock of its
    own; it ends with 1 where the doctor or the proof of the trail finds something.

    Example: aid595 demo --year 2026 --database sqlite:////tmp/year.db
    """
    if show:
        click.echo(cli_data.accounts_table())
        return
    where = installation.place(database, demo=True)
    app = opened(where, create=True)
    if year is not None:
        _live(app, where, Plan(year, months, streets, communities, persons, seed))
    cli_data.prepare(app)
    if demo.is_loaded(app.db):
        raise IllegalState(
            detail="数据库里已有数据，演示数据只能装入空库。要从头开始，请先移走原来的数据库"
        )
    cli_data.load_demo_once(app, where)
    click.echo(f"演示账号{len(demo.users())}个，密码均为 {demo.PASSWORD}")


def _live(app: App, where: Place, plan: Plan) -> None:
    """Let a district live, seal it, prove it, and say what came of it; exits."""
    migrate.upgrade(app.db)
    lived = year.load(app.db, app.keys, accounts.Passwords.make(), plan, click.echo)
    for line in lived.lines():
        click.echo(line)
    where.checkpoints.unlink(missing_ok=True)  # of a demo whose database was removed
    seals.seal(app.db, app.keys.trail, app.clock.now(), where.checkpoints)
    proof = cli_data.verify(app, where)
    click.echo(proof["zh"])
    for fault in proof["faults"]:
        click.echo(f"  {fault}")
    click.echo(f"账号和演示的命名相同，例如 staff.rh，密码均为 {demo.PASSWORD}")
    sys.exit(1 if proof["faults"] or lived.tally.violations else 0)
