// The columns of a list: cards like those of a form, one level in.
import { h } from "./dom.js";
import { t } from "./words.js";

const NAME = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;

/** A line to add a field or column by its name; `taken` tells which names there are, `add` adds one. */
export function adder(words, taken, add) {
  const name = h("input", { type: "text", class: "st-input st-code", "aria-label": words, placeholder: words });
  const wrong = h("p", { class: "st-wrong", role: "alert", hidden: true });
  const act = () => {
    const key = name.value.trim();
    const problem = taken(key) ? "editor.field_taken" : NAME.test(key) && key.length <= 40 ? "" : "editor.v_wrong";
    wrong.textContent = problem ? t(problem) : "";
    wrong.hidden = !problem;
    if (problem) return;
    name.value = "";
    add({ name: key, zh: key, en: key, type: "text", required: false });
  };
  const button = h("button", { type: "button", class: "button", onclick: act }, t("editor.field_add"));
  return h("div", {}, h("div", { class: "st-inline" }, name, button), wrong);
}

function actsOf(name, n, acts) {
  return {
    redraw: acts.redraw,
    set: (act) => acts.set((list) => act(list.item.find((one) => one.name === name))),
    move: (by) => {
      acts.set((list) => {
        const [one] = list.item.splice(n, 1);
        list.item.splice(n + by, 0, one);
      });
      acts.redraw();
    },
    remove: () => {
      acts.set((list) => { list.item = list.item.filter((one) => one.name !== name); });
      acts.redraw();
    },
  };
}

/** Draw the columns of a list; `card` draws one of them. */
export function columns(field, acts, card) {
  const { item = [] } = field;
  const add = (one) => { acts.set((list) => { list.item = [...(list.item ?? []), one]; }); acts.redraw(); };
  return h("div", { class: "st-wide", data: { part: "columns" } }, h("p", { class: "st-note" }, t("editor.columns")),
    h("ol", { class: "st-cards" }, ...item.map((one, n) =>
      card(one, actsOf(one.name, n, acts), n === 0, n === item.length - 1, item))),
    adder(t("editor.column_name"), (key) => item.some((one) => one.name === key), add));
}
