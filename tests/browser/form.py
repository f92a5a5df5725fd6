"""A form on a page, filled as a person fills it: by the questions, through what can be seen."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from playwright.sync_api import Locator, Page

from tasks import labels
from tasks.forms import spec as forms

#: Every question in sight, with its kind of control and whether it must be answered and has an answer.
_LOOK = """(form) => [...form.querySelectorAll('[data-field]')]
  .filter((place) => !place.closest('[hidden], template') && !place.parentElement.closest('[data-field]'))
  .map((place) => {
    const controls = [...place.querySelectorAll('input, select, textarea')];
    const told = (one) => ['radio', 'checkbox'].includes(one.type) ? one.checked : one.value.trim() !== '';
    const title = place.querySelector(':scope > legend, :scope > label');
    return {
      name: place.dataset.field,
      label: title.textContent.replace('*', '').trim(),
      must: [...title.querySelectorAll('.must')].some((mark) => !mark.hidden),
      list: Boolean(place.querySelector('[data-list-rows]')),
      answered: controls.some(told),
    };
  })"""


class Form:
    """The form of a task or an action."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = page.locator("form[data-guard]")

    def questions(self) -> list[dict[str, Any]]:
        """Return every question in sight."""
        found: list[dict[str, Any]] = self.root.evaluate(_LOOK)
        return found

    def place(self, question: str) -> Locator:
        """Return where a question stands."""
        title = self.page.locator("legend, label").filter(has_text=re.compile(rf"^{re.escape(question)}\*?$"))
        return self.root.locator("[data-field]:visible").filter(has=title).last

    def fill(self, answers: Mapping[str, Any]) -> Form:
        """Answer questions by their words: texts, 是/否, options by their words, rows of a list."""
        for question, answer in answers.items():
            answer_at(self.place(question), answer)
        return self

    def fill_the_rest(self, element: str) -> Form:
        """Answer what must be answered and is still empty, with the example of the step's form."""
        fields = forms.form(element).fields
        for _round in range(4):
            missing = [one for one in self.questions() if one["must"] and not one["answered"]]
            if not missing:
                return self
            for one in missing:
                field = fields[one["name"]]
                place = self.root.locator(f'[data-field="{field.name}"]').first
                if field.type in ("user", "ref"):
                    place.locator("select").select_option(index=1)
                else:
                    answer_at(place, _words(field))
        raise AssertionError(f"{element}: no example for {[one['label'] for one in missing]}")


def answer_at(place: Locator, answer: Any) -> None:
    """Give one answer where its question stands."""
    if isinstance(answer, Sequence) and not isinstance(answer, str):
        _rows(place, answer) if answer and isinstance(answer[0], Mapping) else _tick(place, answer)
        return
    text = {True: "是", False: "否"}[answer] if isinstance(answer, bool) else _plain(answer)
    if place.locator("input[type=radio]").count():
        place.get_by_text(text, exact=True).click()
    elif place.locator("select").count():
        _choose(place.locator("select"), text)
    else:
        place.locator("input, textarea").first.fill(text)


def _plain(answer: Any) -> str:
    return answer.isoformat() if isinstance(answer, date) else str(answer)


def _choose(select: Locator, text: str) -> None:
    """Choose an option by its words, or by what they begin with."""
    options = select.locator("option").all_inner_texts()
    select.select_option(label=next(one for one in options if one.startswith(text)))


def _tick(place: Locator, options: Sequence[str]) -> None:
    for text in options:
        place.get_by_text(text, exact=True).click()


def _rows(place: Locator, rows: Sequence[Mapping[str, Any]]) -> None:
    lines = place.locator("[data-list-row]:visible")
    for number, row in enumerate(rows):
        if number == lines.count():
            place.get_by_role("button", name="增加一行").click()
        for question, answer in row.items():
            title = place.page.locator(".cell-label").filter(
                has_text=re.compile(rf"^{re.escape(question)}\*?$")
            )
            answer_at(lines.nth(number).locator(".cell").filter(has=title), answer)


def _words(field: forms.Field) -> Any:
    """Return the example of a field as the page says it."""
    value = field.example
    if field.type == "list":
        names = {column.name: column for column in field.item}
        return [
            {names[name].zh: _word(names[name], cell) for name, cell in row.items() if cell != "today"}
            for row in value
        ]
    if field.type == "multi":
        return [_word(field, one) for one in value]
    return _word(field, value)


def _word(field: forms.Field, value: Any) -> Any:
    if field.options:
        return labels.label("code", value, "zh", field.name)
    return value
