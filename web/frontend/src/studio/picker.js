// Choosing from a vocabulary by typing part of a name or id: one value, or several as a row of chips.
import { h, uniqueId } from "./dom.js";
import { t } from "./words.js";

const MOST_SHOWN = 60;

const matches = (item, words) => {
  const text = `${item.id} ${item.text} ${item.more ?? ""}`.toLowerCase();
  return words.every((word) => text.includes(word));
};

/**
 * @param options.items  () => [{id, text, more?}]: asked each time the list opens
 * @param options.many   several values
 * @param options.change (values: string[]) => void
 */
export function picker({ id, items, many = false, change, describedby }) {
  const listId = uniqueId("choices");
  let values = [];
  let shown = [];
  let at = -1;

  const list = h("ul", { class: "st-choices", role: "listbox", id: listId, hidden: true });
  const input = h("input", {
    type: "text", id, class: "st-input", role: "combobox", autocomplete: "off", "aria-expanded": "false",
    "aria-controls": listId, "aria-autocomplete": "list", "aria-describedby": describedby,
    onfocus: () => many || input.select(), onclick: open, oninput: open, onkeydown: key, onblur: left,
  });
  const chips = many ? h("ul", { class: "st-chips" }) : null;
  const root = h("div", { class: "st-picker" }, chips, input, list);

  const wordOf = (value) => items().find((item) => item.id === value);
  const labelOf = (value) => {
    const found = wordOf(value);
    return found && found.text !== value ? `${found.text} ${value}` : value;
  };

  function open() {
    const words = input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const fresh = !many && values[0] && input.value === labelOf(values[0]);
    shown = items().filter((item) => !many || !values.includes(item.id))
      .filter((item) => fresh || matches(item, words)).slice(0, MOST_SHOWN);
    at = shown.length ? 0 : -1;
    list.replaceChildren(...shown.map((item, n) => h("li", {
      class: "st-choice", role: "option", id: `${listId}-${n}`, "aria-selected": n === at ? "true" : "false",
      onmousedown: (event) => { event.preventDefault(); choose(item.id); },
    }, h("span", {}, item.text), h("small", {}, item.id === item.text ? item.more ?? "" : item.id))));
    if (!shown.length) list.append(h("li", { class: "st-none", role: "option", "aria-disabled": "true" }, t("editor.no_match")));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    list.scrollIntoView({ block: "nearest" });
    point();
  }

  function point() {
    [...list.children].forEach((one, n) => one.setAttribute("aria-selected", n === at ? "true" : "false"));
    if (at >= 0) {
      input.setAttribute("aria-activedescendant", `${listId}-${at}`);
      list.children[at].scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  }

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(value) {
    values = many ? [...values, value] : [value];
    write();
    close();
    change(values);
  }

  function drop(value) {
    values = values.filter((one) => one !== value);
    write();
    change(values);
    input.focus();
    close();
  }

  function key(event) {
    if (event.key === "Escape" && !list.hidden) { event.stopPropagation(); write(); close(); return; }
    if (event.key === "Backspace" && many && !input.value && values.length) { drop(values.at(-1)); return; }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) { open(); return; }
      at = Math.min(Math.max(at + (event.key === "ArrowDown" ? 1 : -1), 0), shown.length - 1);
      point();
    }
    if (event.key === "Enter") {
      event.preventDefault();
      if (!list.hidden && at >= 0 && input.value.trim()) choose(shown[at].id);
    }
  }

  function left() {
    close();
    if (many) { input.value = ""; return; }
    if (!input.value.trim() && values.length) { values = []; change(values); }
    write();
  }

  function write() {
    if (!many) { input.value = values[0] ? labelOf(values[0]) : ""; return; }
    input.value = "";
    chips.replaceChildren(...values.map((value) => {
      const found = wordOf(value);
      return h("li", { class: found ? "st-chip" : "st-chip st-unknown", title: found?.more ?? found?.text ?? "" },
        h("span", {}, found && found.text !== value ? `${value} ${found.text}` : value),
        h("button", { type: "button", "aria-label": t("editor.remove_one", { what: value }), onclick: () => drop(value) }, "×"));
    }));
  }

  return {
    root,
    input,
    busy: () => document.activeElement === input && !list.hidden,
    show(given) { values = given.filter(Boolean); write(); },
  };
}
