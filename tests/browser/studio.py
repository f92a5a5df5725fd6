"""A supervisor at the editor: opens drafts, draws, fills in the panel, reads what the gate says."""

from __future__ import annotations

import json
import re
from typing import Any

from playwright.sync_api import Locator, expect

from tests.browser.desk import Desk

_SELECTED = re.compile(r"\bselected\b")


class Studio:
    """The editor in one browser window."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.page = desk.page

    # --- drafts -----------------------------------------------------------------------------------------
    def new_draft(self, code: str) -> Studio:
        """Begin a draft from the version at work and wait for the editor."""
        self.desk.go("/studio")
        name = self.page.locator("h2", has_text=re.compile(rf"\b{code}\b"))
        shelf = self.page.locator(".shelf").filter(has=name)
        shelf.get_by_role("button", name="新建草稿").click()
        return self.ready()

    def import_draft(self, process: str, name: str, content: bytes) -> Studio:
        """Begin a draft from a file."""
        self.desk.go("/studio")
        self.page.locator("select[name=process]").select_option(process)
        self.page.get_by_label("BPMN 文件").set_input_files(
            {"name": name, "mimeType": "application/xml", "buffer": content}
        )
        self.page.get_by_role("button", name="导入为草稿").click()
        return self.ready()

    def ready(self) -> Studio:
        """Wait until the editor has opened its draft."""
        expect(self.page.locator("[data-studio=ready]")).to_be_visible()
        return self

    @property
    def path(self) -> str:
        """Return the address of the draft."""
        return self.page.url.removeprefix(self.desk.product.url)

    def model(self) -> dict[str, Any]:
        """Return the draft as the server has it."""
        answer = self.page.request.get(self.page.url + "/model")
        found: dict[str, Any] = json.loads(answer.text())
        return found

    def saved(self) -> Studio:
        """Wait until nothing is left to save."""
        expect(self.page.locator("[data-part=status][data-state=saved]")).to_be_visible()
        return self

    # --- the drawing ------------------------------------------------------------------------------------
    def shape(self, element: str) -> Locator:
        """Return what is drawn of an element."""
        return self.page.locator(f'[data-part=canvas] .djs-element[data-element-id="{element}"]')

    def select(self, element: str) -> Studio:
        """Find an element by the search of the drawing, as one does by Ctrl+F, and select it."""
        self.page.locator("[data-tool=find]").click()
        self.page.locator(".djs-search-input input").press_sequentially(element)
        self.page.locator(".djs-search-result", has_text=element).first.click()
        expect(self.shape(element)).to_have_class(_SELECTED)
        self.tab("属性")
        return self

    def pad(self, title: str) -> Locator:
        """Return an entry of the context pad."""
        return self.page.locator(f'.djs-context-pad .entry[title="{title}"]')

    # --- the side ---------------------------------------------------------------------------------------
    def tab(self, name: str) -> Studio:
        """Open a tab of the side."""
        self.page.get_by_role("tab", name=name).click()
        return self

    def field(self, key: str) -> Locator:
        """Return the control of a field of the panel."""
        return self.page.locator(f"[data-panel=properties] [data-field={key}] .st-input").first

    def choose(self, key: str, words: str) -> Studio:
        """Choose from a vocabulary by typing part of a name."""
        box = self.field(key)
        box.click()
        box.fill(words)
        self.page.locator(f"[data-field={key}] .st-choice").first.click()
        return self

    def type(self, key: str, text: str) -> Studio:
        """Type into a field and leave it."""
        self.field(key).fill(text)
        self.field(key).blur()
        return self

    def findings(self) -> list[str]:
        """Return what the gate says now, the list open."""
        self.tab("检查")
        return self.page.locator("[data-panel=findings] .st-finding").all_inner_texts()

