"""What an office may decide for itself (`bpmn/settings.toml`): type, default, and why.

A setting without a default is one the policy gives no value for: what depends on it is off until an
administrator sets it. Values that an office has set are kept elsewhere and laid over `defaults`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import AidError

TYPES = frozenset({"int", "bool", "enum", "multi", "targets"})
BASES = frozenset({"STATED", "INFERRED", "CONFIG"})
LONGEST_TARGET = 365


class SettingInvalid(AidError):
    """A value does not fit its setting."""

    code = "form_invalid"
    zh = "设置“{title}”不能取这个值：{problem}。"
    en = "The value does not fit the setting “{title}”."


class SettingsInvalid(AidError):
    """The settings file contradicts itself."""

    code = "policy_invalid"
    zh = "设置文件{where}有误：{problem}。请改正后再发布。"
    en = "The settings file {where} is not valid: {problem}"


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing an office may decide, with our default and why; `default` None = off until set."""

    id: str
    title: str
    type: str
    #: STATED, INFERRED by us, or CONFIG (the policy gives no value); only STATED may be shown as policy
    basis: str
    rules: tuple[str, ...]
    #: why the default is what it is, for the administrator
    reading: str
    default: Any = None
    demo: Any = None
    options: Mapping[str, str] | None = None
    minimum: int = 0
    maximum: int = 10**6
    #: the action of `permissions.yaml` that decides it
    right: str = "change_setting"

    def check(self, value: Any) -> Any:
        """Return the value if it may be stored (None where there is no default); raise SettingInvalid."""
        if value is None and self.default is None:
            return None
        if not _FITS[self.type](self, value):
            raise SettingInvalid(title=self.title, problem=self._allowed())
        return value

    def _allowed(self) -> str:
        if self.options:
            return f"只能选择：{'、'.join(self.options.values())}"
        if self.type == "int":
            return f"请填{self.minimum}到{self.maximum}之间的整数"
        if self.type == "targets":
            return f"每项请填1到{LONGEST_TARGET}之间的整数（工作日），只能是没有期限规定的条款"
        return "只能是“是”或“否”"


def _whole(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _targets(setting: Setting, value: Any) -> bool:
    return isinstance(value, dict) and all(
        rule in setting.rules and _whole(days, 1, LONGEST_TARGET) for rule, days in value.items()
    )


_FITS = {
    "int": lambda setting, value: _whole(value, setting.minimum, setting.maximum),
    "bool": lambda _setting, value: isinstance(value, bool),
    "enum": lambda setting, value: value in setting.options,
    "multi": lambda setting, value: isinstance(value, list) and set(value) <= setting.options.keys(),
    "targets": _targets,
}


def load_settings(path: Path) -> dict[str, Setting]:
    """Read the settings by id; raise SettingsInvalid naming the setting."""
    found: dict[str, Setting] = {}
    try:
        rows = tomllib.loads(path.read_text("utf-8"))["setting"]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise SettingsInvalid(where=path.name, problem=f"无法读取（{error}）") from error
    for row in rows:
        try:
            setting = Setting(**{**row, "rules": tuple(row["rules"])})
        except (TypeError, KeyError) as error:
            raise SettingsInvalid(where=row.get("id", path.name), problem=f"字段不对（{error}）") from error
        if setting.id in found:
            raise SettingsInvalid(where=setting.id, problem="编号重复")
        if setting.type not in TYPES or setting.basis not in BASES:
            raise SettingsInvalid(where=setting.id, problem="类型或依据不对")
        setting.check(setting.default)
        found[setting.id] = setting
    return found


def defaults(settings: Mapping[str, Setting], *, demo: bool = False) -> dict[str, Any]:
    """Return every setting's value before an office changed any; the demo fills what policy leaves open."""
    return {row.id: row.demo if demo and row.demo is not None else row.default for row in settings.values()}
