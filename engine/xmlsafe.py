"""The one gate every BPMN and DMN file enters through (SEC-X1, SEC-X2).

At most 2 MB of strict UTF-8, with no DOCTYPE, entity, processing instruction or XInclude; parsed without
network, DTD or entity expansion. Pass the returned tree on, never the bytes (SEC-X3).
"""

from __future__ import annotations

import codecs
import re
from typing import ClassVar

from lxml import etree

from engine.errors import AidError

MAX_BYTES = 2 * 1024 * 1024
MAX_ELEMENTS = 50_000
#: Of one element. Canonical XML, from which the digest is made, takes the square of them.
MAX_ATTRIBUTES = 200
MAX_NAMESPACES = 1_000  #: declared in the whole file
#: earlier releases read local files through an external parameter entity
LXML_FLOOR = (6, 1, 3)

_XINCLUDE = "{http://www.w3.org/2001/XInclude}"
_ENCODING = re.compile(rb"""^<\?xml[^>]*?encoding\s*=\s*["']([^"']*)["']""")
#: What turns the direction of text, so that a name reads otherwise than it is (SEC-S5).
_HIDDEN = re.compile("[\\u202a-\\u202e\\u2066-\\u2069]")
_NEWLINE = b"\n"

if etree.LXML_VERSION[:3] < LXML_FLOOR:
    raise RuntimeError(f"lxml {'.'.join(map(str, LXML_FLOOR))} or later is required to read diagrams safely")


class XmlRefused(AidError):
    """The file is not accepted as XML; `line` is counted from 1."""

    code: ClassVar[str] = "xml_refused"
    zh: ClassVar[str] = "文件第{line}行不能接受：{problem}"
    en: ClassVar[str] = "The file is refused at line {line}: {problem_en}"

    def __init__(self, line: int, problem: str, problem_en: str) -> None:
        self.line = line
        super().__init__(line=line, problem=problem, problem_en=problem_en)


def load(data: bytes) -> etree._Element:
    """Parse a file from outside into its root element; raise XmlRefused with the line and the reason."""
    text = _strict_utf8(data)
    _refuse_declarations(text)
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        dtd_validation=False,
        attribute_defaults=False,
    )
    try:
        root = etree.fromstring(text, parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        zh = f"不是格式正确的 XML（{_reason(error)}），请用绘图工具重新导出"
        raise XmlRefused(line, zh, f"it is not well-formed XML ({_reason(error)}); export it anew") from error
    _check_tree(root)
    return root


def line_of(element: etree._Element) -> int:
    """Return the line an element begins at, counted from 1."""
    return int(getattr(element, "sourceline", None) or 1)


def _strict_utf8(data: bytes) -> bytes:
    if len(data) > MAX_BYTES:
        most = MAX_BYTES // 1024 // 1024
        raise XmlRefused(1, f"文件超过{most} MB，请拆分后再上传", f"it is larger than {most} MB; split it up")
    text = data.removeprefix(codecs.BOM_UTF8)
    if not text.strip():
        raise XmlRefused(1, "文件是空的", "it is empty")
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError as error:
        line = _line(text, error.start)
        zh, en = "不是 UTF-8 编码，请另存为 UTF-8", "it is not UTF-8; save it as UTF-8"
        raise XmlRefused(line, zh, en) from error
    if "\0" in decoded:
        zh = "含有空字符，可能是 UTF-16 编码，请另存为 UTF-8"
        line = _line(text, text.index(b"\0"))
        raise XmlRefused(line, zh, "it holds null characters, as UTF-16 does; save it as UTF-8")
    hidden = _HIDDEN.search(decoded)
    if hidden:
        raise XmlRefused(
            decoded.count("\n", 0, hidden.start()) + 1,
            f"含有看不见的控制字符 U+{ord(hidden[0]):04X}，会让文字显示得与内容不符，请删除",
            f"it holds the invisible control character U+{ord(hidden[0]):04X}; remove it",
        )
    declared = _ENCODING.match(text)
    if declared and declared[1].decode("ascii", "replace").lower() not in ("utf-8", "utf8", "us-ascii"):
        raise XmlRefused(
            1, "声明的编码不是 UTF-8，请另存为 UTF-8", "it declares another encoding; save it as UTF-8"
        )
    if text.lstrip()[:1] != b"<":
        raise XmlRefused(1, "不是 XML 文件", "it is no XML file")
    return text


def _refuse_declarations(text: bytes) -> None:
    """Refuse a DOCTYPE or ENTITY before any parser sees it; inside text or comments they are refused too."""
    if text.count(b"xmlns") > MAX_NAMESPACES:
        line = _line(text, text.index(b"xmlns"))
        en = f"it declares more than {MAX_NAMESPACES} namespaces"
        raise XmlRefused(line, f"命名空间声明超过{MAX_NAMESPACES}个", en)
    for word in (b"<!DOCTYPE", b"<!ENTITY"):
        found = text.upper().find(word)
        if found >= 0:
            problem = "不允许文档类型或实体声明（DOCTYPE、ENTITY），请删除后再上传"
            en = "a document type or entities (DOCTYPE, ENTITY) are not allowed; remove them"
            raise XmlRefused(_line(text, found), problem, en)


def _check_tree(root: etree._Element) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise XmlRefused(1, "不允许文档类型声明（DOCTYPE）", "a DOCTYPE is not allowed")
    for node in (*root.itersiblings(preceding=True), *root.itersiblings()):
        _check_node(node)
    for number, node in enumerate(root.iter()):
        if number > MAX_ELEMENTS:
            en = f"it has more than {MAX_ELEMENTS} elements"
            raise XmlRefused(line_of(node), f"元素超过{MAX_ELEMENTS}个", en)
        _check_node(node)


def _check_node(node: etree._Element) -> None:
    line = line_of(node)
    if len(node.attrib) > MAX_ATTRIBUTES:
        en = f"an element has more than {MAX_ATTRIBUTES} attributes; remove some"
        raise XmlRefused(line, f"一个元素的属性超过{MAX_ATTRIBUTES}个，请删除多余的", en)
    if isinstance(node, etree._ProcessingInstruction):
        en = "processing instructions (<? … ?>) are not allowed; remove them"
        raise XmlRefused(line, "不允许处理指令（<? … ?>），请删除后再上传", en)
    if isinstance(node, etree._Entity):
        en = "entities of its own (&…;) are not allowed; remove them"
        raise XmlRefused(line, "不允许自定义实体（&…;），请删除后再上传", en)
    if isinstance(node.tag, str) and node.tag.startswith(_XINCLUDE):
        en = "other files (XInclude) are not allowed; remove them"
        raise XmlRefused(line, "不允许引用其他文件（XInclude），请删除后再上传", en)


def _line(text: bytes, offset: int) -> int:
    return text.count(_NEWLINE, 0, offset) + 1


def _reason(error: etree.XMLSyntaxError) -> str:
    return (error.msg or "").split(", line ")[0][:120]
