// Choosing from a vocabulary by typing part of a name or id: one value, or several as a row of chips.
import { h, uniqueId } from "./dom.js";
import { t } from "./words.js";

const MOST_SHOWN = 60;

const matches = (item, words) => {
  const text = `${item.id} ${item.text} ${item.more ?? ""}`.toLowerCase();
  return words.every((word) => text.includes(word));
};

class Picker {
  constructor({ id, items, many, change }) {
    Object.assign(this, { items, many, change });
    this.listId = uniqueId("choices");
    this.values = [];
    this.shown = [];
    this.at = -1;
    this.list = h("ul", { class: "st-choices", role: "listbox", id: this.listId, hidden: true });
    this.input = h("input", {
      type: "text", id, class: "st-input", role: "combobox", autocomplete: "off", "aria-expanded": "false",
      "aria-controls": this.listId, "aria-autocomplete": "list",
      onfocus: () => many || this.input.select(), onclick: () => this.open(), oninput: () => this.open(),
      onkeydown: (event) => this.key(event), onblur: () => this.left(),
    });
    this.chips = many ? h("ul", { class: "st-chips" }) : null;
    this.root = h("div", { class: "st-picker" }, this.chips, this.input, this.list);
  }

  find(value) {
    return this.items().find((item) => item.id === value);
  }

  labelOf(value) {
    const found = this.find(value);
    return found && found.text !== value ? `${found.text} ${value}` : value;
  }

  // --- the list -------------------------------------------------------------------------------------------
  open() {
    const words = this.input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const untouched = !this.many && this.values[0] && this.input.value === this.labelOf(this.values[0]);
    this.shown = this.items().filter((item) => !this.many || !this.values.includes(item.id))
      .filter((item) => untouched || matches(item, words)).slice(0, MOST_SHOWN);
    this.at = this.shown.length ? 0 : -1;
    const none = h("li", { class: "st-none", role: "option", "aria-disabled": "true" }, t("editor.no_match"));
    this.list.replaceChildren(...(this.shown.length ? this.shown.map((item, n) => this.choice(item, n)) : [none]));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.list.scrollIntoView({ block: "nearest" });
    this.point();
  }

  choice(item, n) {
    const choose = (event) => { event.preventDefault(); this.choose(item.id); };
    return h("li", { class: "st-choice", role: "option", id: `${this.listId}-${n}`, onmousedown: choose },
      h("span", {}, item.text), h("small", {}, item.id === item.text ? item.more ?? "" : item.id));
  }

  point() {
    [...this.list.children].forEach((one, n) => one.setAttribute("aria-selected", String(n === this.at)));
    if (this.at < 0) {
      this.input.removeAttribute("aria-activedescendant");
      return;
    }
    this.input.setAttribute("aria-activedescendant", `${this.listId}-${this.at}`);
    this.list.children[this.at].scrollIntoView({ block: "nearest" });
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  // --- values -----------------------------------------------------------------------------------------------
  choose(value) {
    this.values = this.many ? [...this.values, value] : [value];
    this.write();
    this.close();
    this.change(this.values);
  }

  drop(value) {
    this.values = this.values.filter((one) => one !== value);
    this.write();
    this.change(this.values);
    this.input.focus();
    this.close();
  }

  key(event) {
    const open = !this.list.hidden;
    if (event.key === "Escape" && open) {
      event.stopPropagation();
      this.write();
      this.close();
    } else if (event.key === "Backspace" && this.many && !this.input.value && this.values.length) {
      this.drop(this.values.at(-1));
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) { this.open(); return; }
      this.at = Math.min(Math.max(this.at + (event.key === "ArrowDown" ? 1 : -1), 0), this.shown.length - 1);
      this.point();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (open && this.at >= 0 && this.input.value.trim()) this.choose(this.shown[this.at].id);
    }
  }

  left() {
    this.close();
    if (!this.many && !this.input.value.trim() && this.values.length) {
      this.values = [];
      this.change(this.values);
    }
    this.write();
  }

  write() {
    if (!this.many) {
      this.input.value = this.values[0] ? this.labelOf(this.values[0]) : "";
      return;
    }
    this.input.value = "";
    this.chips.replaceChildren(...this.values.map((value) => this.chip(value)));
  }

  chip(value) {
    const found = this.find(value);
    const words = found && found.text !== value ? `${value} ${found.text}` : value;
    const remove = h("button", {
      type: "button", "aria-label": t("editor.remove_one", { what: value }), onclick: () => this.drop(value),
    }, "×");
    const kind = found ? "st-chip" : "st-chip st-unknown";
    return h("li", { class: kind, title: found?.more ?? found?.text ?? "" }, h("span", {}, words), remove);
  }

  busy() {
    return document.activeElement === this.input && !this.list.hidden;
  }

  show(given) {
    this.values = given.filter(Boolean);
    this.write();
  }
}

/**
 * @param options.items  () => [{id, text, more?}]: asked each time the list opens
 * @param options.many   several values
 * @param options.change (values: string[]) => void
 */
export function picker({ id, items, many = false, change }) {
  const made = new Picker({ id, items, many, change });
  return {
    root: made.root, input: made.input, busy: () => made.busy(), show: (values) => made.show(values),
  };
}
