"""Lists an office brings along: people and posts as CSV, a calendar year as TOML. The whole or nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from engine.calendar import CalendarInvalid, CalendarYear
from engine.errors import AidError, FormInvalid
from tasks import calendar_runs, commands, id_papers, intake, org, vacancies
from tasks.actor import SYSTEM, Actor
from tasks.app import App
from tasks.desk import Desk
from tasks.holiday_notice import read_notice
from tasks.id_papers import Paper
from tasks.labels import code_of
from tasks.store import market, tables
from tasks.store.conn import Connection
from tasks.text import clean_line

Row = Mapping[str, str]

COLUMNS = (
    "name", "id_no", "community", "phone", "address", "id_kind", "sex", "birth_date", "distinct_reason",
)  # fmt: skip
NEEDED = COLUMNS[:3]
VACANCIES = ("employer", "name", "area", "number", "wage", *vacancies.SAID)
POSTS = ("name", "level", "area", "number")
LEVELS = ("STREET", "DISTRICT")
LONGEST = 100
_MAY_BE_EMPTY = frozenset({"wage", *vacancies.SAID})
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


def load_calendar(app: App, raw: bytes, name: str = "") -> tuple[int, int]:
    """Load an official year; return it and how many deadlines moved. Raises CalendarInvalid."""
    year = calendar_of(raw, name)
    values = year_values(year)
    done = calendar_runs.load(app, commands.LoadCalendar(year.year, values), SYSTEM)
    return year.year, int(done.extra["moved"])


CALENDAR = ("类型", "名称", "开始日期", "结束日期")


def calendar_of(raw: bytes, name: str) -> CalendarYear:
    """Return the year of a TOML file, or of a CSV file with the columns CALENDAR; raise ImportRefused."""
    text = text_of(raw)
    if not name.lower().endswith(".csv"):
        year = CalendarYear.from_toml(text)
        if not year.official:
            raise CalendarInvalid(year=year.year, problem="status 是 provisional，只导入正式公布的日历")
        return year
    days_off: dict[date, str] = {}
    worked: set[date] = set()
    problems: list[str] = []
    for line, row in rows_of(text, (*CALENDAR[:1], CALENDAR[2]), CALENDAR):
        try:
            first = date.fromisoformat(row["开始日期"])
            last = date.fromisoformat(row.get("结束日期") or row["开始日期"])
        except ValueError:
            problems.append(f"第{line}行：日期应写成 2027-02-05。")
            continue
        days = [first + timedelta(days=n) for n in range(min((last - first).days + 1, 32))]
        if not 0 < len(days) < 32 or row["类型"] not in ("放假", "上班"):
            problems.append(f"第{line}行：类型应是“放假”或“上班”，结束日期应不早于开始日期且在31天内。")
        elif row["类型"] == "放假":
            days_off |= dict.fromkeys(days, row.get("名称", ""))
        else:
            worked |= set(days)
    if problems or not days_off:
        raise ImportRefused(problems or ["文件里没有放假日期。"])
    return CalendarYear(min(days_off).year, True, days_off, frozenset(worked), name[:100].lstrip("."))


def calendar_of_text(text: str, year: int) -> CalendarYear:
    """Return the year of a pasted text: the notice as published, or what a file would hold.

    Raises FormInvalid, ImportRefused or CalendarInvalid.
    """
    if text.lstrip("\ufeff").startswith(CALENDAR[0]):
        return calendar_of(text.encode(), ".csv")
    if "[[holidays]]" in text:
        return calendar_of(text.encode(), ".toml")
    return read_notice(text, year)


def year_values(year: CalendarYear) -> dict[str, Any]:
    """Return a year as the command that loads it takes it."""
    return {
        "days_off": {day: year.holidays[day] for day in sorted(year.holidays)},
        "working_weekends": sorted(year.working_weekends), "source": year.source,
    }  # fmt: skip


def import_people(app: App, raw: bytes) -> int:
    """Open a file for every row; return how many. Raises ImportRefused naming every row that is wrong."""
    return take_rows(app, raw, NEEDED, COLUMNS, _register)


def import_vacancies(app: App, raw: bytes) -> int:
    """Take vacancies over, each once; return how many rows. Raises ImportRefused naming every wrong row."""
    return take_rows(app, raw, VACANCIES[:4], VACANCIES, lambda desk, row: _offer(desk, row, tables.vacancy))


def import_posts(app: App, raw: bytes) -> int:
    """Take public-welfare posts over, each once; return how many rows. Raises ImportRefused."""
    return take_rows(app, raw, POSTS, POSTS, lambda desk, row: _offer(desk, row, tables.post))


def take_rows(
    app: App, raw: bytes, needed: Sequence[str], columns: Sequence[str], take: Callable[[Desk, Row], None],
    actor: Actor = SYSTEM,
) -> int:
    """Take every row of a list, or none; return how many. Raises ImportRefused naming every wrong row."""
    rows = list(rows_of(text_of(raw), needed, columns))
    if not rows:
        raise ImportRefused(["文件里只有列名，没有内容。"])
    return _take(app, rows, take, actor)


def take_items(app: App, what: str, items: Iterable[Mapping[str, Any]], source: str = "") -> int:
    """Take the items a system sent of a list over, or none; return how many. Raises ImportRefused.

    `source` is whom the vacancies come from where an item does not say.
    """
    if what != "vacancies":
        raise ImportRefused([f"不认识的清单“{what}”。"])
    rows = [
        (number, {name: _said(number, item.get(name)) for name in VACANCIES if name in known})
        for number, item in enumerate(({"source": source, **one} if source else one for one in items), 1)
        for known in [{*VACANCIES[:5], *item}]
    ]
    return _take(app, rows, lambda desk, row: _offer(desk, row, tables.vacancy), SYSTEM)


def _said(number: int, value: Any) -> str:
    """Return a member of an item as a list would say it; raise ImportRefused for what is no text."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ImportRefused([f"第{number}行：内容应是文字或数字。"])
    return clean_line(str(value))


