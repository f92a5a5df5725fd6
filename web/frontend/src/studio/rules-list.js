// The deadline rules of the process as a plain list; below each, what the change means, counted by the server.
import { h, later, uniqueId } from "./dom.js";
import { choice, line, tick } from "./controls.js";
import { labelled as inCard } from "./form-card.js";
import { picker } from "./picker.js";
import { t } from "./words.js";

const UNITS = ["working_day", "calendar_day", "month", "same_day", "fixed_date", "given_date"];

export class RulesList {
  constructor(root, annex, office, diagram, preview) {
    Object.assign(this, { root, annex, office, diagram, preview });
    this.list = h("ul", { class: "st-cards" });
    root.append(h("p", { class: "st-note" }, t("editor.rules_note")), this.list);
    annex.onChange((what) => { if (what === "load") this.refresh(); });
  }

  /** Draw the list anew where the diagram's rules are others than those shown. */
  refresh(force = true) {
    const elements = this.diagram();
    const found = this.annex.rulesOf(elements).sort();
    const key = found.join(" ");
    if (!force && key === this.shown) return;
    this.shown = key;
    const ids = new Set(elements.map((one) => one.id));
    this.list.replaceChildren(...found.map((id) => this.card(id, this.annex.isHome(id, ids))));
    if (!found.length) this.list.append(h("li", { class: "st-note" }, t("editor.rules_none")));
  }

  open(id, part = "value") {
    this.refresh();
    const card = this.list.querySelector(`[data-rule="${CSS.escape(id)}"]`);
    card?.scrollIntoView({ block: "nearest" });
    (card?.querySelector(`[data-part="${CSS.escape(part)}"]`) ?? card?.querySelector("input, select"))?.focus();
  }

  card(id, home) {
    const rule = this.annex.rule(id);
    const counted = h("p", { class: "st-counted", "aria-live": "polite" });
    const restore = h("button", { type: "button", class: "button", onclick: () => {
      this.annex.restore("rules", id);
      place.replaceWith(this.card(id, home));
    } }, t("editor.restore"));
    const show = later(async () => {
      const html = await this.preview({ rule: id, entry: this.annex.rule(id) });
      if (html !== null) counted.innerHTML = html;
    }, 300);
    const change = (key) => (value) => {
      this.annex.put("rules", id, { act: (entry) => {
        if (value === undefined) delete entry[key];
        else entry[key] = value;
      } });
      restore.hidden = !this.annex.changed("rules", id);
      show();
    };
    restore.hidden = !this.annex.changed("rules", id);
    const parts = rule.unit ? this.parts(id, rule, change) : [h("p", { class: "st-note" }, t("editor.rule_uncounted"))];
    const place = h("li", { class: "st-card", data: { rule: id } },
      h("div", { class: "st-card-head" }, h("code", {}, id),
        h("b", {}, this.office.word("rules", id) ?? rule.title)),
      rule.quote_zh ? h("blockquote", { lang: "zh-Hans" }, rule.quote_zh) : null,
      home ? h("div", { class: "st-grid" }, parts) : h("p", { class: "st-note" }, t("editor.rule_elsewhere")),
      counted, h("div", { class: "st-inline" }, home ? restore : null));
    if (rule.unit) show();
    return place;
  }

  parts(name, rule, change) {
    const labelled = (key, made, value) => inCard(`editor.rule_${key}`, made, value, key);
    const id = () => uniqueId("st-rule");
    const title = line(id(), change("title"));
    const number = (value) => {
      const before = this.annex.rule(name).value;
      change("value")(/^-?\d+$/.test(value) ? Number(value) : value === "" ? undefined : value);
      const told = title.input.value.replace(new RegExp(`(^|\\D)${before}(?!\\d)`), `$1${value}`);
      if (/^\d+$/.test(value) && told !== title.input.value) { title.show(told); change("title")(told); }
    };
    const items = () => this.office.items("clauses");
    const clauses = picker({ id: id(), items, many: true, change: change("rule_ids") });
    clauses.show(rule.rule_ids ?? []);
    return [
      h("div", { class: "st-wide" }, labelled("title", title, rule.title)),
      labelled("value", line(id(), number, { inputmode: "numeric" }), rule.value),
      labelled("unit", choice(id(), change("unit"), UNITS.map((one) => [one, t(`editor.u_${one}`)])), rule.unit),
      labelled("until", line(id(), (day) => change("until")(day || undefined), { placeholder: "03-31" }), rule.until),
      labelled("roll", tick(id(), (yes) => change("roll")(yes ? undefined : false), t("editor.rule_roll")),
        rule.roll !== false),
      h("div", { class: "st-wide" },
        h("label", { class: "st-part", for: clauses.input.id }, h("span", {}, t("editor.rule_clauses"))), clauses.root),
    ];
  }
}
