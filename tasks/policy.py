"""The deadline rules as data (`bpmn/policy.toml`): what counts, from where, and what meets it (RULES J.8).

The file is part of a release like a diagram; reading it touches no database.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from engine.deadlines import DeadlineRule, Unit
from engine.errors import AidError
from engine.expressions import Expr, compile_expr

KINDS = frozenset(
    [
        "deadline",
        "earliest",
        "immediate",
        "recurrence",
        "undated",
        "count",
        "threshold",
        "effective-date",
        "retention",
    ]
)
PERIODS = frozenset([None, "week", "ten_days", "month", "quarter", "half_year", "year"])
WINDOWS = frozenset(["calendar", "rolling", "last_working_day"])


class PolicyInvalid(AidError):
    """The policy file contradicts itself."""

    code = "policy_invalid"
    zh = "政策参数文件{where}有误：{problem}。请改正后再发布。"
    en = "The policy file {where} is not valid: {problem}"


#: Kind of a rule whose day is the earliest one, not a due day.
UNDATED = "undated"


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens a deadline row: the completion of an element, or the date in one of its fields.

    `condition` reads the form just completed, the routing variables and `next_step`, what the decision of the
    same step gave; its one function is `setting(id)`. `branch` names a gateway's branch the step must take.
    """

    element: str
    field: str | None = None
    condition: Expr | None = None
    branch: str | None = None
    #: the row opens now, its trigger comes later, with another opening of the same rule
    pending: bool = False
    #: gives rows that wait for their trigger the date; where none waits, none opens
    fills_pending: bool = False


@dataclass(frozen=True, slots=True)
class Recurrence:
    """How often a duty comes back: `times` in each `period`; without one the office sets it."""

    #: calendar windows, rolling from the last act, or the month's last working day (AMB-14)
    window: str
    times: int = 1
    period: str | None = None
    #: the process or task each window opens
    duty: str | None = None
    #: the setting that gives the interval where the policy does not
    interval_setting: str | None = None


@dataclass(frozen=True)
class DeadlinePolicy:
    """One row of the policy; only rows that give a due day of their own have a `rule`."""

    id: str
    title: str
    kind: str
    rule_ids: tuple[str, ...]
    seed: str
    #: STATED in the policy or INFERRED by us: where the trigger comes from
    basis: str
    quote_zh: str = ""
    rule: DeadlineRule | None = None
    opens: tuple[Opening, ...] = ()
    met_by: str | None = None
    #: the field of `met_by` whose date judges met or missed (`list.column`: the day of the `minimum`-th row);
    #: None = its completion
    met_field: str | None = None
    #: how many acts meet it (DL-025: two referrals)
    minimum: int = 1
    #: the setting that says how many days before the trigger the due day lies
    lead_setting: str | None = None
    recurrence: Recurrence | None = None

    @property
    def is_dated(self) -> bool:
        """Tell whether its day is one to keep; DL-104, undated, only says when the work may begin."""
        return self.kind != UNDATED or (self.rule is not None and not self.rule.earliest)

    def rule_for(self, settings: Mapping[str, Any]) -> DeadlineRule | None:
        """Return the counting rule under an office's settings; None where a value it needs is not set."""
        rule = self.rule
        if rule is not None and self.lead_setting is not None:
            lead = settings.get(self.lead_setting)
            rule = None if lead is None else replace(rule, value=-int(lead))
        if rule is not None and rule.roll and settings.get("roll_one_off") is False:
            rule = replace(rule, roll=False)
        return rule


