"""Forms of the commands on a case (RULES J.5): the same data, held the same way as those of tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tasks.forms.spec import DEFAULT_FOLDER, FormSpec, load_forms
from tasks.forms.validate import validate
from tasks.forms.values import FormContext

if TYPE_CHECKING:
    from tasks.desk import Desk

COMMAND_FORMS: Mapping[str, FormSpec] = load_forms(DEFAULT_FOLDER / "commands")


def accept_values(desk: Desk, form: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the typed values of a command; raise FormInvalid with every problem."""
    return validate(COMMAND_FORMS[form], given, FormContext(desk.today, desk.now, exit_codes(desk))).values


def exit_codes(desk: Desk) -> Mapping[str, tuple[str, ...]]:
    """Return the exit codes an office may use: one of them only under a rule of its own (J.7.14)."""
    if not desk.setting("end_unreachable"):
        return {}
    return {"EXIT_CODE": (*COMMAND_FORMS["exit"].fields["end_code"].options, "END-UNREACHABLE")}
