"""Carrying out the commands about the clock of a case (FEAT-X12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import FormInvalid
from tasks import cases, clock_commands, commands
from tasks import deadline_changes as changes
from tasks.commands import Done
from tasks.desk import Desk
from tasks.forms.command_forms import accept_values
from tasks.rules import known_rules


def _accepted(desk: Desk, case_id: int, action: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a command on an active case the actor may give; raise FormInvalid."""
    cases.active_for(desk, case_id, action)
    values = dict(accept_values(desk, action, given))
    rule_id = values["rule_id"]
    if rule_id not in {**known_rules(desk.conn), **desk.library.policy.rules}:
        raise FormInvalid([("rule_id", f"没有期限“{rule_id}”，请核对编号。", "No such deadline.")])
    return values


def extend(desk: Desk, command: commands.ExtendDeadline) -> Done:
    """Extend a running deadline; old and new day are both kept."""
    values = _accepted(desk, command.case_id, "extend", command.values)
    changes.grant(desk, command.case_id, changes.EXTEND, {**values, "day": values["new_due"]})
    return Done(case_id=command.case_id)


def ask(desk: Desk, command: clock_commands.AskClockChange) -> Done:
    """Ask for a longer deadline or a standstill."""
    values = _accepted(desk, command.case_id, "ask_clock", command.values)
    changes.ask(desk, command.case_id, values["change"], values)
    return Done(case_id=command.case_id)


def decide(desk: Desk, command: clock_commands.DecideClockChange) -> Done:
    """Grant or refuse what was asked for."""
    values = _accepted(desk, command.case_id, "decide_clock", command.values)
    changes.decide(desk, command.case_id, values["rule_id"], values["granted"], values["grounds"])
    return Done(case_id=command.case_id)


def suspend(desk: Desk, command: clock_commands.SuspendClock) -> Done:
    """Let a clock stand still."""
    values = _accepted(desk, command.case_id, "suspend_clock", command.values)
    changes.grant(desk, command.case_id, changes.SUSPEND, values)
    return Done(case_id=command.case_id)


def resume(desk: Desk, command: clock_commands.ResumeClock) -> Done:
    """Let a clock go on."""
    values = _accepted(desk, command.case_id, "resume_clock", command.values)
    changes.grant(desk, command.case_id, changes.RESUME, values)
    return Done(case_id=command.case_id)
