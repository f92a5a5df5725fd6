// One field of a form in the list, or one column of a list: names, type, choices, example, when and whether asked.
import { choice, line, tick } from "./controls.js";
import { h, splitList, uniqueId } from "./dom.js";
import { choices } from "./form-choices.js";
import { columns } from "./form-columns.js";
import { when } from "./form-when.js";
import { t } from "./words.js";

const TYPES = ["text", "longtext", "bool", "enum", "multi", "int", "money", "date", "datetime", "user"];
const CHOICES = ["enum", "multi"];
const DATES = ["date", "datetime"];
/** What a type brings; all of it goes when the type changes. */
const OF_TYPE = ["example", "set", "options", "labels", "item", "future", "of", "min_rows"];

/** A control with its label; `value` is shown, `part` names it for who looks for it. */
export function labelled(words, made, value, part) {
  made.show(value ?? "");
  if (part) made.input.dataset.part = part;
  return made.bare ? made.root : h("label", { class: "st-part" }, h("span", {}, t(words)), made.root);
}

function typed(type, text) {
  if (type === "bool") return text === "true" ? true : text === "false" ? false : undefined;
  if (type === "int") return /^-?\d+$/.test(text) ? Number(text) : undefined;
  if (type === "multi") return splitList(text);
  return text;
}

const shown = (example) => (Array.isArray(example) ? example.join(" ") : String(example ?? ""));

class FormCard {
  constructor(field, acts, office, siblings, column) {
    Object.assign(this, { field, acts, office, siblings, column, labelled });
    this.put = this.put.bind(this);
  }

  /** A change of one key; an empty value takes the key away. */
  put(key) {
    return (value) => this.acts.set((one) => {
      if (value === "" || value === undefined) delete one[key];
      else one[key] = value;
    });
  }

  line(key, value, read = (text) => text) {
    const change = (text) => this.put(key)(read(text));
    return labelled(`editor.field_${key}`, line(uniqueId("st-part"), change), value, key);
  }

  type() {
    const { field, acts } = this;
    const change = (value) => {
      acts.set((one) => {
        const kept = CHOICES.includes(value) && CHOICES.includes(one.type) ? ["set", "options", "labels"] : [];
        for (const key of OF_TYPE) if (!kept.includes(key)) delete one[key];
        one.type = value;
        if (CHOICES.includes(value) && !one.set) one.options ??= ["YES", "NO"];
        if (value === "list") one.item = [{ name: "item", zh: "内容", en: "Item", type: "text", required: true }];
        if (value === "user") one.of = this.office.items("roles")[0]?.id;
      });
      acts.redraw();
    };
    const offered = this.column ? TYPES : [...TYPES, "list"];
    const types = offered.includes(field.type) ? offered : [field.type, ...offered];
    const control = choice(uniqueId("st-part"), change, types.map((one) => [one, t(`editor.t_${one}`)]));
    return labelled("editor.field_type", control, field.type, "type");
  }

  required() {
    const { field, acts } = this;
    if (typeof field.required === "string") {
      return labelled("editor.field_required_if", line(uniqueId("st-part"), this.put("required")), field.required);
    }
    const change = (yes) => acts.set((one) => { one.required = yes; });
    return labelled("", tick(uniqueId("st-part"), change, t("editor.field_required")), field.required);
  }

  routing() {
    const change = (yes) => this.put("routing")(yes || undefined);
    return labelled("", tick(uniqueId("st-part"), change, t("editor.field_routing")), this.field.routing);
  }

  future() {
    const change = (yes) => this.put("future")(yes || undefined);
    return labelled("", tick(uniqueId("st-part"), change, t("editor.field_future")), this.field.future, "future");
  }

  role() {
    const roles = this.office.items("roles").map(({ id, text }) => [id, text]);
    return labelled("editor.field_of", choice(uniqueId("st-part"), this.put("of"), roles), this.field.of, "of");
  }

  columns() {
    const card = (field, acts, first, last, siblings) =>
      formCard(field, acts, { first, last, siblings, office: this.office, column: true });
    return columns(this.field, this.acts, card);
  }

  button(sign, words, onclick, disabled = false) {
    const told = t(words, { what: this.field.zh });
    return h("button", { type: "button", class: "st-icon", "aria-label": told, title: told, onclick, disabled }, sign);
  }

  draw(first, last) {
    const { field, acts } = this;
    return h("li", { class: "st-card", data: { name: field.name } },
      h("div", { class: "st-card-head" }, h("code", {}, field.name),
        this.button("↑", "editor.up", () => acts.move(-1), first),
        this.button("↓", "editor.down", () => acts.move(1), last),
        this.button("×", "editor.remove_one", acts.remove)),
      h("div", { class: "st-grid" }, this.line("zh", field.zh), this.line("en", field.en), this.type(),
        field.type !== "list" && this.line("example", shown(field.example), (text) => typed(field.type, text)),
        field.type === "user" && this.role(), CHOICES.includes(field.type) && choices(this), when(this),
        field.type === "list" && this.columns()),
      h("div", { class: "st-inline" }, this.required(), !this.column && this.routing(),
        DATES.includes(field.type) && this.future()));
  }
}

/** Draw the card of a field or column; `acts` are {set, move, remove, redraw}. */
export const formCard = (field, acts, { first, last, siblings, office, column = false }) =>
  new FormCard(field, acts, office, siblings, column).draw(first, last);
