"""The command line's half of traceability: which clause is done where, and what is still open."""

from __future__ import annotations

import json
import sys

import click

from tasks.library import Library
from tasks.traceability import trace
from tasks.traceability.report import as_data, lines


@click.group()
def rules() -> None:
    """Clauses of the policy and the places where they are done.

    Example: aid595 rules coverage
    """


@rules.command()
@click.option("--json", "as_json", is_flag=True, help="Print everything as data.")
@click.option("--reasons", is_flag=True, help="Print the clauses that need no software, and why.")
def coverage(as_json: bool, reasons: bool) -> None:
    """Print clauses without a place and places without a clause; exit with 1 where something is open.

    Example: aid595 rules coverage --reasons
    """
    found = trace(Library())
    if as_json:
        click.echo(json.dumps(as_data(found), ensure_ascii=False, indent=1))
    else:
        for line in lines(found, reasons):
            click.echo(line)
    sys.exit(0 if found.whole else 1)
