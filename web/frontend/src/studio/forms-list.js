// The fields of a form as a plain list, with the form itself drawn beside it by the server.
import { h, later, uniqueId } from "./dom.js";
import { picker } from "./picker.js";
import { choice, line, tick } from "./controls.js";
import { t } from "./words.js";

const TYPES = ["text", "longtext", "bool", "enum", "multi", "int", "money", "date", "datetime", "user"];
const CHOICES = ["enum", "multi"];
const NAME = /^[a-z][a-z0-9_]{0,63}$/;

export class FormsList {
  constructor(root, annex, office, preview) {
    Object.assign(this, { root, annex, office, preview });
    this.id = "";
    this.choose = picker({ id: uniqueId("st-form"), items: () => office.items("forms"), change: ([id = ""]) => this.open(id) });
    this.place = h("div", {});
    this.shown = h("div", { class: "st-preview" });
    this.draw = later(() => this.drawPreview(), 500);
    root.append(
      h("div", { class: "st-row" }, h("label", { for: this.choose.input.id }, t("editor.form_which")), this.choose.root),
      this.place, this.shown);
    annex.onChange((what) => { if (what === "load") this.open(this.id); else if (what === "forms") this.draw(); });
  }

  open(id, name = "") {
    this.id = id;
    this.choose.show([id]);
    const entry = id ? this.annex.form(id) : null;
    this.shown.replaceChildren();
    if (!entry) {
      const make = () => h("button", { type: "button", class: "button", onclick: () => this.create(id) }, t("editor.form_make", { id }));
      this.place.replaceChildren(h("p", { class: "st-note" }, t(id ? "editor.form_unknown" : "editor.form_none")), ...(id ? [make()] : []));
      return;
    }
    this.list = h("ol", { class: "st-cards" });
    this.place.replaceChildren(this.titles(entry), this.list, this.adder(), this.footer());
    this.rows();
    this.draw();
    const card = name && this.list.querySelector(`[data-name="${CSS.escape(name)}"]`);
    if (card) { card.scrollIntoView({ block: "nearest" }); card.querySelector("input").focus(); }
  }

  create(id, title = "") {
    this.annex.put("forms", id, { start: { title_zh: title || id, title_en: title || id, fields: [] }, act: () => {} });
    this.open(id);
  }

  change(act) {
    this.annex.put("forms", this.id, { act });
    this.place.querySelector("[data-restore]")?.toggleAttribute("hidden", !this.restorable());
  }

  restorable() {
    return this.annex.changed("forms", this.id) && this.id in this.office.entries.forms;
  }

  titles(entry) {
    return h("div", { class: "st-inline" }, ...["title_zh", "title_en"].map((key) => {
      const made = line(uniqueId("st-title"), (value) => this.change((form) => { form[key] = value; }), { "aria-label": t(`editor.form_${key}`), placeholder: t(`editor.form_${key}`) });
      made.show(entry[key] ?? "");
      return made.root;
    }));
  }

  footer() {
    return h("div", { class: "st-inline" },
      h("button", { type: "button", class: "button", hidden: !this.restorable(), data: { restore: "" },
        onclick: () => { this.annex.restore("forms", this.id); this.open(this.id); } }, t("editor.restore")));
  }

  adder() {
    const name = h("input", { type: "text", class: "st-input st-code", "aria-label": t("editor.field_name"), placeholder: t("editor.field_name") });
    const wrong = h("p", { class: "st-wrong", role: "alert", hidden: true });
    const add = () => {
      const key = name.value.trim();
      const taken = this.annex.form(this.id).fields.some((one) => one.name === key);
      const problem = taken ? "editor.field_taken" : NAME.test(key) ? "" : "editor.v_wrong";
      wrong.textContent = problem ? t(problem) : "";
      wrong.hidden = !problem;
      if (problem) return;
      this.change((form) => form.fields.push({ name: key, zh: key, en: key, type: "text", required: false }));
      name.value = "";
      this.rows();
      this.list.lastElementChild.querySelector("[data-part=zh]").select();
    };
    return h("div", {}, h("div", { class: "st-inline" }, name,
      h("button", { type: "button", class: "button", onclick: add }, t("editor.field_add"))), wrong);
  }

