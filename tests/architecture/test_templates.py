"""Templates keep the content policy: nothing inline, every attribute quoted, no way round escaping."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from tests.architecture.source import ROOT, calls, violations

TEMPLATES = ROOT / "web" / "templates"
#: "template: expression" pairs whose text is made of escaped parts by our own code.
SAFE: set[str] = set()

_URL = ("href", "src", "action", "formaction", "hx-get", "hx-post", "hx-put", "hx-delete", "hx-patch")
# An address from data could be `javascript:…`: it has to come from a call, or from a name ending in `url`.
_BUILT = re.compile(r"\{\{-?\s*(\w[\w.]*\(|[\w.]*url\b)")
_QUOTED = re.compile(r"""(\s+[^\s"'<>/=]+(\s*=\s*("[^"]*"|'[^']*'))?)*\s*/?>$""", re.DOTALL)


class _Lint(HTMLParser):
    """Collects what a template does that the content policy or an attacker would make something of."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        raw = self.get_starttag_text() or ""
        if not _QUOTED.match(raw[len(tag) + 1:]):
            self._say(f"<{tag}> has an attribute without quotes")
        if tag == "style" or (tag == "script" and not names.get("src")):
            self._say(f"inline <{tag}>")
        for name, value in attrs:
            self._attribute(name, (value or "").strip())

    def _attribute(self, name: str, value: str) -> None:
        if name == "style" or name.startswith(("on", "hx-on", "x-on", "@")):
            self._say(f"inline {name}")
        if name in {"hx-vals", "hx-headers"} and value.startswith(("js:", "javascript:")):
            self._say(f"script in {name}")
        if name in _URL and (value.lower().startswith(("javascript:", "data:", "//", "http:", "https:"))
                             or (value.startswith("{{") and not _BUILT.match(value))):
            self._say(f"{name} leads out or comes from data: {value}")

    def _say(self, text: str) -> None:
        self.found.append(f"{self.getpos()[0]} {text}")


def _blank(match: re.Match[str]) -> str:
    return "\n" * match.group().count("\n")


def lint(name: str, text: str) -> list[str]:
    text = re.sub(r"\{#.*?#\}", _blank, text, flags=re.DOTALL)
    found = [
        f"0 {match.group().strip()} goes round escaping"
        for match in re.finditer(r"[^{}]*\|\s*safe\b|\bMarkup\(|autoescape\s+false", text)
        if f"{name}: {match.group().strip()}" not in SAFE
    ]
    parser = _Lint()
    # Quotes inside an expression are no quotes of the attribute it stands in.
    text = re.sub(r"\{\{.*?\}\}", lambda m: re.sub("[\"']", "`", m.group()), text, flags=re.DOTALL)
    # One space, so that `{% if x %}class="y"{% endif %}` stays an attribute of its own.
    parser.feed(re.sub(r"\{%.*?%\}", lambda m: _blank(m) or " ", text, flags=re.DOTALL))
    parser.close()
    return [f"{name}:{one}" for one in [*found, *parser.found]]


def makes_markup(path: str, text: str) -> list[str]:
    return [f"{path}:{line} {name}" for line, name in calls(text) if name.rpartition(".")[2] == "Markup"]


def test_every_template_keeps_the_content_policy() -> None:
    found: list[str] = []
    for path in sorted(TEMPLATES.rglob("*")):
        if path.is_file():
            found += lint(str(path.relative_to(TEMPLATES)), path.read_text(encoding="utf-8"))
    assert not found, "\n".join(found)


def test_no_code_declares_text_to_be_markup() -> None:
    assert violations(makes_markup, "web", "tasks") == []


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<style>p {}</style>",
        '<p style="color: red">',
        '<a onclick="go()">',
        '<a hx-on:click="go()">',
        '<form hx-vals="js:{a: 1}">',
        "<a class=x>",
        "<a class={{ x }}>",
        "<a title={% if x %}{{ x }}{% endif %}>",
        '<a href="javascript:go()">',
        '<a href="{{ person.homepage }}">',
        '<script src="https://cdn.example/x.js"></script>',
        "{{ name|safe }}",
        "{% autoescape false %}{% endautoescape %}",
    ],
)
def test_a_breach_of_the_content_policy_is_seen(text: str) -> None:
    assert len(lint("example.html", text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        """<a href="{{ url_for("inbox", page=2) }}" {% if here == "x" %}aria-current="page"{% endif %}>""",
        '<a href="{{ row.url }}">{{ row.name }}</a>',
        '<script src="{{ url_for(\'static\', filename=\'vendor/app.js\') }}" defer></script>',
        "<option value='{{ x }}' {{ 'selected' if x else '' }}>",
        '<br/><input type="checkbox" checked required>',
        '<p class="a {{ "b" if c else "d" }}">',
        "{# <script> in a comment #}",
    ],
)
def test_a_good_template_passes(text: str) -> None:
    assert lint("example.html", text) == []


def test_a_call_of_markup_is_seen() -> None:
    assert makes_markup("web/x.py", "markupsafe.Markup(text)") == ["web/x.py:1 markupsafe.Markup"]
