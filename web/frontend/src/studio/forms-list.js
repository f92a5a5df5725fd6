// The fields of a form as a plain list, with the form itself drawn beside it by the server.
import { line } from "./controls.js";
import { h, later, uniqueId } from "./dom.js";
import { formCard } from "./form-card.js";
import { adder } from "./form-columns.js";
import { picker } from "./picker.js";
import { t } from "./words.js";

const button = (text, onclick, more = {}) => h("button", { type: "button", class: "button", onclick, ...more }, text);

export class FormsList {
  constructor(root, annex, office, preview) {
    Object.assign(this, { root, annex, office, preview });
    this.id = "";
    this.choose = picker({
      id: uniqueId("st-form"), items: () => office.items("forms"), change: ([id = ""]) => this.open(id),
    });
    this.place = h("div", {});
    this.shown = h("div", { class: "st-preview" });
    this.draw = later(() => this.drawPreview(), 500);
    const label = h("label", { for: this.choose.input.id }, t("editor.form_which"));
    root.append(h("div", { class: "st-row" }, label, this.choose.root), this.place, this.shown);
    annex.onChange((what) => {
      if (what === "load") this.open(this.id);
      else if (what === "forms") this.draw();
    });
  }

  open(id, name = "") {
    this.id = id;
    this.choose.show([id]);
    this.shown.replaceChildren();
    const entry = id ? this.annex.form(id) : null;
    if (!entry) {
      const make = id ? [button(t("editor.form_make", { id }), () => this.create(id))] : [];
      const note = t(id ? "editor.form_unknown" : "editor.form_none");
      this.place.replaceChildren(h("p", { class: "st-note" }, note), ...make);
      return;
    }
    this.list = h("ol", { class: "st-cards" });
    this.place.replaceChildren(this.titles(entry), this.list, this.adder(), this.footer());
    this.rows();
    this.draw();
    const card = name && this.list.querySelector(`[data-name="${CSS.escape(name)}"]`);
    card?.scrollIntoView?.({ block: "nearest" });
    card?.querySelector?.("input")?.focus();
  }

  create(id, title = "") {
    const start = { title_zh: title || id, title_en: title || id, fields: [] };
    this.annex.put("forms", id, { start, act: () => {} });
    this.open(id);
  }

  change(act) {
    this.annex.put("forms", this.id, { act });
    this.place.querySelector("[data-restore]").toggleAttribute("hidden", !this.restorable());
  }

  restorable() {
    return this.annex.changed("forms", this.id) && this.id in this.office.entries.forms;
  }

  titles(entry) {
    return h("div", { class: "st-inline" }, ["title_zh", "title_en"].map((key) => {
      const words = t(`editor.form_${key}`);
      const change = (value) => this.change((form) => { form[key] = value; });
      const made = line(uniqueId("st-title"), change, { "aria-label": words, placeholder: words });
      made.show(entry[key] ?? "");
      return made.root;
    }));
  }

  footer() {
    const restore = () => { this.annex.restore("forms", this.id); this.open(this.id); };
    return h("div", { class: "st-inline" },
      button(t("editor.restore"), restore, { hidden: !this.restorable(), data: { restore: "" } }));
  }

  adder() {
    const taken = (key) => this.annex.form(this.id).fields.some((one) => one.name === key);
    return adder(t("editor.field_name"), taken, (field) => {
      this.change((form) => form.fields.push(field));
      this.rows();
      this.list.lastElementChild.querySelector("[data-part=zh]").select();
    });
  }

  rows() {
    const { fields } = this.annex.form(this.id);
    this.list.replaceChildren(...fields.map((field, n) =>
      formCard(field, this.acts(field.name, n), {
        first: n === 0, last: n === fields.length - 1, siblings: fields, office: this.office,
      })));
  }

  acts(name, n) {
    return {
      redraw: () => this.rows(),
      set: (act) => this.change((form) => act(form.fields.find((one) => one.name === name))),
      move: (by) => {
        this.change((form) => {
          const [one] = form.fields.splice(n, 1);
          form.fields.splice(n + by, 0, one);
        });
        this.rows();
      },
      remove: () => {
        this.change((form) => {
          form.fields = form.fields.filter((one) => one.name !== name);
          for (const group of form.groups ?? []) group.fields = group.fields.filter((one) => one !== name);
        });
        this.rows();
      },
    };
  }

  async drawPreview() {
    const { id } = this;
    if (!id || !this.annex.form(id)) return;
    const html = await this.preview({ form: id, entry: this.annex.form(id) });
    if (id === this.id && html !== null) this.shown.innerHTML = html;
  }
}