@dataclass(frozen=True)
class Policy:
    """Every rule by id, and by the elements that open and meet it."""

    rules: Mapping[str, DeadlinePolicy]

    def __getitem__(self, rule_id: str) -> DeadlinePolicy:
        """Return a rule by id; raise KeyError."""
        return self.rules[rule_id]

    @cached_property
    def opened_by(self) -> dict[str, list[tuple[DeadlinePolicy, Opening]]]:
        """Rules and openings by element id."""
        index: dict[str, list[tuple[DeadlinePolicy, Opening]]] = {}
        for row in self.rules.values():
            for opening in row.opens:
                index.setdefault(opening.element, []).append((row, opening))
        return index

    @cached_property
    def opened_by_branch(self) -> dict[str, list[DeadlinePolicy]]:
        """Rules by the branch of a gateway (`gateway=KEY`) that opens them."""
        index: dict[str, list[DeadlinePolicy]] = {}
        for row in self.rules.values():
            for opening in row.opens:
                if opening.branch is not None:
                    index.setdefault(opening.branch, []).append(row)
        return index

    @cached_property
    def met_by(self) -> dict[str, list[DeadlinePolicy]]:
        """Rules by the element that meets them."""
        index: dict[str, list[DeadlinePolicy]] = {}
        for row in self.rules.values():
            if row.met_by is not None:
                index.setdefault(row.met_by, []).append(row)
        return index

    def with_rules(self, entries: Mapping[str, Mapping[str, Any]]) -> Policy:
        """Return this policy with rules replaced or added; raise PolicyInvalid naming the rule."""
        made = {rule_id: read_rule({**entry, "id": rule_id}) for rule_id, entry in entries.items()}
        return Policy({**self.rules, **made})


def load_policy(path: Path) -> Policy:
    """Read the deadline rules; raise PolicyInvalid naming the rule."""
    try:
        rows = tomllib.loads(path.read_text("utf-8"))["rule"]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise PolicyInvalid(where=path.name, problem=f"无法读取（{error}）") from error
    rules: dict[str, DeadlinePolicy] = {}
    for row in rows:
        policy = read_rule(row, path.name)
        if policy.id in rules:
            raise PolicyInvalid(where=policy.id, problem="编号重复")
        rules[policy.id] = policy
    return Policy(rules)


def read_rule(row: Mapping[str, Any], where: str = "") -> DeadlinePolicy:
    """Return one rule from its table; raise PolicyInvalid naming it."""
    try:
        return _policy(deepcopy(dict(row)))
    except (TypeError, KeyError, ValueError) as error:
        raise PolicyInvalid(where=row.get("id", where), problem=f"字段不对（{error}）") from error


def _policy(row: dict[str, Any]) -> DeadlinePolicy:
    rule = _rule(row)
    recurrence = Recurrence(**row.pop("recurrence")) if "recurrence" in row else None
    if recurrence and (recurrence.period not in PERIODS or recurrence.window not in WINDOWS):
        raise ValueError("recurrence")
    if row["kind"] not in KINDS:
        raise ValueError(f"kind {row['kind']}")
    opens = tuple(_opening(item) for item in row.pop("opens", ()))
    if (rule is None) != (not opens):
        raise ValueError("a row that opens needs a unit, and the other way round")
    row["rule_ids"] = tuple(row["rule_ids"])
    return DeadlinePolicy(**row, rule=rule, opens=opens, recurrence=recurrence)


def _rule(row: dict[str, Any]) -> DeadlineRule | None:
    counting = {key: row.pop(key) for key in ("unit", "value", "roll", "earliest", "until") if key in row}
    if "unit" not in counting:
        if counting:
            raise ValueError("a count without a unit")
        return None
    if "until" in counting:
        month, day = counting["until"].split("-")
        counting["until"] = (int(month), int(day))
    return DeadlineRule(
        id=row["id"],
        clauses=tuple(row["rule_ids"]),
        quote_zh=row.get("quote_zh", ""),
        title=row["title"],
        **{**counting, "unit": Unit(counting["unit"])},
    )


def _opening(item: dict[str, Any]) -> Opening:
    when = item.get("when")
    return Opening(
        element=item["element"],
        field=item.get("field"),
        condition=compile_expr(when) if when else None,
        branch=item.get("branch"),
        pending=bool(item.get("pending")),
        fills_pending=bool(item.get("fills_pending")),
    )
