"""The pages of the studio, on a desktop and on a telephone, by day and by night, with everything on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from engine.clock import SystemClock, to_us
from engine.codec import dumps
from engine.definitions import digest
from engine.ids import new_id
from tasks import migration_runs, trials
from tasks import studio_commands as commands
from tasks.difference import Source
from tasks.migration_commands import StartMigration
from tasks.queries import studio
from tasks.store import trials as store
from tests.browser.desk import Desk
from tests.browser.looks import COLOURS, PICTURES, axe_finds, axe_has_its_turn, look, ways_to_look
from tests.browser.product import Product, serve
from tests.browser.studio import Studio
from tests.browser.test_english import chinese_of_ours
from tests.browser.windows import Windows
from tests.demo_home import DemoHome
from web.vocabulary import vocabulary

pytestmark = pytest.mark.browser

#: A product, and the addresses of its pages by name.
Furnished = tuple[Product, dict[str, str]]
PROCESS = "P04_community_assistance"
_DRAFT, _BROKEN, _RELEASE = "/studio/drafts/{draft}", "/studio/drafts/{broken}", "/studio/releases/{release}"
#: Pages by name; the numbers are those of `furnished`.
PAGES = {
    "library": "/studio", "version": f"/studio/{PROCESS}/1", "editor": _DRAFT, "editor-broken": _BROKEN,
    "editor-submitted": "/studio/drafts/{submitted}", "submit": f"{_DRAFT}/submit",
    "submit-broken": f"{_BROKEN}/submit", "impact": f"{_DRAFT}/impact",
    "difference": f"{_RELEASE}/difference", "draft-difference": "/studio/drafts/{submitted}/difference",
    "walk": f"{_DRAFT}/walk", "walk-broken": f"{_BROKEN}/walk", "walk-version": f"/studio/{PROCESS}/1/walk",
    "trial-passed": f"{_DRAFT}/trial", "trial-running": f"{_BROKEN}/trial",
    "trial-failed": "/studio/drafts/{submitted}/trial", "batch": f"/studio/{PROCESS}/migrate/{{batch}}",
    "migrate": f"/studio/{PROCESS}/migrate", "waiting": _RELEASE, "at-work": "/studio/releases/{active}",
}  # fmt: skip
REASON = "首次联系放宽到三个工作日，便于社区安排"


def _try_scenarios(product: Product, made: list[int]) -> None:
    """Give one draft a scenario that passed, one some that still run, and one a scenario that failed."""
    db = product.app.db
    with product.app.read() as conn:
        first, second, third = (studio.draft_source(conn, one) for one in made)
    assert first is not None
    assert second is not None
    assert third is not None
    for draft_id, source, story in ((made[0], first, "GS10_*.yaml"), (made[2], third, "L17_*.yaml")):
        paths = tuple(trials.SCENARIOS.glob(story))
        trials.wait(trials.start(db, PROCESS, Source(source.xml, source.annex), draft_id, None, paths))
    later = to_us(SystemClock().now()) + 3_600_000_000
    with db.transaction() as conn:
        store.add(
            conn, id=new_id(), key=PROCESS, draft_id=made[1], xml=second.xml, annex=second.annex,
            digest=digest(second.xml.encode(), second.annex), state="running", total=9, results="[]",
            coverage="{}", problem="", started_at=later, started_by=None, beat_at=later,
        )  # fmt: skip


@pytest.fixture(scope="module")
def furnished(demo_home: DemoHome, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    """A product with a draft, a broken draft and a submitted version; addresses by name."""
    with serve(demo_home, tmp_path_factory.mktemp("studio")) as product:
        with product.app.read() as conn:
            (active,) = studio.versions(conn, PROCESS)
            source = studio.definition_source(conn, active.id)
        assert source is not None
        rule = dict(vocabulary(product.app.library, "zh")["entries"]["rules"]["DL-015"], value=3)
        annex = dumps({"rules": {"DL-015": rule}})
        made = [int(product.do("sup.rh", commands.OpenDraft(PROCESS))["draft_id"]) for _ in range(3)]
        broken = source.xml.replace('aid595:form="P04_Plan"', "").replace('aid595:form="P04_Guidance"', "")
        product.do("sup.rh", commands.SaveModel(made[1], 1, broken.encode()))
        product.do("sup.rh", commands.SaveModel(made[2], 1, source.xml.encode(), annex))
        release = product.do("sup.rh", commands.SubmitRelease(made[2], 2, REASON))["definition_id"]
        _try_scenarios(product, made)
        batch = product.do("sup.sy", StartMigration(PROCESS, 1, 2, {}, False, True, ""))["migration"]
        migration_runs.run(product.app, batch)
        known = {"draft": made[0], "broken": made[1], "submitted": made[2], "release": release,
                 "active": active.id, "batch": batch}  # fmt: skip
        yield product, {name: path.format(**known) for name, path in PAGES.items()}


@pytest.fixture
def visitor(furnished: Furnished, windows: Windows) -> Callable[[str], Desk]:
    """Gives the desk of an account."""
    return lambda username: Desk(windows.open(reduced_motion="reduce"), furnished[0], username).log_in()


@pytest.mark.parametrize("username", ["sup.rh", "sup.nfx", "auditor.sy"])
def test_every_page_of_the_studio_is_fit_to_be_seen(
    furnished: Furnished, visitor: Callable[[str], Desk], username: str, nightly: bool
) -> None:
    product, pages = furnished
    read_only = ("library", "version", "waiting", "walk-version")
    shown = {"sup.rh": pages, "sup.nfx": ("waiting",), "auditor.sy": read_only}
    desk = visitor(username)
    wrong: list[str] = []
    for turn, name in enumerate(shown[username]):
        for size, colours in ways_to_look(nightly, turn):
            axe = axe_has_its_turn(nightly, turn)
            wrong += look(desk.page, product, pages[name], f"studio-{username}-{name}", colours, size, axe)
    assert not wrong, "\n".join(wrong)


def test_every_tab_of_the_editor_is_fit_to_be_seen(
    furnished: Furnished, visitor: Callable[[str], Desk]
) -> None:
    _product, pages = furnished
    desk = visitor("sup.rh")
    wrong: list[str] = []
    for colours in COLOURS:
        desk.page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
        desk.go(pages["editor-broken"])
        studio_ = Studio(desk).ready().select("P04_FirstContact")
        for name in ("属性", "检查", "表单", "期限"):
            if name == "表单":
                studio_.tab("属性").page.get_by_role("button", name="编辑表单").click()
                expect(desk.page.locator(".st-preview h2")).to_be_visible()
            else:
                studio_.tab(name)
            if PICTURES:
                desk.page.screenshot(path=f"{PICTURES}/studio-tab-{name}-{colours}.png")
            wrong += [f"{name} {colours}: {one}" for one in axe_finds(desk.page)]
    assert not wrong, "\n".join(wrong)


def test_the_editor_asks_for_a_larger_screen_on_a_telephone_and_shows_the_drawing(
    furnished: Furnished, visitor: Callable[[str], Desk]
) -> None:
    desk = visitor("sup.rh")
    desk.page.set_viewport_size({"width": 390, "height": 844})
    desk.go(furnished[1]["editor"])
    expect(desk.page.get_by_text("编辑流程图需要更大的屏幕")).to_be_visible()
    desk.page.locator("[data-diagram]").scroll_into_view_if_needed()
    expect(desk.page.locator("[data-diagram=ready] [data-element-id=P04_Plan]")).to_be_attached()
    expect(desk.page.locator("[data-studio=ready]")).to_have_count(0)


def test_the_sign_of_the_drawing_library_is_seen_and_nothing_lies_over_it(
    furnished: Furnished, visitor: Callable[[str], Desk]
) -> None:
    desk = visitor("sup.rh").go(furnished[1]["editor"])
    Studio(desk).ready()
    sign = desk.page.locator(".st-canvas .bjs-powered-by")
    expect(sign).to_be_visible()
    for full in (False, True):
        if full:
            desk.page.locator("[data-tool=full]").click()
            desk.page.wait_for_function("() => document.fullscreenElement !== null")
        on_top = sign.evaluate(
            """(sign) => {
          const { left, top, width, height } = sign.getBoundingClientRect();
          return [[.1, .2], [.5, .5], [.9, .8]].every(([x, y]) =>
            sign.contains(document.elementFromPoint(left + width * x, top + height * y)));
        }"""
        )
        assert on_top


def test_nothing_chinese_of_ours_is_left_on_the_english_pages(
    furnished: Furnished, visitor: Callable[[str], Desk], demo_names: list[str]
) -> None:
    desk = visitor("sup.nfx").go("/studio")
    desk.page.get_by_role("button", name="English").click()
    expect(desk.page.locator("html")).to_have_attribute("lang", "en")
    left = {}
    for name in ("library", "version", "submit", "submit-broken", "impact", "waiting", "at-work",
                 "difference", "trial-passed", "trial-running", "walk", "walk-broken"):
        desk.go(furnished[1][name])
        left[name] = chinese_of_ours(desk.page, demo_names)
    assert not any(left.values()), left
