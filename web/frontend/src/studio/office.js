// The vocabularies of the office as the server gives them, and those that the diagram itself holds.
import { is } from "bpmn-js/lib/util/ModelUtil";

export class Office {
  constructor(given) {
    this.lists = given.lists;
    this.entries = given.entries;
    this.codes = given.codes; // code -> {zh, en}
    this.sets = given.sets; // code set -> its codes
    this.annex = null;
    this.modeler = null;
  }

  items(name) {
    if (name === "tasks") return this.tasks();
    if (name === "forms") return this.withAnnex("forms", (entry) => this.said(entry, "title"));
    if (name === "rules") return this.withAnnex("rules", (entry) => entry.title);
    return this.lists[name] ?? [];
  }

  get language() {
    return document.documentElement.lang.toLowerCase().startsWith("en") ? "en" : "zh";
  }

  said(entry, key) {
    return entry[`${key}_${this.language}`];
  }

  /** Of something with a name in both languages, that of the page. */
  inLanguage(named) {
    return named[this.language];
  }

  members(set) {
    return this.sets[set] ?? [];
  }

  withAnnex(kind, titled) {
    const known = this.lists[kind];
    const own = Object.entries(this.annex?.[kind] ?? {}).map(([id, entry]) => ({ id, text: titled(entry) || id }));
    const fresh = new Set(own.map(({ id }) => id));
    return [...own, ...known.filter(({ id }) => !fresh.has(id))];
  }

  word(name, id) {
    return this.items(name).find((one) => one.id === id)?.text;
  }

  tasks() {
    return this.modeler.get("elementRegistry").filter((one) => is(one, "bpmn:UserTask"))
      .map(({ id, businessObject }) => ({ id, text: businessObject.name || id }));
  }

  isTaken = (id) => Boolean(this.modeler.get("moddle").ids?.assigned(id));
}
