"""The form editor: choices with names of their own, code sets, conditions, days ahead, columns of a list."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import DeskOf
from tests.browser.studio import Studio

pytestmark = pytest.mark.browser


class Editor:
    """The form of one step, open in the editor."""

    def __init__(self, studio: Studio, step: str) -> None:
        self.studio, self.page, self.step = studio, studio.page, step
        studio.select(step)
        self.page.get_by_role("button", name="编辑表单").click()

    def add(self, name: str, kind: str) -> Locator:
        """Add a field of a type and return its card."""
        self.page.get_by_placeholder("项目代号").fill(name)
        self.page.get_by_role("button", name="添加一项").last.click()
        card = self.card(name)
        card.locator("[data-part=type]").select_option(kind)
        return card

    def card(self, name: str) -> Locator:
        """Return the card of a field or column."""
        return self.page.locator(f"[data-name={name}]")

    def entry(self, name: str) -> dict[str, Any]:
        """Return a field as the draft has it on the server."""
        self.studio.saved()
        form = json.loads(self.studio.model()["annex"])["forms"][self.step]
        return next(one for one in form["fields"] if one["name"] == name)  # type: ignore[no-any-return]


def fill(place: Locator, text: str) -> None:
    place.fill(text)
    place.blur()


def test_choices_sets_conditions_days_and_columns_are_edited_and_previewed(desk: DeskOf) -> None:
    studio = Studio(desk("sup.rh")).new_draft("P04")
    form = Editor(studio, "P04_Guidance")
    preview = studio.page.locator(".st-preview")

    way = form.add("way", "enum")
    fill(way.locator("[data-part=options]"), "ONLINE DOOR")
    fill(form.card("way").locator("[data-part=option-ONLINE-zh]"), "网上指导")
    fill(form.card("way").locator("[data-part=option-ONLINE-en]"), "Online")
    fill(form.card("way").locator("[data-part=option-DOOR-zh]"), "上门指导")
    expect(preview).to_contain_text("上门指导")
    assert form.entry("way")["options"] == ["ONLINE", "DOOR"]
    assert form.entry("way")["labels"]["ONLINE"] == {"zh": "网上指导", "en": "Online"}

    kind = form.add("kind", "enum")
    kind.locator("[data-part=set]").select_option("CATEGORY")
    expect(form.card("kind")).to_contain_text("享受城乡低保人员")
    expect(preview).to_contain_text("享受城乡低保人员")
    assert "options" not in form.entry("kind")

    form.add("again_on", "date")
    form.card("again_on").locator("[data-part=future]").check()
    form.card("again_on").locator("[data-part=when]").select_option("way")
    form.card("again_on").locator("[data-part=when-is]").select_option('"DOOR"')
    made = form.entry("again_on")
    assert (made["future"], made["show_if"]) == (True, 'way == "DOOR"')

    talks = form.add("talks", "list")
    talks.get_by_placeholder("列的代号").fill("spoken_on")
    talks.get_by_role("button", name="添加一项").click()
    column = form.card("talks").locator("[data-name=spoken_on]")
    column.locator("[data-part=type]").select_option("date")
    fill(form.card("talks").locator("[data-name=spoken_on] [data-part=zh]"), "谈话日期")
    expect(preview).to_contain_text("谈话日期")
    assert [one["type"] for one in form.entry("talks")["item"]] == ["text", "date"]

    studio.saved().tab("检查")
    expect(studio.page.locator(".st-badge[data-state=good]")).to_be_visible()


def test_the_list_of_a_multi_instance_step_has_a_field(desk: DeskOf) -> None:
    studio = Studio(desk("sup.rh")).new_draft("P04").select("P04_Guidance")
    studio.page.locator('.djs-context-pad .entry[data-action="replace"]').click()
    studio.page.locator('.djs-popup [data-id="toggle-sequential-mi"]').click()
    studio.type("collection", "helpers").type("item", "helper")
    studio.saved()
    assert 'aid595:collection="helpers"' in studio.model()["xml"]
    assert 'aid595:item="helper"' in studio.model()["xml"]
    studio.select("P04_Plan").select("P04_Guidance")
    assert studio.field("collection").input_value() == "helpers"
