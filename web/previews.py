"""Forms and deadline rules of a draft as they will be: drawn and counted by the program itself."""

from __future__ import annotations

from typing import Any

from flask import render_template

from engine import deadlines
from engine.errors import AidError, FormInvalid
from tasks.forms.spec import FormFault, load_sets, read_form
from tasks.policy import read_rule
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
        spec = read_form("", name, entry, load_sets(context.app.library.folder / "forms"))
        form = formview.draw(spec, {}, context.lang, context.today)
    except (AidError, FormFault, *_UNREADABLE) as fault:
        raise _wrong("表单有误：", "The form is wrong: ", fault) from fault
    return render_template("studio_preview.html", form=form, title=spec.title(context.lang))


def _rule(context: Ctx, name: str, entry: dict[str, Any]) -> str:
    try:
        policy = read_rule({**entry, "id": name})
        rule = policy.rule_for({})
        due = None if rule is None else deadlines.count(rule, context.today, context.calendar)
    except (AidError, *_UNREADABLE, OverflowError) as fault:
        raise _wrong("规则有误：", "The rule is wrong: ", fault) from fault
    told = "" if due is None else deadlines.describe(due.arithmetic, context.lang)
    return render_template("studio_counted.html", told=told)


def _wrong(zh: str, en: str, fault: BaseException) -> FormInvalid:
    if isinstance(fault, AidError):
        return FormInvalid([("entry", zh + fault.sentence("zh"), en + fault.sentence("en"))])
    return FormInvalid([("entry", zh + str(fault)[:200], en + str(fault)[:200])])
