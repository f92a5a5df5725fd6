"""Forms that a version brings: they load, fill in and are shown; and what the program reads of them stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.errors import AidError
from engine.expressions import Expr
from engine.graph import HUMAN, Graph
from tasks import prefill
from tasks.actor import ROLES
from tasks.facts import FACTS
from tasks.forms.spec import Field, FormFault, FormSpec, load_sets, read_form
from tasks.gate import shape
from tasks.gate.problem import Problem
from tasks.labels import LANGUAGES, catalogue
from tasks.library import Library
from tasks.paper_text import paper_kinds

#: What conditions of a form may call (`tasks.prefill.form_context` provides them).
CALLS = frozenset({"higher_rank_waits"})
#: Kinds of object a `ref` may name: the program has a list of each.
OBJECTS = frozenset({"post", "vacancy", "person", "case"})
#: Rules of prefill that are worked out without the case.
_ALWAYS = frozenset({"today", "now", "fact"})
#: Rules that shipped forms name and the program answers only where it can.
_SOMETIMES = frozenset({"month", "member"})


def check(library: Library, form_id: str, entry: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with one form by itself."""
    place = f"forms.{form_id[:64]}"
    if not shape.ID.fullmatch(form_id):
        yield Problem(
            place, "表单编号不合规，只用字母、数字、下划线和连字符。", "The id of the form is no id."
        )
        return
    misshapen = list(_shape(place, entry))
    yield from misshapen
    if misshapen:
        return
    try:
        spec = read_form("", form_id, entry, load_sets(library.folder / "forms"))
    except (FormFault, AidError, KeyError, TypeError, ValueError) as fault:
        said = fault.sentence("zh") if isinstance(fault, AidError) else str(fault)
        yield Problem(
            f"{place}{_named_in(str(fault), form_id)}",
            f"表单不能使用：{said}",
            f"The form is unusable: {fault}",
        )
        return
    for field in spec:
        yield from _field(f"{place}.{field.name}", field)
    for check_ in spec.checks:
        if not check_.refuse_if.calls <= CALLS:
            yield Problem(
                f"{place}.{check_.field}",
                "条件里的函数不能在表单里使用。",
                "The check calls what no form can.",
            )


def _named_in(fault: str, form_id: str) -> str:
    """Return the field that the loader's fault names, as the end of a place."""
    head = fault.partition(":")[0]
    return head.removeprefix(form_id) if head.startswith(f"{form_id}.") else ""


def _shape(place: str, entry: Mapping[str, Any]) -> Iterator[Problem]:
    found = list(shape.hold(place, entry, shape.FORM, ("title_zh", "title_en", "fields")))
    yield from found
    if found:
        return
    for n, row in enumerate(entry["fields"]):
        at = f"{place}.{row['name'] if isinstance(row.get('name'), str) else n}"
        yield from shape.hold(at[:120], row, shape.FIELD, ("name", "zh", "en", "type"))
        for column in row.get("item", ()) if isinstance(row.get("item"), list) else ():
            if isinstance(column, dict):
                yield from shape.hold(f"{at[:120]}.item", column, shape.FIELD, ("name", "zh", "en", "type"))
                if column.get("type") in ("list", "survey"):
                    yield Problem(f"{at[:120]}.item", "列表里不能再放列表。", "A list cannot hold a list.")
    for part, of, needed in (("groups", shape.GROUP, ("zh", "en", "fields")),
                             ("checks", shape.CHECK, ("refuse_if", "field", "zh", "en"))):  # fmt: skip
        for row in entry.get(part, ()):
            yield from shape.hold(f"{place}.{part}", row, of, needed)


def _field(place: str, field: Field) -> Iterator[Problem]:
    for condition in (field.required, field.show_if):
        if isinstance(condition, Expr) and not condition.calls <= CALLS:
            yield Problem(
                place,
                f"条件“{condition.text}”用了表单里没有的函数。",
                "The condition calls what no form can.",
            )
    if field.min > field.max:
        yield Problem(place, "最小值大于最大值。", "The least is more than the most.")
    if field.type == "user" and field.of not in ROLES:
        yield Problem(place, f"人员的岗位“{field.of}”不存在。", f"There is no role “{field.of}”.")
    if field.type == "ref" and field.of not in OBJECTS:
        yield Problem(place, f"没有“{field.of}”可供选择。", f"There is no list of “{field.of}”.")
    for rule in filter(None, (field.prefill, field.example_from)):
        if not _is_prefill(rule):
            yield Problem(place, f"没有“{rule}”这种自动填写。", f"Nothing fills in “{rule}”.")
    fact = FACTS.get(field.name)
    if fact is not None and fact.type not in (
        field.type,
        {"multi": "list", "longtext": "text"}.get(field.type),
    ):
        said = f"“{field.name}”是个人情况的名称，类型应当是{fact.type}，请改类型或换名称。"
        yield Problem(place, said, f"“{field.name}” is a fact of the person, of type {fact.type}.")
    for code in field.options if not field.set else ():
        if field.option(code, "zh") == code and catalogue().find("code", code, "zh", field.name) is None:
            said = f"选项“{code}”没有中文名称，页面上会显示代码。"
            yield Problem(place, said, f"The option “{code}” has no label; pages show the code.", "warning")
    yield from _words(place, field)
    for column in field.item:
        yield from _field(f"{place}.{column.name}", column)