  rows() {
    const { fields } = this.annex.form(this.id);
    this.list.replaceChildren(...fields.map((field, n) => this.card(field, n, fields.length)));
  }

  card(field, n, count) {
    const set = (act) => this.change((form) => act(form.fields.find((one) => one.name === field.name)));
    const put = (key) => (value) => set((one) => { if (value === "" || value === undefined) delete one[key]; else one[key] = value; });
    const labelled = (key, made, value, part) => {
      made.show(value ?? "");
      if (part) made.input.dataset.part = part;
      return made.bare ? made.root : h("label", { class: "st-part" }, h("span", {}, t(`editor.field_${key}`)), made.root);
    };
    const id = () => uniqueId("st-part");
    const known = TYPES.includes(field.type);
    const type = choice(id(), (value) => {
      set((one) => { one.type = value; delete one.example; if (CHOICES.includes(value)) one.options ??= ["YES", "NO"]; else delete one.options; });
      this.rows();
    }, (known ? TYPES : [field.type, ...TYPES]).map((one) => [one, t(`editor.t_${one}`)]));
    const move = (by) => () => {
      this.change((form) => { const [one] = form.fields.splice(n, 1); form.fields.splice(n + by, 0, one); });
      this.rows();
    };
    const button = (sign, words, onclick, disabled) => h("button", { type: "button", class: "st-icon", "aria-label": t(words, { what: field.zh }), title: t(words, { what: field.zh }), onclick, disabled }, sign);
    const required = typeof field.required === "string"
      ? labelled("required_if", line(id(), put("required")), field.required)
      : labelled("required", tick(id(), (yes) => set((one) => { one.required = yes; }), t("editor.field_required")), field.required);
    return h("li", { class: "st-card", data: { name: field.name } },
      h("div", { class: "st-card-head" }, h("code", {}, field.name), button("↑", "editor.up", move(-1), n === 0), button("↓", "editor.down", move(1), n === count - 1),
        button("×", "editor.remove_one", () => { this.remove(field.name); this.rows(); })),
      h("div", { class: "st-grid" },
        labelled("zh", line(id(), put("zh")), field.zh, "zh"), labelled("en", line(id(), put("en")), field.en, "en"),
        labelled("type", type, field.type, "type"),
        CHOICES.includes(field.type) && !field.set ? labelled("options", line(id(), (value) => put("options")(value.split(/\s+/).filter(Boolean))), (field.options ?? []).join(" "), "options") : null,
        field.type === "list" ? null : labelled("example", line(id(), (value) => put("example")(typed(field.type, value))), shownExample(field.example), "example")),
      h("div", { class: "st-inline" }, required,
        labelled("routing", tick(id(), (yes) => set((one) => { if (yes) one.routing = true; else delete one.routing; }), t("editor.field_routing")), field.routing),
        field.item ? h("small", {}, t("editor.field_columns", { what: field.item.map((one) => one.zh).join("、") })) : null));
  }

  remove(name) {
    this.change((form) => {
      form.fields = form.fields.filter((one) => one.name !== name);
      for (const group of form.groups ?? []) group.fields = group.fields.filter((one) => one !== name);
    });
  }

  async drawPreview() {
    const { id } = this;
    if (!id || !this.annex.form(id)) return;
    const html = await this.preview({ form: id, entry: this.annex.form(id) });
    if (id === this.id && html !== null) this.shown.innerHTML = html;
  }
}

function typed(type, text) {
  if (type === "bool") return text === "true" ? true : text === "false" ? false : undefined;
  if (type === "int") return /^-?\d+$/.test(text) ? Number(text) : undefined;
  if (type === "multi") return text.split(/\s+/).filter(Boolean);
  return text;
}

const shownExample = (example) => (Array.isArray(example) ? example.join(" ") : example === undefined ? "" : String(example));

