"""What the readers share: the findings, the declared names of the file, and compiled expressions."""

from __future__ import annotations

from lxml import etree

from engine.compile.findings import EXPRESSIONS, REFERENCES, Findings
from engine.compile.xml import children, local, reference
from engine.expressions import Expr, ExpressionError, compile_expr

_DECLARED = ("message", "signal", "error", "escalation")
_ZH = {"message": "消息", "signal": "信号", "error": "错误", "escalation": "升级"}


class Context:
    """One reading of one file."""

    def __init__(self, root: etree._Element, findings: Findings) -> None:
        self.findings = findings
        #: kind -> id -> name (of errors and escalations the code)
        self.declared: dict[str, dict[str, str]] = {kind: {} for kind in _DECLARED}
        for element in children(root, *_DECLARED):
            kind, key = local(element), element.get("id", "")
            code = element.get(f"{kind}Code") if kind in ("error", "escalation") else None
            self.declared[kind][key] = (code or element.get("name") or key).strip()

    def resolve(self, element: etree._Element, kind: str, required: bool) -> str:
        """Return the name that `<kind>Ref` of an element points to; "" and a finding when there is none."""
        ref = reference(element.get(f"{kind}Ref"))
        if not ref and not required:
            return ""
        name = self.declared[kind].get(ref)
        if name:
            return name
        what = f"引用的{_ZH[kind]}“{ref}”没有定义" if ref else f"没有写明{_ZH[kind]}"
        what_en = f"the {kind} “{ref}” is not declared" if ref else f"no {kind} is named"
        self.findings.add(
            REFERENCES,
            element,
            f"{what}。请在图中定义{_ZH[kind]}并在此选用。",
            f"{what_en.capitalize()}; declare it in the diagram and choose it here.",
        )
        return ""

    def expression(self, element: etree._Element, source: str) -> Expr | None:
        """Compile an expression found at an element; None and a finding when it does not parse."""
        try:
            return compile_expr(source)
        except ExpressionError as fault:
            zh, en = fault.sentence("zh"), fault.sentence("en")
            self.findings.add(EXPRESSIONS, element, zh, en)
            return None