def _words(place: str, field: Field) -> Iterator[Problem]:
    """Yield what is wrong with the names of choices, and with a day that may lie ahead."""
    if field.labels and field.set:
        yield Problem(place, "所选代码表的选项名称由代码表统一规定，不能另起名称。",
                      "The options of a code set are called as the set has it.")  # fmt: skip
    for code, _zh, _en in field.labels:
        if code not in field.options:
            yield Problem(place, f"为“{code}”起了名称，选项里却没有它。", f"There is no option “{code}”.")
    if field.future and field.type not in ("date", "datetime"):
        yield Problem(place, "只有日期可以设“允许填将来”。", "Only a date may lie in the future.")
    if isinstance(field.show_if, Expr) and field.name in field.show_if.names:
        yield Problem(place, "是否显示不能取决于这一栏自己。", "A field cannot decide whether it is asked.")


def _is_prefill(rule: str) -> bool:
    name, _, argument = rule.partition(":")
    if rule.startswith("today+"):
        return rule[6:].isdecimal() and len(rule) < 11
    if name == "next_number":
        return argument in paper_kinds()
    return rule in _ALWAYS or rule in _SOMETIMES or name in prefill.RULES


def check_used(
    library: Library, laid: Library, entries: Mapping[str, Any], graph: Graph
) -> Iterator[Problem]:
    """Yield forms nobody uses, and what the program reads of a task's shipped form that its form lacks."""
    used = {node.attrs.get("form") for node in graph.nodes.values() if node.kind in HUMAN}
    for form_id in sorted(entries.keys() - used):
        yield Problem(
            f"forms.{form_id}", f"没有任务使用表单“{form_id}”。", "No task uses this form.", "warning"
        )
    for node in graph.nodes.values():
        form = laid.forms.get(node.attrs.get("form") or node.id)
        shipped = library.shipped.forms.get(node.id)
        if form is not None and shipped is not None and form is not shipped:
            yield from _kept(f"forms.{form.id}", shipped, form)


def _kept(place: str, shipped: FormSpec, form: FormSpec) -> Iterator[Problem]:
    """The program acts on the answers of a shipped task: none of them may go or change its sense."""
    for old in shipped:
        new, at = form.fields.get(old.name), f"{place}.{old.name}"
        if new is None:
            yield Problem(at, f"程序要用“{old.zh}”（{old.name}）的答案，不能删除这一栏。",
                          f"The program reads “{old.en}” ({old.name}); it cannot be removed.")  # fmt: skip
        elif (new.type, new.of, new.routing) != (old.type, old.of, old.routing):
            yield Problem(at, f"程序要用“{old.zh}”的答案，不能改变它的类型。",
                          f"The program reads “{old.en}”; its type cannot change.")  # fmt: skip
        elif not set(new.options) <= set(old.options):
            more = "、".join(sorted(set(new.options) - set(old.options)))
            yield Problem(
                at, f"程序不认识“{old.zh}”的新选项{more}。", f"The program does not know the options {more}."
            )
        elif any(
            new.option(code, lang) != old.option(code, lang) for code in new.options for lang in LANGUAGES
        ):
            said = f"程序按“{old.zh}”的选项办理，选项不能改叫别的。"
            yield Problem(at, said, f"The program acts on the options of “{old.en}”; they keep their names.")
        elif not (
            _same(new.show_if, old.show_if) and (new.required is True or _same(new.required, old.required))
        ):
            yield Problem(at, f"程序要用“{old.zh}”的答案，显示和必填的条件不能放宽。",
                          f"The program reads “{old.en}”; when it is asked cannot change.")  # fmt: skip
        elif {column.name: column.type for column in old.item}.items() - {
            column.name: column.type for column in new.item
        }.items():
            yield Problem(
                at, f"程序要用“{old.zh}”各列的答案，不能删除或改变。", "The program reads all its columns."
            )


def _same(one: bool | Expr | None, other: bool | Expr | None) -> bool:
    if isinstance(one, Expr) and isinstance(other, Expr):
        return one.text == other.text
    return one is other or one == other
