// What the gate says of the draft as it was saved: at the element, and as a list with the way out.
import { h } from "./dom.js";
import { post } from "./server.js";
import { t } from "./words.js";

const TYPE = "finding";
/** How long a draft rests before the second interpreter walks through it (milliseconds). */
const REST = 3000;

export class Findings {
  constructor(root, tab, modeler, url, jump) {
    Object.assign(this, { root, tab, modeler, url, jump });
    this.found = [];
    this.asked = 0;
    this.heard = true;
    root.append(h("p", { class: "st-note" }, t("editor.checking")));
  }

  async check() {
    const asked = (this.asked += 1);
    clearTimeout(this.later);
    await this.ask(asked, this.url);
    if (asked === this.asked && !this.heard) {
      this.later = setTimeout(() => this.ask(asked, `${this.url}?wait=1`), REST);
    }
  }

  async ask(asked, url) {
    let answer;
    try {
      answer = await post(url);
    } catch (refusal) {
      this.root.replaceChildren(h("p", { class: "st-wrong" }, refusal.message));
      return;
    }
    if (asked !== this.asked) return;
    this.found = answer.findings;
    this.heard = answer.heard;
    this.list();
    this.mark();
  }

  /** What a finding is about, in words: the step, or the form or rule and the part of it. */
  where({ element, place }) {
    if (place) return place.split(".").slice(1).join(" · ");
    const found = this.modeler.get("elementRegistry").get(element);
    return found?.businessObject?.name || element || t("editor.whole");
  }

  list() {
    const errors = this.found.filter((one) => one.severity === "error").length;
    const waits = !errors && !this.heard;
    this.tab.textContent = errors ? String(errors) : waits ? "…" : this.found.length ? "!" : "✓";
    this.tab.dataset.state = errors ? "bad" : waits || this.found.length ? "warn" : "good";
    this.tab.setAttribute("aria-label", waits ? t("editor.unheard") : t("editor.found", { n: errors }));
    const head = waits ? h("p", { class: "st-note" }, t("editor.unheard"))
      : this.found.length ? null : h("p", { class: "st-good" }, t("editor.clean"));
    const lines = this.found.map((one) => this.line(one));
    this.root.replaceChildren(...[head, lines.length ? h("ul", { class: "st-findings" }, lines) : null].filter(Boolean));
  }

  line(one) {
    const where = h("span", { class: "st-where" }, this.where(one),
      one.line ? h("small", {}, t("editor.line", { n: one.line })) : null);
    const open = { type: "button", class: "st-finding", data: { element: one.element }, onclick: () => this.jump(one) };
    return h("li", { data: { severity: one.severity, rule: one.rule } },
      h("button", open, where, h("span", {}, one.text)), one.way ? h("p", { class: "st-way" }, one.way) : null);
  }

  mark() {
    const overlays = this.modeler.get("overlays");
    const canvas = this.modeler.get("canvas");
    const registry = this.modeler.get("elementRegistry");
    overlays.remove({ type: TYPE });
    registry.forEach(({ id }) => { canvas.removeMarker(id, "st-bad"); canvas.removeMarker(id, "st-warn"); });
    const told = new Map();
    for (const one of this.found) {
      if (registry.get(one.element)) told.set(one.element, [...(told.get(one.element) ?? []), one]);
    }
    for (const [id, all] of told) {
      const element = registry.get(id);
      if (element === canvas.getRootElement()) continue;
      const bad = all.some((one) => one.severity === "error");
      canvas.addMarker(id, bad ? "st-bad" : "st-warn");
      const html = h("button", {
        type: "button", class: "st-flag", data: { state: bad ? "bad" : "warn" },
        title: all.map((one) => one.text).join("\n"),
        "aria-label": t("editor.found_at", { what: this.where(all[0]), n: all.length }),
        onclick: () => this.jump(all[0]),
      }, "!");
      const position = element.waypoints ? middle(element) : { top: -12, left: -12 };
      overlays.add(id, TYPE, { position, html, show: { minZoom: 0.2 } });
    }
  }
}

// Overlays of a connection count from the corner of its bounding box.
function middle({ waypoints }) {
  const left = Math.min(...waypoints.map(({ x }) => x));
  const top = Math.min(...waypoints.map(({ y }) => y));
  const half = Math.floor((waypoints.length - 1) / 2);
  const [a, b] = [waypoints[half], waypoints[half + 1]];
  return { left: (a.x + b.x) / 2 - left - 10, top: (a.y + b.y) / 2 - top - 10 };
}
