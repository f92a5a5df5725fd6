"""Forms and deadline rules of a draft as they will be: drawn and counted by the program itself."""

from __future__ import annotations

from typing import Any

from flask import render_template

from engine import deadlines
from engine.errors import AidError, FormInvalid
from tasks.forms.spec import FormFault
from tasks.overlay import read_form, read_rule
from web import formview
from web.context import Ctx

_UNREADABLE = (AttributeError, KeyError, TypeError, ValueError)


def preview_of(context: Ctx, sent: Any) -> str:
    """Return the HTML of `{form, entry}` or `{rule, entry}`; raise FormInvalid saying what is wrong."""
    match sent:
        case {"form": str(name), "entry": dict(entry)}:
            return _form(context, name, entry)
        case {"rule": str(name), "entry": dict(entry)}:
            return _rule(context, name, entry)
    raise FormInvalid([("entry", "缺少要预览的内容，请刷新页面后重试。", "There is nothing to preview.")])


def _form(context: Ctx, name: str, entry: dict[str, Any]) -> str:
    try:
        spec = read_spec("", name, entry, context.app.library.folder / "forms")
        form = formview.draw(spec, {}, context.lang, context.today)
    except (AidError, FormFault, *_UNREADABLE) as fault:
        raise FormInvalid([("entry", f"表单有误：{_told(fault)}", f"The form is wrong: {_told(fault)}")]) from fault
    return render_template("studio_preview.html", form=form, title=spec.title(context.lang))


def _rule(context: Ctx, name: str, entry: dict[str, Any]) -> str:
    try:
        policy: DeadlinePolicy = read_rule({**entry, "id": name})
        rule = policy.rule_for({})
        due = None if rule is None else deadlines.count(rule, context.today, context.calendar)
    except (AidError, *_UNREADABLE, OverflowError) as fault:
        raise FormInvalid([("entry", f"规则有误：{_told(fault)}", f"The rule is wrong: {_told(fault)}")]) from fault
    told = "" if due is None else deadlines.describe(due.arithmetic, context.lang)
    return render_template("studio_counted.html", told=told)


def _told(fault: BaseException) -> str:
    return fault.sentence("zh") if isinstance(fault, AidError) else str(fault)[:200]
