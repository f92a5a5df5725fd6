"""Everything is said in both languages, every code has its words, dates are counted in working days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import product
from pathlib import Path
from string import Formatter

import pytest

import engine.compile
import engine.gate
import tasks.app  # noqa: F401 - brings every refusal of the program
from engine.clock import NO_DUE, SHANGHAI, end_of_day, to_us
from engine.deadlines import Unit
from engine.decisions import HIT_POLICIES
from engine.errors import AidError
from engine.slips import WHAT as SLIP
from engine.verify import WHAT
from tasks import labels
from tasks.clears import FOUR
from tasks.library import Library
from tasks.queries import accounts
from tasks.queries.audit_find import DEADLINE_STATES
from tasks.queries.inbox import LISTS
from tasks.readings import DECIDED
from tasks.survey.analysis import WAYS
from tasks.traceability.sources import KINDS
from tests.web.office import Office
from web import clauses, words
from web.actions import ACTIONS, PERSON_ACTIONS
from web.audit.timeline import GROUPS
from web.audit.trails import MATTERS
from web.errors import STATUS
from web.facts import fact_lines
from web.heatview import WAYS as WAYS_OF_HEAT
from web.i18n import LANGUAGES, catalogue, choose, say_or, translator
from web.kepttables import WITHOUT
from web.views import accounts as account_views
from web.views import clauses as clause_views
from web.views import office_trail
from web.views.offices import FORMS
from web.walkview import KINDS as CARDS

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"
_SAID = re.compile(r"""\bt\(\s*["']([a-z_.0-9A-Z]+)["']\s*(~)?""")
_MADE = re.compile(r"""\bt\(\s*"([a-z_.]+)" ~ (\w+)|\bt\("([a-z_.]+)" ~ ([\w.]+)""")
#: Keys made from data in templates and views, by the prefix and what may follow.
MADE = {
    "exchange.some_": ("refused", "dead"),
    "course.": ("employer", "course"),
    "tables.state_": ("now", "later", "over"), "tables.policy_": HIT_POLICIES,
    "inbox.": LISTS, "inbox.empty_": LISTS, "urgency.": (*words.URGENCIES, "done"),
    "password.": ("old_password", "password", "again"), "incident.none_": ("open", "resolved"),
    "matter.": ("open", "over"), "offices.tab_": (
        "duties", "matters", "families", "market", "applications", "lists", *FORMS,
    ),
    "id_number.reason_": ("check", "system", "paper"),
    "clears.": tuple(FOUR),
    "person.": ("name", "id_no", "phone", "address"), "settings.basis_": ("STATED", "INFERRED", "CONFIG"),
    "registers.state_": ("asked", "granted", "refused", "taken"),
    "walk.act_": CARDS, "editor.u_": tuple(Unit),
    "studio.": ("approve", "reject", "activate", "retire", "take_back"),
    "studio.mark_": ("added", "removed", "changed", "moved", "taken", "failing", "untouched"),
    "find_deadline.": DEADLINE_STATES, "audit_kind.": ("all", *GROUPS),
    "find.": ("clause", "step_", "worker", "unit", "from", "to", "version", "active", "closed"),
    "find.column_": ("no", "unit", "status", "tier", "run", "opened", "closed"),
    "slip.": tuple(what.replace(" ", "_") for what in SLIP),
    "load.by_": WAYS_OF_HEAT, "load.legend_": WAYS_OF_HEAT,
    "fault.": tuple(what.replace(" ", "_") for what in WHAT),
    "survey.standing_": ("held", "beside", "set_aside"), "survey.by_": WAYS,
    "survey.state_": ("checking", "checked", "importing", "done", "failed", "dropped", "lost"),
    "account.kind_": accounts.KINDS, "trail.of_": office_trail.TABS, "trail.matter_": MATTERS,
    "account_act.": [
        one + end for one in (*account_views.ACTS, *account_views.SECRET_ACTS) for end in ("", "_lead")
    ],
    "coverage.kind_": ("element", "deadline", *KINDS), "coverage.list_": clause_views.LISTS,
    "coverage.priority_": ("core", "users", "context"),
    "readings.decided_": DECIDED, "readings.weight_": ("H", "M", "L"), "kept.none_": WITHOUT,
    "due.change_": ("granted", "refused", "asked", "done"),
    "action_": tuple(f"{name}.title" for name in (*ACTIONS, *PERSON_ACTIONS)),
}  # fmt: skip


def _sources() -> Iterator[tuple[Path, str]]:
    for path in sorted((*WEB.rglob("*.html"), *WEB.rglob("*.py"))):
        if "frontend" not in path.parts:
            yield path, path.read_text("utf-8")


def _refusals(base: type[AidError] = AidError) -> Iterator[type[AidError]]:
    yield base
    for made in base.__subclasses__():
        yield from _refusals(made)


def test_both_languages_have_the_same_keys() -> None:
    assert set(catalogue("zh")) == set(catalogue("en"))


def test_both_languages_name_the_same_values() -> None:
    def names(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    for key, text in catalogue("zh").items():
        if not key.startswith("date."):
            assert names(text) >= names(catalogue("en")[key]), key


def test_every_sentence_asked_for_is_there() -> None:
    known = catalogue("zh")
    missing = [
        f"{path.name}: {key}"
        for path, text in _sources()
        for key, joined in _SAID.findall(text)
        if not joined and key not in known
    ]
    assert missing == []


def test_every_sentence_whose_key_is_made_from_data_is_there() -> None:
    known = catalogue("zh")
    for path, text in _sources():
        for key, joined in _SAID.findall(text):
            if joined:
                assert any(key + end in known for end in MADE[key]), (path.name, key)
    for prefix, ends in MADE.items():
        for end in ends:
            assert prefix + end in known
    for name in {*ACTIONS, *PERSON_ACTIONS}:
        assert {f"action_{name}.{part}" for part in ("title", "lead", "go")} <= known.keys()


def test_every_sentence_the_editor_asks_for_is_there() -> None:
    known = catalogue("zh")
    asked: set[str] = set()
    for path in sorted((WEB / "frontend" / "src" / "studio").glob("*.js")):
        text = path.read_text("utf-8")
        asked |= set(re.findall(r"""["'`]((?:editor|action)\.[a-zA-Z_0-9]+)["'`]""", text))
        keys = re.findall(r"""(?:own|loop)\(\s*"(\w+)"|\bkey: "(\w+)", kind""", text)
        asked |= {f"editor.f_{one or other}" for one, other in keys}
        asked |= {f"editor.g_{key}" for key in re.findall(r"""\bkey: "(\w+)", open""", text)}
    assert len(asked) > 100
    assert sorted(asked - known.keys()) == []


def test_templates_hold_no_sentence_of_their_own() -> None:
    for path in (WEB / "templates").rglob("*.html"):
        text = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)
        assert not re.search(r"[\u3400-\u9fff]", text), path.name


def test_every_refusal_has_a_status_and_a_title() -> None:
    assert engine.gate
    assert engine.compile
    for refusal, lang in product(_refusals(), LANGUAGES):
        assert refusal.code in STATUS, refusal
        title = say_or(lang, f"error.{refusal.code}", labels.label("error", refusal.code, lang))
        assert title != refusal.code, refusal


def test_every_kind_of_event_the_program_writes_has_a_label() -> None:
    written = set()
    for folder in ("engine", "tasks"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text("utf-8")
            written |= set(re.findall(r"""emit\(\s*[^,()]+(?:\([^()]*\))?,\s*["']([A-Z]\w+)["']""", text))
            written |= set(re.findall(r"""\.emit\(\s*["']([A-Z]\w+)["']""", text))
    assert "TaskCompleted" in written
    assert "PaperIssued" in written
    assert sorted(kind for kind in written if labels.catalogue().find("event", kind) is None) == []


@pytest.mark.parametrize(
    ("due", "left", "urgency"),
    [
        (date(2026, 3, 9), "今天24:00到期", "today"),
        (date(2026, 3, 11), "剩2个工作日", "week"),
        (date(2026, 3, 16), "剩5个工作日", "later"),
        (date(2026, 3, 6), "逾期1个工作日", "overdue"),
        (date(2026, 8, 1), "剩145天", "later"),
    ],
)
def test_a_due_date_is_told_in_working_days(due: date, left: str, urgency: str) -> None:
    monday = datetime(2026, 3, 9, 10, tzinfo=SHANGHAI)
    told = words.due_words(to_us(end_of_day(due)), monday, Library().calendar, "zh")
    assert (told.left, told.urgency) == (left, urgency)


def test_a_due_date_over_a_holiday_skips_it() -> None:
    before = datetime(2026, 9, 30, 10, tzinfo=SHANGHAI)  # the National Day holiday follows
    told = words.due_words(to_us(end_of_day(date(2026, 10, 8))), before, Library().calendar, "zh")
    assert told.left == "剩1个工作日"


@pytest.mark.parametrize(("today", "said"), [(30, "今天是最后一个工作日"), (31, "到期前没有工作日")])
def test_when_only_days_off_are_left_it_says_so(today: int, said: str) -> None:
    now = datetime(2026, 4, 30, 10, tzinfo=SHANGHAI) + timedelta(days=today - 30)  # 1 to 5 May are days off
    told = words.due_words(to_us(end_of_day(date(2026, 5, 3))), now, Library().calendar, "zh")
    assert told.left == said


def test_a_due_date_in_an_unknown_year_is_told_in_days() -> None:
    calendar = Library().calendar
    december = datetime(2027, 12, 20, 10, tzinfo=SHANGHAI)
    told = words.due_words(to_us(end_of_day(date(2028, 1, 5))), december, calendar, "zh")
    assert told.left == "剩16天"


def test_no_due_date_is_said() -> None:
    told = words.due_words(NO_DUE, datetime(2026, 3, 9, tzinfo=SHANGHAI), Library().calendar, "zh")
    assert (told.left, told.urgency) == ("无期限", "none")


def test_the_language_is_the_choice_else_chinese() -> None:
    assert choose("en") == "en"
    assert choose(None, "zh-CN,zh;q=0.9,en;q=0.8") == "zh"
    assert choose(None, "en-US,en;q=0.9") == "en"
    assert choose("xx", "") == "zh"


def test_a_clause_names_document_article_and_sentence() -> None:
    found = clauses.clause("R004-02.D1a")
    assert "595" in found.document("zh")
    assert found.article("zh") == "第2步 认定登记申请 · 工作职责1"
    passage = clauses.passage(found)
    assert passage is not None
    assert passage.hit[1] == found.quote_zh


def test_a_passage_does_not_end_with_a_heading_of_what_is_not_shown() -> None:
    passage = clauses.passage(clauses.clause("R004-03.D2a"))
    assert passage is not None
    assert passage.after
    assert not passage.after[-1].endswith("：")


def test_a_date_on_file_is_said_in_words() -> None:
    told = fact_lines({"unemployed_since": "2024-05-06"}, "zh", translator("zh"))
    assert told == [("失业起始日", "2024年5月6日")]


def test_most_clauses_are_found_in_their_document() -> None:
    every = clauses.catalogue().values()
    found = sum(clauses.passage(one) is not None for one in every)
    assert found / len(every) > 0.9


def test_every_document_and_part_has_a_name() -> None:
    for one, lang in product(clauses.catalogue().values(), LANGUAGES):
        assert one.document(lang) != one.seed
        assert one.article(lang)


def test_an_auditor_begins_with_the_audit_and_reads_where_from_in_words(office: Office) -> None:
    assert office.browser("auditor.sy").get("/").location == "/audit"
    case = office.new_case()
    page = office.browser("auditor.sy").get(f"/audit/{case}").text
    assert " · test · " in page, "an origin without words is told as it is"
    assert say_or("zh", "origin.worker", "worker") == "后台作业"