def _take(
    app: App, rows: Sequence[tuple[int, Row]], take: Callable[[Desk, Row], None], actor: Actor
) -> int:

    def take_all(desk: Desk) -> None:
        problems: list[str] = []
        for line, row in rows:
            try:
                take(desk, row)
            except FormInvalid as fault:
                problems += [f"第{line}行：{zh}" for _field, zh, _en in fault.problems]
            except AidError as fault:
                problems.append(f"第{line}行：{fault.sentence('zh')}")
        if problems:
            raise ImportRefused(problems)

    app.run(take_all, actor)
    return len(rows)


def rows_of(text: str, needed: Sequence[str], columns: Sequence[str]) -> Iterator[tuple[int, Row]]:
    """Yield the rows of a CSV text with their line numbers; raise ImportRefused where it is none."""
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        names = [name.strip() for name in next(reader, [])]
        if not set(needed) <= set(names) <= set(columns) or len(names) != len(set(names)):
            spare = "、".join(name for name in columns if name not in needed)
            can_go = f"（{spare} 可省）" if spare else ""
            raise ImportRefused([f"第1行应是列名：{','.join(columns)}{can_go}。"])
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(names):
                raise ImportRefused([f"第{reader.line_num}行有{len(cells)}列，应为{len(names)}列。"])
            yield reader.line_num, dict(zip(names, (cell.strip() for cell in cells), strict=True))
    except csv.Error as error:
        raise ImportRefused([f"第{reader.line_num}行不是CSV格式（{error}）。"]) from error


def _offer(desk: Desk, row: Row, table: Any) -> None:
    problems = []
    for name, value in row.items():
        if not value and name not in _MAY_BE_EMPTY:
            problems.append((name, f"{name} 没有填写。", f"{name} is missing."))
        if len(value) > LONGEST:
            problems.append((name, f"{name} 超过{LONGEST}字。", f"{name} is too long."))
    number = row["number"]
    if not (number.isascii() and number.isdigit() and len(number) <= 4 and int(number)):
        zh = f"number 应是1到9999的整数，不是“{number[:20]}”。"
        problems.append(("number", zh, "The number is from 1 to 9999."))
    if "level" in row and row["level"] not in LEVELS:
        problems.append(("level", f"level 应是 {'或'.join(LEVELS)}。", "The level is STREET or DISTRICT."))
    said, wrong = vacancies.read(row, desk.today)
    problems += wrong
    if problems:
        raise FormInvalid(problems)
    area = unit_named(desk.conn, row["area"], None, "区、街镇或社区（村）").path
    values = {name: value or None for name, value in row.items()}
    market.put(desk.conn, table, {**values, **said, "area": area, "number": int(number)})


def _register(desk: Desk, row: Row) -> None:
    unit = unit_named(desk.conn, row["community"], "community", "社区（村）").id
    command = commands.RegisterPerson(
        row["name"], row["id_no"], unit, row.get("phone", ""), row.get("address", ""),
        paper=_paper(row), distinct_reason=row.get("distinct_reason", ""),
    )  # fmt: skip
    intake.register_person(desk, command)


def _paper(row: Row) -> Paper:
    """Return what a row says beside the number, as codes or as what they are called."""
    kind, sex = row.get("id_kind", ""), row.get("sex", "")
    return Paper(
        code_of("id_kind", id_papers.KINDS, kind) or kind, code_of("code", id_papers.SEXES, sex) or sex,
        row.get("birth_date", ""),
    )  # fmt: skip


def unit_named(conn: Connection, named: str, level: str | None, kinds: str) -> org.Unit:
    """Return the unit of a name, which may follow the name of the one above it: 仁和镇/河南村."""
    above, _, name = named.rpartition("/")
    found = org.find_units(conn, name, level)
    if above:
        over = {unit.id for unit in org.find_units(conn, above.rpartition("/")[2])}
        found = [unit for unit in found if unit.parent_id in over]
    if len(found) != 1:
        zh = "不止一个，请写成“街镇/社区”" if found else f"没有这个{kinds}"
        raise FormInvalid([("area", f"“{named}”{zh}。", "No such place.")])
    return found[0]
