"""Writes small BPMN files for tests."""

from __future__ import annotations

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:aid595="urn:aid595:bpmn:1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="urn:aid595:test">'
)


def definitions(body: str) -> bytes:
    """Wrap elements into a file."""
    return f"{HEAD}{body}</bpmn:definitions>".encode()


def process(body: str, *flows: str, outside: str = "", process_id: str = "P", attrs: str = "") -> bytes:
    """Wrap the body of a process into a file; a flow is `a>b`, with a condition `a>b:x == 1`."""
    lines = "".join(flow(text) for text in flows)
    return definitions(
        f'{outside}<bpmn:process id="{process_id}" isExecutable="true" {attrs}>{body}{lines}</bpmn:process>'
    )


def flow(text: str) -> str:
    """Write the flow `a>b`, `a>b:condition` or `id=a>b`."""
    ends, _, condition = text.partition(":")
    name, _, ends = ends.rpartition("=")
    source, target = ends.split(">")
    inner = f"<bpmn:conditionExpression>{escape(condition)}</bpmn:conditionExpression>" if condition else ""
    given = f'id="{name or f"F_{source}_{target}"}"'
    return f'<bpmn:sequenceFlow {given} sourceRef="{source}" targetRef="{target}">{inner}</bpmn:sequenceFlow>'


def escape(text: str) -> str:
    """Escape text for XML content."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def node(kind: str, node_id: str, inner: str = "", **attrs: str) -> str:
    """Write a flow node; `aid595_role` becomes the attribute `aid595:role`."""
    written = "".join(f' {key.replace("_", ":", 1)}="{value}"' for key, value in attrs.items())
    return f'<bpmn:{kind} id="{node_id}"{written}>{inner}</bpmn:{kind}>'


def event(kind: str, node_id: str, trigger: str, ref: str = "", **attrs: str) -> str:
    """Write an event with one definition; `ref` is what it refers to, or the content of a timer."""
    inner = f"<bpmn:{trigger}EventDefinition {f'{trigger}Ref={chr(34)}{ref}{chr(34)}' if ref else ''}/>"
    if trigger == "timer":
        inner = f"<bpmn:timerEventDefinition>{ref}</bpmn:timerEventDefinition>"
    return node(kind, node_id, inner, **attrs)


START, END = '<bpmn:startEvent id="s"/>', '<bpmn:endEvent id="e"/>'


def user(node_id: str, inner: str = "", **attrs: str) -> str:
    """Write a user task with everything a user task needs."""
    given = {"aid595_role": "street_staff", "aid595_form": "form", "aid595_clauses": "01.D1a"} | attrs
    return node("userTask", node_id, inner, **given)
