"""SEC-X1, SEC-X2, THR-3: hostile files stop at the gate, with a line and a sentence, and touch nothing."""

from __future__ import annotations

import codecs
import re
import socket
from pathlib import Path
from time import process_time

import pytest

from engine.xmlsafe import MAX_BYTES, XmlRefused, load

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
GOOD = f'{HEAD}<definitions xmlns="{BPMN}"><!-- 说明 --><process id="P" name="认定"/></definitions>'
SECRET = "canary-content-of-a-local-file"


def body(inside: str) -> str:
    return f'<definitions xmlns="{BPMN}">{inside}</definitions>'


LOL = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
TEXTS = [
    '<!DOCTYPE a><definitions/>',
    '<!doctype a><definitions/>',
    '<!DOCTYPE a []><definitions/>',
    '<!DOCTYPE a SYSTEM "FILE"><definitions/>',
    '<!DOCTYPE a PUBLIC "-//X" "http://127.0.0.1:PORT/x.dtd"><definitions/>',
    '<!DOCTYPE a [<!ENTITY x SYSTEM "FILE">]><definitions>&x;</definitions>',
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><definitions>&x;</definitions>',
    '<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:PORT/">]><definitions>&x;</definitions>',
    '<!DOCTYPE a [<!ENTITY x PUBLIC "p" "http://127.0.0.1:PORT/">]><definitions>&x;</definitions>',
    '<!DOCTYPE a [<!ENTITY % x SYSTEM "FILE"> %x;]><definitions/>',
    '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:PORT/x.dtd"> %x;]><definitions/>',
    '<!DOCTYPE a [<!ENTITY % f SYSTEM "FILE"><!ENTITY % e "<!ENTITY x \'%f;\'>"> %e;]><a>&x;</a>',
    '<!DOCTYPE a [<!ENTITY x "text">]><definitions a="&x;"/>',
    f'<!DOCTYPE a [<!ENTITY l0 "lol">{LOL}]><definitions>&l9;</definitions>',
    f'<!DOCTYPE a [<!ENTITY b "{"b" * 50_000}">]><definitions>{"&b;" * 5_000}</definitions>',
    '<!DOCTYPE a [<!ENTITY r "&r;">]><definitions>&r;</definitions>',
    '<!DOCTYPE a [<!ATTLIST definitions b CDATA "c">]><definitions/>',
    '<!DOCTYPE a [<!NOTATION n SYSTEM "n">]><definitions/>',
    '<!DOCTYPE a [<!ELEMENT a ANY>]><definitions/>',
    '<definitions/><!DOCTYPE a>',
    '<!ENTITY x "y"><definitions/>',
    '<!DOC<!DOCTYPE a>TYPE a><definitions/>',
    body("<![CDATA[<!DOCTYPE a>]]>"),
    body('<!-- <!ENTITY x "y"> -->'),
    '<?xml-stylesheet href="http://127.0.0.1:PORT/x.xsl" type="text/xsl"?><definitions/>',
    '<?php system("id"); ?><definitions/>',
    "<definitions/><?after it?>",
    body("<?inside it?>"),
    body("<process><documentation><?deep it?></documentation></process>"),
    body('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="FILE" parse="text"/>'),
    body('<include xmlns="http://www.w3.org/2001/XInclude" href="FILE"/>'),
    body('<xi:fallback xmlns:xi="http://www.w3.org/2001/XInclude"/>'),
    body("&undefined;"),
    body('<process name="&undefined;"/>'),
    body("&#0;"),
    body("&#xD800;"),
    body("&#x110000;"),
    "<definitions>",
    "<definitions></other>",
    "<definitions a='1' a='2'/>",
    "<definitions/><definitions/>",
    "<a:definitions/>",
    "<definitions a=1/>",
    "<definitions><</definitions>",
    "text only",
    "{}",
    " ",
    " <?xml version='1.0'?><definitions/>",
    "<?xml version='1.0' encoding='UTF-16'?><definitions/>",
    "<?xml version='1.0' encoding='utf-7'?><definitions/>",
    "<?xml version='1.0' encoding='GB18030'?><definitions/>",
    "<?xml version='1.0' encoding='ISO-8859-1'?><definitions/>",
    "<?xml version='1.0' encoding='cp037'?><definitions/>",
    "<?xml version='2.0'?><definitions",
    body("a\0b"),
    body("a\x01b"),
    body("<a>" * 400 + "</a>" * 400),
    body("<a/>" * 60_000),
    body("<a b='c'>" * 300 + "</a>" * 300),
    body("x" * MAX_BYTES),
    body("<a " + " ".join(f'a{n}=""' for n in range(100_000)) + "/>"),
    body("<a " + " ".join(f'xmlns:a{n}="u{n}"' for n in range(50_000)) + "/>"),
    body("审核\u202e过通"),
    body("<a name='\u2066x'/>"),
]  # fmt: skip
BYTES = [
    b"",
    b"\xff",
    b"\0",
    codecs.BOM_UTF8,
    GOOD.encode("utf-16"),
    GOOD.encode("utf-16-le"),
    GOOD.encode("utf-32"),
    GOOD.replace("UTF-8", "utf-7").encode("utf-7"),
    GOOD.encode("gb18030"),
    GOOD.replace("UTF-8", "GBK").encode("gbk"),
    body("x").encode("cp037"),
    body("").encode() + b"\xc3",
    body("").encode().replace(b"><", b">\xed\xa0\x80<"),
    body("").encode().replace(b"><", b">\xc0\xbcscript>\n<"),
    b"PK\x03\x04" + b"\0" * 100,
    b"%PDF-1.7\n",
]
PAYLOADS = [*TEXTS, *BYTES]


_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_the_corpus_is_large_enough() -> None:
    assert len(PAYLOADS) >= 70


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_a_hostile_file_is_refused_and_reads_nothing(payload: str | bytes, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0)
        data = payload
        if isinstance(data, str):
            port = str(listener.getsockname()[1])
            data = data.replace("FILE", secret.as_uri()).replace("PORT", port).encode()
        start = process_time()
        with pytest.raises(XmlRefused) as refused:
            load(data)
        seconds = process_time() - start
        with pytest.raises(BlockingIOError):
            listener.accept()
    text = refused.value.sentence()
    assert text.startswith(f"文件第{refused.value.line}行不能接受：")
    assert SECRET not in text
    assert refused.value.line >= 1
    assert not _CHINESE.search(refused.value.sentence("en")), refused.value.sentence("en")
    assert seconds < 2


def test_a_file_is_refused_at_its_line() -> None:
    for text, line in (
        (f"{HEAD}<definitions>\n\n<?pi x?></definitions>", 4),
        (f'{HEAD}\n<!DOCTYPE a>\n<definitions/>', 3),
        (f"{HEAD}<definitions>\n</other>", 3),
    ):  # fmt: skip
        with pytest.raises(XmlRefused) as refused:
            load(text.encode())
        assert refused.value.line == line, text


def test_a_good_file_passes_with_its_chinese_names() -> None:
    for data in (GOOD.encode(), codecs.BOM_UTF8 + GOOD.encode(), GOOD.removeprefix(HEAD).encode()):
        root = load(data)
        assert root[-1].get("name") == "认定"


def test_characters_written_as_references_pass() -> None:
    assert load(body("&lt;&amp;&#22823;").encode()).text == "<&大"
