// When a field is asked: always, only where another field has one answer, or as an expression says.
import { choice, code } from "./controls.js";
import { h, uniqueId } from "./dom.js";
import { codesOf, saidOf } from "./form-choices.js";
import { t } from "./words.js";

const SIMPLE = /^([a-z][a-z0-9_]*) == (true|false|"[A-Z0-9_-]+")$/;
const HAS = /^("[A-Z0-9_-]+") in ([a-z][a-z0-9_]*)$/;
const ALWAYS = "", OTHERWISE = "*";

/** Read an expression of the simple kind: {name, value}; null for any other. */
export function simple(text) {
  const [, name, value] = SIMPLE.exec(text) ?? [];
  if (name) return { name, value };
  const [, given, list] = HAS.exec(text) ?? [];
  return list ? { name: list, value: given } : null;
}

function answers(field, office) {
  if (field.type === "bool") return [["true", t("editor.answer_yes")], ["false", t("editor.answer_no")]];
  return codesOf(field, office).map((one) => [`"${one}"`, saidOf(field, one, office)]);
}

const written = (field, value) => (field.type === "multi" ? `${value} in ${field.name}` : `${field.name} == ${value}`);

/** Draw when a field is asked; `context` is {field, acts, office, siblings, put, labelled}. */
export function when({ field, acts, office, siblings, put, labelled }) {
  const asked = siblings.filter((one) => one.name !== field.name && ["bool", "enum", "multi"].includes(one.type)
    && answers(one, office).length);
  const now = simple(field.show_if ?? "");
  const on = now && asked.find((one) => one.name === now.name);
  const of = field.show_if ? (on ? on.name : OTHERWISE) : ALWAYS;
  const others = field.show_if && !on ? [[OTHERWISE, t("editor.when_expression")]] : [];
  const fields = [[ALWAYS, t("editor.when_always")], ...others,
    ...asked.map((one) => [one.name, t("editor.when_field", { what: office.inLanguage(one) })])];
  const choose = (name) => {
    const other = asked.find((one) => one.name === name);
    put("show_if")(other ? written(other, answers(other, office)[0][0]) : name === OTHERWISE ? field.show_if : "");
    acts.redraw();
  };
  const parts = [labelled("editor.field_show_if", choice(uniqueId("st-part"), choose, fields), of, "when")];
  if (on) {
    const pick = choice(uniqueId("st-part"), (value) => put("show_if")(written(on, value)), answers(on, office));
    parts.push(labelled("editor.when_is", pick, now.value, "when-is"));
  } else if (field.show_if) {
    const text = code(uniqueId("st-part"), put("show_if"));
    parts.push(labelled("editor.when_expression", text, field.show_if, "when-text"));
  }
  return h("div", { class: "st-grid st-wide" }, ...parts);
}
