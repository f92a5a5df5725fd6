// The forms and deadline rules a version brings with it, beside the drawing: only what differs from what ships.
import { splitList } from "./dom.js";

const copy = (value) => JSON.parse(JSON.stringify(value));

export class Annex {
  constructor(office) {
    this.office = office;
    this.forms = {};
    this.rules = {};
    this.listeners = [];
  }

  load(text) {
    const given = JSON.parse(text || "{}");
    this.forms = given.forms ?? {};
    this.rules = given.rules ?? {};
    this.told("load");
  }

  text() {
    const kept = {};
    if (Object.keys(this.forms).length) kept.forms = this.forms;
    if (Object.keys(this.rules).length) kept.rules = this.rules;
    return JSON.stringify(kept);
  }

  onChange(listener) {
    this.listeners.push(listener);
  }

  told(what) {
    this.listeners.forEach((listener) => listener(what));
  }

  /** An entry as it would be in force: the draft's own, else what ships. */
  form(id) {
    return this.forms[id] ?? this.office.entries.forms[id] ?? null;
  }

  rule(id) {
    return this.rules[id] ?? this.office.entries.rules[id] ?? null;
  }

  /** Change an entry; where it comes to equal what ships, the draft keeps no copy. */
  put(kind, id, change) {
    const entry = copy(this[kind][id] ?? this.office.entries[kind][id] ?? change.start);
    change.act(entry);
    const shipped = this.office.entries[kind][id];
    if (shipped && JSON.stringify(shipped) === JSON.stringify(entry)) delete this[kind][id];
    else this[kind][id] = entry;
    this.told(kind);
  }

  restore(kind, id) {
    delete this[kind][id];
    this.told(kind);
  }

  changed(kind, id) {
    return id in this[kind];
  }

  /** Rules whose words stand in a diagram: named by its steps, or opened and met there. */
  rulesOf(elements) {
    const named = new Set(elements.flatMap((one) => splitList(one.deadlines)));
    const ids = new Set(elements.map((one) => one.id));
    return Object.keys({ ...this.office.entries.rules, ...this.rules }).filter((id) => {
      const rule = this.rule(id);
      return named.has(id) || ids.has(rule.met_by) || (rule.opens ?? []).some((one) => ids.has(one.element));
    });
  }

  /** Whether this process may change a rule: its home is where it is met, else where it opens. */
  isHome(id, ids) {
    const rule = this.rule(id);
    return rule.met_by ? ids.has(rule.met_by) : (rule.opens ?? []).some((one) => ids.has(one.element));
  }
}
