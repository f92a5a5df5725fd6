"""What a form holds before anybody typed, and what a scenario answers where it says nothing.

Rules (`prefill`, `example_from` of a field): `today`, `today+N`, `now` are worked out here; `fact` is the
person's fact of the field's name; all others are asked of the caller's resolver by name:
`next_number:<paper>`, `dispatcher`, `helper:<role>`, `referral.employer`, `register_type`, `employment`,
`decision:<table>`, `notice_until`, `month`, `contribution_hits`, `complaint:<column>`, `year`, `hardship`,
`free_post`, `member`, `registered_person`, `open_referrals`, `survey_example`, `questionnaire`,
`setting:<id>`, `last_revisit`, `connected:<system>`. A rule without an answer leaves the field empty.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any

from tasks.forms.spec import Field, FormSpec
from tasks.forms.validate import needed_fields
from tasks.forms.values import FormContext

#: Rules that fill in what is on record: an optional field keeps it, on the page and in a scenario.
ON_RECORD = ("fact", "last_revisit")
#: Gets the rule and the field, gives the value as `validate` accepts it, or None.
Resolve = Callable[[str, Field], Any]


def _value(rule: str, field: Field, context: FormContext, facts: Mapping[str, Any], resolve: Resolve) -> Any:
    if rule == "today":
        return context.today
    if rule == "now":
        return context.now
    if rule.startswith("today+"):
        return context.today + timedelta(days=int(rule.removeprefix("today+")))
    if rule == "fact":
        return facts.get(field.name)
    return resolve(rule, field) if rule else None


def prefill(
    spec: FormSpec, context: FormContext, facts: Mapping[str, Any], resolve: Resolve
) -> dict[str, Any]:
    """Return the values a fresh form is shown with; fields without one are left out."""
    values = {field.name: _value(field.prefill, field, context, facts, resolve) for field in spec}
    return {name: value for name, value in values.items() if value is not None}


def with_examples(
    spec: FormSpec,
    given: Mapping[str, Any],
    context: FormContext,
    facts: Mapping[str, Any],
    resolve: Resolve,
    also: Collection[str] = (),
) -> dict[str, Any]:
    """Return what is given, with every required field left out filled by its prefill or its example.

    Optional fields keep what the record says, as on the page; `also` names others to fill as well. One
    answer may make others required, so this goes on until nothing is missing or nothing more is known.
    """
    known = {
        field.name: _value(field.prefill, field, context, facts, resolve)
        for field in spec if field.prefill in ON_RECORD
    }  # fmt: skip
    raw = {**{name: value for name, value in known.items() if value is not None}, **given}
    for _round in spec.fields:
        missing = [name for name in needed_fields(spec, raw, context, also) if name not in raw]
        filled = {name: _example(spec.fields[name], context, facts, resolve) for name in missing}
        filled = {name: value for name, value in filled.items() if value is not None}
        if not filled:
            break
        raw |= filled
    return raw


def _example(field: Field, context: FormContext, facts: Mapping[str, Any], resolve: Resolve) -> Any:
    for rule in (field.prefill, field.example_from):
        value = _value(rule, field, context, facts, resolve)
        if value is not None:
            return value
    if field.type == "list" and isinstance(field.example, list):
        return [
            {name: context.today if cell == "today" else cell for name, cell in row.items()}
            for row in field.example
        ]
    return _plainest(field, context) if field.example is None else field.example


def _plainest(field: Field, context: FormContext) -> Any:
    """Return the plainest answer a field takes, where its form gives no example; None where none is known."""
    plain: dict[str, Callable[[], Any]] = {
        "text": lambda: field.zh,
        "longtext": lambda: field.zh,
        "bool": lambda: True,
        "enum": lambda: field.options[0] if field.options else None,
        "multi": lambda: list(field.options[:1]) or None,
        "int": lambda: max(field.min, 1),
        "money": lambda: max(field.min, 1),
        "date": lambda: context.today,
        "datetime": lambda: context.now,
    }
    return plain[field.type]() if field.type in plain else None
