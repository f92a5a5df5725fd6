"""What registers make of entries that several people, or one person several times, stand behind."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from engine.calendar import full_years
from engine.clock import local_date, to_us
from engine.codec import dumps
from engine.ids import new_id
from engine.store.tables import definition, instance, trail, user_task
from tasks import papers
from tasks.forms.spec import form
from tasks.queries import registers as entries
from tasks.registers import lines
from tasks.registers.spec import register_spec
from tasks.store import org as units
from tasks.store import rows
from tasks.store.tables import form_data
from tasks.store.tables_registers import register_row
from tests.web.office import Office

EVER = entries.Wanted(("/",), 0, 2**62)


def enter(
    office: Office, register: str, element: str, values: dict[str, object], person_id: int | None = None,
    facets: str = "", run_id: int | None = None,
) -> None:  # fmt: skip
    """Make an entry with its form, as the completion of a task does."""
    with office.app.write() as conn:
        name, level = ("仁和镇", "street") if register == "E45" else ("河南村", "community")
        unit = units.units_named(conn, name, level)[0]
        task_id, now = new_id(), to_us(office.clock.now())
        rows.add(
            conn, form_data, task_id=task_id, draft=False, case_id=None, person_id=person_id,
            element=element, values=dumps(values), saved_at=now, saved_by=1,
        )  # fmt: skip
        rows.add(
            conn, register_row, id=new_id(), register=register, at=now, area=unit["path"], tier="community",
            trail_id=1, instance_id=run_id, element=element, task_id=task_id, case_id=None,
            person_id=person_id, user_id=None, facets=facets,
        )  # fmt: skip


def submit(office: Office, run: int, values: dict[str, object]) -> int:
    """Hand somebody up in a run of assistance, unless there is nothing to say; return an instance of it."""
    with office.app.write() as conn:
        run_id, task_id, now = new_id(), new_id(), to_us(office.clock.now())
        of = next(iter(conn.execute(sa.select(definition.c.id))))[0]
        if run == 1:
            rows.add(conn, trail, id=1, created_at=now)
        rows.add(
            conn, instance, id=run_id, definition_id=of, process_id="P04_community_assistance", trail_id=1,
            key=f"case:1:{run}", run=run, status="completed", rev=1, state="{}", mac=b"", started_at=now,
            ended_at=now,
        )  # fmt: skip
        if values:
            rows.add(
                conn, user_task, id=task_id, instance_id=run_id, trail_id=1, token=1, element="P04_Submit",
                state="completed", role="community_aide", pool="community", area="/1/2/3/4/",
                created_at=now, ended_at=now,
            )  # fmt: skip
            rows.add(
                conn, form_data, task_id=task_id, draft=False, element="P04_Submit", values=dumps(values),
                saved_at=now, saved_by=1,
            )  # fmt: skip
    return run_id


def told(office: Office, register: str, wanted: entries.Wanted = EVER) -> list[dict[str, str]]:
    spec = register_spec(register)
    names = [one.name for one in spec.columns]
    with office.app.read() as conn:
        found = lines.lines_of(conn, spec, entries.entries(conn, spec, wanted))
    return [dict(zip(names, line.cells, strict=True)) for line in found]


def test_each_trainee_of_a_course_has_a_line(office: Office) -> None:
    two = [office.register("王秀英"), office.register("李桂兰")]
    trainees = [{"person": str(one), "trade": "电工", "skill_level": "初级"} for one in two]
    values = {"employer": "某厂", "visited_on": "2026-02-27", "trainees": trainees}
    enter(office, "E45", "P12_Publicity", values)
    found = told(office, "E45")
    assert [line["name"] for line in found] == ["王秀英", "李桂兰"]
    said = {(line["employer"], line["trade"], line["remark"], line["community"]) for line in found}
    assert said == {("某厂", "电工", lines.LATE, "河南村")}


def test_an_entry_of_a_second_assistance_says_so_and_nothing_of_the_first(office: Office) -> None:
    person = office.register("王秀英")
    first = submit(office, 1, {"summary": "推荐三次未成", "submit_reason": "THREE_FAILED"})
    enter(office, "E18", "P05_Register_Svc", {}, person, run_id=first)
    office.clock.advance(timedelta(days=60))
    enter(office, "E18", "P05_Register_Svc", {}, person, run_id=submit(office, 2, {}))
    second, handed_up = told(office, "E18")
    assert (handed_up["summary"], handed_up["remark"]) == ("推荐三次未成", "")
    assert handed_up["submit_reason"]
    assert (second["summary"], second["submit_reason"], second["remark"]) == ("", "", lines.SECOND)


def test_the_training_needs_tell_the_age_on_the_day(office: Office) -> None:
    person = office.register("李桂兰")
    enter(office, "E25", "P11_Needs", {"need": "家政服务员初级", "education": "JUNIOR"}, person)
    with office.app.read() as conn:
        born = entries.persons(conn, [person])[person].birth_date
    years = full_years(date.fromisoformat(born), local_date(office.clock.now()))
    assert [line["age"] for line in told(office, "E25")] == [str(years)]


def test_the_ledger_has_each_person_once_under_the_latest_categories(office: Office) -> None:
    person = office.register("赵文华")
    for code in ("SY03_3545", "SY01_DIBAO"):
        values = {"candidate_categories": [code], "wish": True}
        enter(office, "E03", "P02_ConfirmRow", values, person, f",{code},")
        office.clock.advance(timedelta(minutes=1))
    spec = register_spec("E03")
    assert [line["name"] for line in told(office, "E03")] == ["赵文华"]
    with office.app.read() as conn:
        assert entries.facets(conn, spec, EVER) == {"SY01_DIBAO": 1}
        assert entries.count(conn, spec, entries.Wanted(("/",), 0, 2**62, "SY03_3545")) == 0


@pytest.mark.parametrize(("username", "status"), [("staff.rh", 200), ("staff.nfx", 404), ("aide.hnc", 404)])
def test_a_paper_about_nobody_is_its_offices(office: Office, username: str, status: int) -> None:
    with office.app.write() as conn:
        street = next(one for one in units.units_named(conn, "仁和镇", "street"))
        values = {"kind": "ENTRUSTED", "signed_on": date(2026, 3, 9), "starts_on": date(2026, 3, 23)}
        source = papers.PaperSource(
            "E43", street["path"], form("P12_Agreement"), values,
            extra={"employer": "顺义某企业", "school": "区职业技能学校"},
        )  # fmt: skip
        made = papers.issue(conn, office.actor("staff.sy"), office.clock.now(), source)
    answer = office.browser(username).get(f"/papers/{made.id}")
    assert answer.status_code == status
    assert ("区职业技能学校" in answer.text) == (status == 200)
