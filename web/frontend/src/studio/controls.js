// One control a kind of field. Each keeps its own element, so what is being typed is never thrown away.
import { h, later, splitList, uniqueId } from "./dom.js";
import { picker } from "./picker.js";
import { t } from "./words.js";

const PAUSE = 400;
const ID = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/;

function written(element, change, id) {
  const commit = later(() => change(element.value), PAUSE);
  element.id = id;
  element.addEventListener("input", () => commit());
  element.addEventListener("change", () => commit.flush());
  return {
    root: element, input: element,
    busy: () => document.activeElement === element || commit.waiting(),
    show: (value) => { if (element.value !== String(value)) element.value = value; },
    flush: () => commit.flush(),
  };
}

const line = (id, change, more = {}) => written(h("input", { type: "text", class: "st-input", ...more }), change, id);
const area = (id, change) => written(h("textarea", { class: "st-input", rows: "3" }), change, id);
const code = (id, change) =>
  written(h("textarea", { class: "st-input st-code", rows: "2", spellcheck: "false" }), change, id);

function tick(id, change, label) {
  const input = h("input", { type: "checkbox", id, onchange: () => change(input.checked) });
  return { root: h("label", { class: "st-tick", for: id }, input, h("span", {}, label)), input, bare: true,
    busy: () => false, show: (value) => { input.checked = Boolean(value); } };
}

function choice(id, change, choices) {
  const input = h("select", { class: "st-input", id, onchange: () => change(input.value) },
    choices.map(([value, text]) => h("option", { value }, text)));
  return { root: input, input, busy: () => false, show: (value) => { input.value = value; } };
}

function identifier(id, change, taken) {
  const wrong = h("p", { class: "st-wrong", role: "alert", hidden: true });
  let kept = "";
  const input = h("input", { type: "text", class: "st-input st-code", id, onchange: () => {
    const value = input.value.trim();
    const problem = !ID.test(value) ? "editor.id_wrong" : value !== kept && taken(value) ? "editor.id_taken" : "";
    wrong.textContent = problem ? t(problem, { id: value }) : "";
    wrong.hidden = !problem;
    if (!problem && value !== kept) { kept = value; change(value); }
  } });
  return { root: h("div", {}, input, wrong), input, busy: () => document.activeElement === input || !wrong.hidden,
    show: (value) => { kept = value; input.value = value; } };
}

/** Make the control of a field; `office` gives vocabularies and says which ids are taken. */
export function controlFor(field, office, change) {
  const id = uniqueId("st-field");
  const label = t(`editor.f_${field.key}`);
  const items = () => office.items(field.from);
  switch (field.kind) {
    case "area": return { id, ...area(id, change) };
    case "code": return { id, ...code(id, change) };
    case "tick": return { id, ...tick(id, change, label) };
    case "choice": return { id, ...choice(id, change, field.choices.map((one) => [one, t(`editor.c_${one}`)])) };
    case "id": return { id, ...identifier(id, change, office.isTaken) };
    case "one": {
      const one = picker({ id, items, change: ([value = ""]) => change(value) });
      return { id, ...shown(one, (value) => [value]) };
    }
    case "many": {
      const many = picker({ id, items, many: true, change: (values) => change(values.join(" ")) });
      return { id, ...shown(many, splitList) };
    }
    default: return { id, ...line(id, change) };
  }
}

const shown = (made, split) => ({ ...made, show: (value) => made.show(split(value)) });

/** A control with its label and what stands below it. */
export function row(field, control, extra) {
  const label = control.bare ? null : h("label", { for: control.id }, t(`editor.f_${field.key}`));
  return h("div", { class: "st-row", data: { field: field.key } }, label, control.root, extra);
}

export { area, choice, code, line, tick };
