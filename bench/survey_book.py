"""A workbook of questionnaires as a spreadsheet program writes it: shared strings, styles, one big sheet.

Written by hand and in a stream, because what is measured is reading it.
"""

from __future__ import annotations

import random
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from tasks import idno
from tasks.survey.columns import SHEET, headers
from tasks.survey.schema import questionnaire

_NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">\
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
<Default Extension="xml" ContentType="application/xml"/>\
<Override PartName="/xl/workbook.xml" \
ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>\
<Override PartName="/xl/worksheets/sheet1.xml" \
ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>\
<Override PartName="/xl/sharedStrings.xml" \
ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>"""
_ROOT = f"""<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">\
<Relationship Id="rId1" Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>"""
_BOOK_RELS = f"""<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">\
<Relationship Id="rId1" Type="{_REL}/worksheet" Target="worksheets/sheet1.xml"/>\
<Relationship Id="rId2" Type="{_REL}/sharedStrings" Target="sharedStrings.xml"/></Relationships>"""
_BOOK = f"""<?xml version="1.0" encoding="UTF-8"?>
<workbook xmlns="{_NS}" xmlns:r="{_REL}"><sheets><sheet name="{SHEET}" sheetId="1" r:id="rId1"/></sheets>\
</workbook>"""
_NAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红春建国志新文海"


def _letters(number: int) -> str:
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def rows(count: int, places: list[tuple[str, str]], seed: int = 595) -> Iterator[dict[str, str]]:
    """Yield believable questionnaires by question, each of another person."""
    draw = random.Random(seed)
    for n in range(count):
        yield _row(draw, n, *places[n % len(places)])


def _row(draw: random.Random, n: int, town: str, village: str) -> dict[str, str]:
    born = f"{1972 + n % 34}{1 + n // 34 % 12:02d}{1 + n // 408 % 28:02d}"
    first = f"110113{born}{n // 11_424 % 1000:03d}"
    urban, works, skilled = draw.random() < 0.45, draw.random() < 0.9, draw.random() < 0.4
    row = {
        "id_no": first + idno.check_character(first),
        "name": draw.choice(_NAMES) + draw.choice(_GIVEN) + draw.choice(_GIVEN), "ethnicity": "汉族",
        "mobile": f"1{draw.randrange(3_000_000_000, 9_999_999_999)}", "home_phone": "无",
        "education": draw.choice(("初中", "高中（含中专、技校）", "大专")), "health": "健康",
        "new_labour": "否", "only_child_family": draw.choice(("是", "否")),
        "hukou": "非农业" if urban else "农业", "dibao": "是" if draw.random() < 0.02 else "否",
        "person_type": {(True, True): "在业人员", (True, False): "就业转失业", (False, True): "农村二产",
                        (False, False): "农村富余劳动力"}[urban, works],
        "family_economy": draw.choice(("较好", "一般", "一般", "困难")), "hukou_place_town": town,
        "hukou_place_village": village, "residence_province": "北京市", "residence_county": "顺义区",
        "residence_town": town, "residence_village": f"{village}{1 + n % 60}号楼{101 + n % 600}室",
        "top_skill": "焊工" if skilled else "无", "skills_other": "无",
        "interviewer": draw.choice(_NAMES) + "调查员", "interviewer_village": village,
        "survey_date": f"2026-0{1 + n % 2}-{1 + n % 28:02d}",
    }  # fmt: skip
    if skilled:
        row |= {"skill_level": "初级", "skills": "焊工、电工"}
    return row | (_employed(draw, n, urban) if works else _unemployed(draw))


def _opinions(draw: random.Random) -> dict[str, str]:
    return {
        "q13": "工资待遇", "q14": "、".join(draw.sample("ABCDEFGHI", 3)), "q15_other": "无",
        "q15": draw.choice(("", "物流、电工", "计算机操作")), "q16_difficulty": "无", "q16_suggestion": "无",
    }  # fmt: skip


def _employed(draw: random.Random, n: int, urban: bool) -> dict[str, str]:
    return {
        "q01": "已就业", "q02": draw.choice(("种养殖业（一产）", "商务服务业（三产）")) if urban else
        "生产制造业（二产）", "q03": "正规就业（签合同、上保险、保工资）", "q04": f"顺义某企业{n % 900}",
        "q05": "无固定期限劳动合同", "q06": str(2_500 + n % 4_000), "q07": "ABCDE", **_opinions(draw),
    }  # fmt: skip


def _unemployed(draw: random.Random) -> dict[str, str]:
    row = {"q01": "未就业", "q10": "否", "q11": "否"}
    if draw.random() < 0.8:
        row |= {"q11": "是", "q12": draw.choice(("A、E", "B", "C")), **_opinions(draw)}
    return row


#: Of which the remarks of a wide workbook consist: as many as hardly repeat, so that they pack badly.
_WRITTEN = [chr(code) for code in range(0x4E00, 0x4E00 + 3_500)]


def _remark(n: int, length: int) -> str:
    """Return what somebody said at length, different from all others."""
    return "".join(random.Random(n).choices(_WRITTEN, k=length))


def write(path: Path, count: int, places: list[tuple[str, str]], remarks: int = 0) -> None:
    """Write a workbook of so many questionnaires; with remarks of so many characters each where asked for."""
    strings: dict[str, int] = {}
    names = [one.id for one in questionnaire()]
    columns = [_letters(number) for number in range(1, len(names) + 1)]

    def line(number: int, cells: list[str]) -> bytes:
        parts = [f'<row r="{number}">']
        for column, text in zip(columns, cells, strict=True):
            if text:
                place = strings.setdefault(text, len(strings))
                parts.append(f'<c r="{column}{number}" t="s"><v>{place}</v></c>')
        return "".join([*parts, "</row>"]).encode()

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as book:
        for name, text in (("[Content_Types].xml", _TYPES), ("_rels/.rels", _ROOT),
                           ("xl/workbook.xml", _BOOK), ("xl/_rels/workbook.xml.rels", _BOOK_RELS)):
            book.writestr(name, text)
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{_NS}">'
                        f'<dimension ref="A1:{columns[-1]}{count + 1}"/><sheetData>'.encode())  # fmt: skip
            sheet.write(line(1, list(headers())))
            for number, row in enumerate(rows(count, places), 2):
                if remarks and "q16_difficulty" in row:
                    row["q16_difficulty"] = _remark(2 * number, remarks)
                    row["q16_suggestion"] = _remark(2 * number + 1, remarks)
                sheet.write(line(number, [row.get(name, "") for name in names]))
            sheet.write(b"</sheetData></worksheet>")
        with book.open("xl/sharedStrings.xml", "w", force_zip64=True) as table:
            table.write(f'<?xml version="1.0" encoding="UTF-8"?><sst xmlns="{_NS}">'.encode())
            for text in strings:
                table.write(f"<si><t>{escape(text)}</t></si>".encode())
            table.write(b"</sst>")


def main() -> None:
    """Write one for a look: `python -m bench.survey_book`."""
    path = Path(tempfile.gettempdir(), "survey.xlsx")
    write(path, 247_000, [("仁和镇", "河南村")])
    print(path)


if __name__ == "__main__":
    main()
