// One field of a form in the list: its names, type, options, example, and whether it must be answered.
import { choice, line, tick } from "./controls.js";
import { h, splitList, uniqueId } from "./dom.js";
import { t } from "./words.js";

const TYPES = ["text", "longtext", "bool", "enum", "multi", "int", "money", "date", "datetime", "user"];
const CHOICES = ["enum", "multi"];

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
  constructor(field, acts) {
    Object.assign(this, { field, acts });
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
        one.type = value;
        delete one.example;
        if (CHOICES.includes(value)) one.options ??= ["YES", "NO"];
        else delete one.options;
      });
      acts.redraw();
    };
    const types = TYPES.includes(field.type) ? TYPES : [field.type, ...TYPES];
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

  button(sign, words, onclick, disabled = false) {
    const told = t(words, { what: this.field.zh });
    return h("button", { type: "button", class: "st-icon", "aria-label": told, title: told, onclick, disabled }, sign);
  }

  draw(first, last) {
    const { field, acts } = this;
    const options = CHOICES.includes(field.type) && !field.set;
    const columns = field.item?.map((one) => one.zh).join("、");
    return h("li", { class: "st-card", data: { name: field.name } },
      h("div", { class: "st-card-head" }, h("code", {}, field.name),
        this.button("↑", "editor.up", () => acts.move(-1), first),
        this.button("↓", "editor.down", () => acts.move(1), last),
        this.button("×", "editor.remove_one", acts.remove)),
      h("div", { class: "st-grid" }, this.line("zh", field.zh), this.line("en", field.en), this.type(),
        options && this.line("options", (field.options ?? []).join(" "), splitList),
        field.type !== "list" && this.line("example", shown(field.example), (text) => typed(field.type, text))),
      h("div", { class: "st-inline" }, this.required(), this.routing(),
        columns && h("small", {}, t("editor.field_columns", { what: columns }))));
  }
}

/** Draw the card of a field; `acts` are {set, move, remove, redraw}. */
export const formCard = (field, acts, first, last) => new FormCard(field, acts).draw(first, last);
