"""Vacancies and posts come from lists and go to them; what is handed out holds nobody's data."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tasks import installation, org
from tests.cli.conftest import Call, fingerprint

HEAD = "employer,name,area,number,wage\n"


@pytest.fixture
def staffed(office: Path) -> Path:
    """An office with two streets that each have a community of one name."""
    app = installation.open_app(installation.place(None))
    with app.write() as conn:
        for street in ("仁和镇", "南法信镇"):
            org.ensure_unit(conn, "顺义区", street, "新村")
    app.db.dispose()
    return office


def given(folder: Path, text: str) -> Path:
    made = folder / "list.csv"
    made.write_text(text, "utf-8")
    return made


def lines(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))


def test_vacancies_come_back_as_they_were_given(call: Call, staffed: Path, tmp_path: Path) -> None:
    text = HEAD + "甲公司,保洁员,仁和镇/新村,3,3000元\n乙公司,门卫,顺义区,1,\n"
    assert "2个" in call("import", "vacancies", given(tmp_path, text)).out
    assert call("export", "vacancies", tmp_path / "out.csv").code == 0
    row = lines(tmp_path / "out.csv")[1]
    assert row == {
        "employer": "甲公司", "name": "保洁员", "area": "新村", "number": "3", "wage": "3000元",
        "tags": "", "source": "", "promised_on": "", "checked_on": "",
    }  # fmt: skip


def test_whom_a_vacancy_suits_and_what_was_promised_is_kept_by_a_list_that_does_not_say_it(
    call: Call, staffed: Path, tmp_path: Path
) -> None:
    head = HEAD.replace("\n", ",tags,source,promised_on\n")
    said = "家门口、FLEXIBLE 适合大龄,经营性人力资源服务机构,2026-01-05"
    assert call("import", "vacancies", given(tmp_path, f"{head}甲,保洁员,顺义区,3,,{said}\n")).code == 0
    assert call("import", "vacancies", given(tmp_path, f"{HEAD}甲,保洁员,顺义区,4,\n")).code == 0
    call("export", "vacancies", tmp_path / "out.csv")
    row = lines(tmp_path / "out.csv")[0]
    assert (row["number"], row["tags"]) == ("4", "时间弹性、家门口、适合大龄")
    assert (row["source"], row["promised_on"]) == ("经营性人力资源服务机构", "2026-01-05")
    (tmp_path / "again.csv").write_bytes((tmp_path / "out.csv").read_bytes())
    assert call("import", "vacancies", tmp_path / "again.csv").code == 0
    call("export", "vacancies", tmp_path / "out2.csv")
    assert lines(tmp_path / "out2.csv") == lines(tmp_path / "out.csv")
    assert call("import", "vacancies", given(tmp_path, f"{head}甲,保洁员,顺义区,4,,,,\n")).code == 0
    call("export", "vacancies", tmp_path / "out3.csv")
    assert {lines(tmp_path / "out3.csv")[0][name] for name in ("tags", "source", "promised_on")} == {""}


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("远方,,", "tags 可写：时间弹性、家门口"),
        (",某某,", "source 可写：用人单位"),
        (",,2999-01-01", "promised_on 应是不晚于今天的日期"),
        (",,昨天", "promised_on 应是不晚于今天的日期"),
    ],
)
def test_an_unknown_tag_source_or_day_is_refused(
    call: Call, staffed: Path, tmp_path: Path, cells: str, said: str
) -> None:
    head = HEAD.replace("\n", ",tags,source,promised_on\n")
    found = call("import", "vacancies", given(tmp_path, f"{head}甲,保洁员,顺义区,3,,{cells}\n"))
    assert found.code == 1
    assert said in found.err


def test_a_vacancy_given_again_is_brought_up_to_date(call: Call, staffed: Path, tmp_path: Path) -> None:
    for number in (3, 5):
        call("import", "vacancies", given(tmp_path, f"{HEAD}甲公司,保洁员,顺义区,{number},\n"))
    call("export", "vacancies", tmp_path / "out.csv")
    assert [row["number"] for row in lines(tmp_path / "out.csv")] == ["5"]


def test_posts_have_a_level(call: Call, staffed: Path, tmp_path: Path) -> None:
    head = "name,level,area,number\n"
    bad = call("import", "posts", given(tmp_path, f"{head}协管员,CITY,顺义区,3\n"))
    assert "第2行：level 应是 STREET或DISTRICT。" in bad.err
    assert call("import", "posts", given(tmp_path, f"{head}协管员,STREET,仁和镇,3\n")).code == 0
    assert call("export", "posts", tmp_path / "out.csv").code == 0
    assert lines(tmp_path / "out.csv") == [
        {"name": "协管员", "level": "STREET", "area": "仁和镇", "number": "3"}
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("甲,保洁员,新村,3,", "不止一个"),
        ("甲,保洁员,天上,3,", "没有这个区、街镇或社区（村）"),
        ("甲,保洁员,顺义区,0,", "1到9999"),
        ("甲,保洁员,顺义区,３,", "1到9999"),
        ("甲,,顺义区,3,", "name 没有填写"),
        (f"{'甲' * 101},保洁员,顺义区,3,", "超过100字"),
    ],
)
def test_one_wrong_row_and_nothing_is_taken(
    call: Call, staffed: Path, tmp_path: Path, row: str, said: str
) -> None:
    before = fingerprint(staffed)
    found = call("import", "vacancies", given(tmp_path, f"{HEAD}乙,门卫,顺义区,1,\n{row}\n"))
    assert found.code == 1
    assert "第3行：" in found.err
    assert said in found.err
    assert fingerprint(staffed) == before


def test_what_looks_like_a_formula_goes_out_as_text(call: Call, staffed: Path, tmp_path: Path) -> None:
    call("import", "vacancies", given(tmp_path, f"{HEAD}=1+1,@SUM(A1),顺义区,1,＋3\n"))
    call("export", "vacancies", tmp_path / "out.csv")
    row = lines(tmp_path / "out.csv")[0]
    assert (row["employer"], row["name"], row["wage"]) == ("'=1+1", "'@SUM(A1)", "'＋3")


def test_no_file_is_written_over(call: Call, staffed: Path, tmp_path: Path) -> None:
    kept = given(tmp_path, "mine")
    call("export", "cases", kept).require_refused("已经存在")
    assert kept.read_text() == "mine"
    call("export", "cases", tmp_path / "no" / "where.csv").require_refused("不能读写")


def test_an_unknown_case_has_no_bundle(call: Call, staffed: Path, tmp_path: Path) -> None:
    for named in ("1", "../../etc", "顺援2026-000001"):
        call("audit", "bundle", named, tmp_path / "out.zip").require_refused("没有案件")
    assert not (tmp_path / "out.zip").exists()


def test_the_doctor_and_scenarios_speak_json(call: Call, office: Path) -> None:
    assert json.loads(call("doctor", "--json").out) == {"faults": []}
    story = next((Path(__file__).parents[2] / "bpmn" / "scenarios").glob("GS04*.yaml"))
    found = json.loads(call("scenario", "run", story, "--json").out)
    assert [(one["id"], one["passed"]) for one in found] == [("GS04", True)]
