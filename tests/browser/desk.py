"""A person of the office at a desk: logs in, finds work in the inbox, does it, looks at the case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, expect

from tasks import demo
from tests.browser.form import Form
from tests.browser.product import Product

#: The lists a person looks through for work: in hand first, then what anybody may take.
LISTS = ("我的待办", "待认领")


class Desk:
    """One account's browser window."""

    def __init__(self, page: Page, product: Product, username: str) -> None:
        self.page = page
        self.product = product
        self.username = username

    # --- in and out -------------------------------------------------------------------------------------
    def log_in(self) -> Desk:
        """Open the product and log in with name and password."""
        self.page.goto(self.product.url + "/login")
        self.log_in_here()
        return self

    def log_in_here(self) -> None:
        """Give name and password to the login page at hand."""
        self.page.get_by_label("登录名").fill(self.username)
        self.page.get_by_label("密码", exact=True).fill(demo.PASSWORD)
        self.page.get_by_role("button", name="登录", exact=True).click()
        expect(self.page.locator("header.top")).to_be_visible()

    def go(self, path: str) -> Desk:
        """Open an address, logging in again where the session has ended."""
        self.page.goto(self.product.url + path, wait_until="domcontentloaded")
        if urlsplit(self.page.url).path == "/login":
            self.log_in_here()
        return self

    # --- time ---------------------------------------------------------------------------------------------
    def move_clock_to(self, moment: str) -> None:
        """Set the demo's clock by the form in the banner; then the worker does what fell due."""
        self.page.locator(".demo summary").click()
        self.page.get_by_label("调到").fill(moment)
        self.page.locator(".demo").get_by_role("button", name="调整", exact=True).click()
        expect(self.page.locator(".flash, .login-card").first).to_be_visible()
        self.product.catch_up()

    # --- work ---------------------------------------------------------------------------------------------
    @property
    def heading(self) -> str:
        """Return the title of the page."""
        return self.page.locator("h1").first.inner_text().strip()

    @property
    def form(self) -> Form:
        """Return the form of the page."""
        return Form(self.page)

    def row(self, task: str, person: str) -> Locator:
        """Return the line of a task in the list at hand."""
        return self.page.locator("[data-row]").filter(
            has=self.page.get_by_role("link", name=task, exact=True)
        ).filter(has_text=person)

    def open(self, task: str, person: str) -> Desk:
        """Open a task from the inbox, wherever it lies there."""
        if self.at(task, person):
            return self
        self.go("/inbox")
        for name in LISTS:
            if self.page.locator("nav.lists a[aria-current]", has_text=name).count() == 0:
                with self.page.expect_navigation(wait_until="domcontentloaded"):
                    self.page.locator("nav.lists").get_by_text(name).click()
            line = self.row(task, person)
            if line.count():
                line.first.get_by_role("link", name=task, exact=True).click()
                expect(self.page.locator("h1")).to_have_text(task)
                return self
        seen = self.page.locator("[data-row]").all_inner_texts()
        raise AssertionError(f"{self.username} finds no {task} of {person}: {seen}")

    def at(self, task: str, person: str) -> bool:
        """Tell whether the page shows this task, ready to be done."""
        name = self.page.locator(".person-card .person-name")
        return (
            self.page.locator("form.taskform .submit").count() == 1
            and self.heading == task
            and person in name.inner_text()
        )

    @property
    def element(self) -> str:
        """Return the step of the task page, as its diagram is asked to show it."""
        marks = self.page.locator(".wide-card [data-marks-url]").get_attribute("data-marks-url") or ""
        return parse_qs(urlsplit(marks).query)["focus"][0]

    def complete(self) -> Desk:
        """Press the button that completes the task and opens the next one."""
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            self.page.get_by_role("button", name="办结，继续下一项").click()
        refused = self.page.locator(".problems, .flash.bad")
        if refused.count():
            raise AssertionError(f"{self.heading}: {refused.first.inner_text()}")
        expect(self.page.locator(".flash").first).to_have_text("已办结。")
        return self

    def work(self, task: str, person: str, answers: Mapping[str, Any] | None = None) -> Desk:
        """Do a task: open it, answer, fill in what is still asked, complete."""
        self.open(task, person)
        self.form.fill(answers or {}).fill_the_rest(self.element)
        return self.complete()

    # --- persons ------------------------------------------------------------------------------------------
    def register(self, name: str, id_no: str, community: str = "仁和镇 河南村") -> Desk:
        """Open a new person's file at the counter."""
        self.go("/people/new")
        self.page.get_by_label("姓名").fill(name)
        self.page.get_by_label("证件号码").fill(id_no)
        self.page.get_by_label("所属社区（村）").select_option(label=community)
        self.page.get_by_label("联系电话").fill("13800009999")
        self.page.get_by_label("地址").fill("顺义区某街1号")
        self.page.get_by_role("button", name="建档").click()
        return self

    def take_application(self) -> str:
        """Begin an application on the page of a person; return the address of the case."""
        self.page.get_by_role("button", name="受理认定申请").click()
        link = self.page.locator(".person-card a[href^='/cases/']")
        return str(link.get_attribute("href"))

    # --- the person's case ----------------------------------------------------------------------------------
    def case(self, case_path: str) -> Desk:
        """Open a case."""
        return self.go(case_path)

    def act(self, action: str, answers: Mapping[str, Any], button: str) -> Desk:
        """Carry out an action of the case page."""
        self.page.locator(".title .menu summary").click()
        self.page.get_by_role("link", name=action, exact=True).click()
        self.form.fill(answers)
        self.page.get_by_role("button", name=button, exact=True).click()
        expect(self.page.locator(".flash").first).to_be_visible()
        return self
