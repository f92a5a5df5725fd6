"""Lists an office brings along: people as CSV, a calendar year as TOML. All of a list or nothing of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from engine.calendar import CalendarInvalid, CalendarYear
from engine.errors import AidError, FormInvalid
from tasks import commands, intake, org
from tasks.actor import SYSTEM
from tasks.app import App
from tasks.desk import Desk
from tasks.store.conn import Connection

COLUMNS = ("name", "id_no", "community", "phone", "address")
NEEDED = COLUMNS[:3]
MOST_BYTES = 16 * 1024 * 1024


class ImportRefused(AidError):
    """A list has faults; `problems` names each with its line."""

    code = "import_refused"
    zh = "文件有{count}处需要改正，一条也没有导入。"
    en = "{count} faults; nothing was imported."

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(count=len(problems))


def text_of(raw: bytes) -> str:
    """Return a list as text; raise ImportRefused where it is too big or no UTF-8."""
    if len(raw) > MOST_BYTES:
        raise ImportRefused([f"文件超过{MOST_BYTES // 1024 // 1024} MB，请分成几个文件。"])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportRefused(["文件不是UTF-8编码，请另存为“CSV UTF-8”。"]) from error


def load_calendar(app: App, raw: bytes) -> tuple[int, int]:
    """Load an official year; return it and how many deadlines moved. Raises CalendarInvalid."""
    year = CalendarYear.from_toml(text_of(raw))
    if not year.official:
        raise CalendarInvalid(year=year.year, problem="status 是 provisional，只导入正式公布的日历")
    values = {"days_off": sorted(year.holidays), "working_weekends": sorted(year.working_weekends)}
    done = app.do(commands.LoadCalendar(year.year, values), SYSTEM)
    return year.year, int(done.extra["moved"])


def import_people(app: App, raw: bytes) -> int:
    """Open a file for every row; return how many. Raises ImportRefused naming every row that is wrong."""
    rows = list(_rows(text_of(raw)))
    if not rows:
        raise ImportRefused(["文件里没有人员。"])

    def register(desk: Desk) -> None:
        problems: list[str] = []
        for line, row in rows:
            try:
                _register(desk, row)
            except FormInvalid as fault:
                problems += [f"第{line}行：{zh}" for _field, zh, _en in fault.problems]
            except AidError as fault:
                problems.append(f"第{line}行：{fault.sentence('zh')}")
        if problems:
            raise ImportRefused(problems)

    app.run(register, SYSTEM)
    return len(rows)


def _rows(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        names = [name.strip() for name in next(reader, [])]
        if not set(NEEDED) <= set(names) <= set(COLUMNS) or len(names) != len(set(names)):
            raise ImportRefused([f"第1行应是列名：{','.join(COLUMNS)}（后两列可省）。"])
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(names):
                raise ImportRefused([f"第{reader.line_num}行有{len(cells)}列，应为{len(names)}列。"])
            yield reader.line_num, dict(zip(names, (cell.strip() for cell in cells), strict=True))
    except csv.Error as error:
        raise ImportRefused([f"第{reader.line_num}行不是CSV格式（{error}）。"]) from error


def _register(desk: Desk, row: Mapping[str, str]) -> None:
    unit = _community(desk.conn, row["community"])
    command = commands.RegisterPerson(
        row["name"], row["id_no"], unit, row.get("phone", ""), row.get("address", "")
    )
    intake.register_person(desk, command)


def _community(conn: Connection, named: str) -> int:
    """Return the community of a name, which may follow its street's: 仁和镇/河南村."""
    street, _, name = named.rpartition("/")
    found = org.find_units(conn, name, "community")
    if street:
        above = {unit.id for unit in org.find_units(conn, street.rpartition("/")[2], "street")}
        found = [unit for unit in found if unit.parent_id in above]
    if len(found) != 1:
        zh = "不止一个，请写成“街镇/社区”" if found else "没有这个社区（村）"
        raise FormInvalid([("community", f"“{named}”{zh}。", "No such community.")])
    return found[0].id
