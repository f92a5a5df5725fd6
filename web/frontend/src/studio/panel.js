// The properties of what is selected. Rows are added and removed one by one and keep their controls while the
// same element is selected: a change elsewhere never takes away what is being typed.
import { is } from "bpmn-js/lib/util/ModelUtil";
import { controlFor, row } from "./controls.js";
import { h } from "./dom.js";
import { object, processOf } from "./model.js";
import { fieldsFor, GROUPS, showsVariables } from "./panel-fields.js";
import { variablesPart } from "./variables.js";
import { t } from "./words.js";

export class Panel {
  constructor(root, modeler, model, office, links) {
    Object.assign(this, { root, modeler, model, office, links });
    this.head = h("div", { class: "st-head" });
    this.groups = new Map();
    this.body = h("div", { class: "st-body" });
    root.append(this.head, this.body);
    this.rows = new Map();
    const events = modeler.get("eventBus");
    events.on("selection.changed", () => this.show());
    events.on(["elements.changed", "root.set", "commandStack.changed"], () => this.refresh());
    events.on("import.done", () => this.show(true));
  }

  selected() {
    const chosen = this.modeler.get("selection").get();
    if (chosen.length > 1) return null;
    const element = chosen[0] ?? this.modeler.get("canvas").getRootElement();
    if (!element || !object(element)?.$type) return null; // nothing has been opened yet
    return element.labelTarget ?? element;
  }

  show(again = false) {
    const element = this.selected();
    if (element === this.element && !again) return;
    this.flush();
    this.element = element;
    this.rows.clear();
    this.body.replaceChildren();
    this.groups.clear();
    if (!element) {
      this.head.replaceChildren(h("p", { class: "st-note" }, t("editor.several")));
      return;
    }
    for (const group of GROUPS) this.addGroup(group);
    this.refresh();
  }

  addGroup(group) {
    const inside = h("div", { class: "st-fields" });
    const box = h("details", { class: "st-group", open: group.open },
      h("summary", {}, t(`editor.g_${group.key}`)), inside);
    this.groups.set(group.key, { box, inside });
    this.body.append(box);
  }

  /** Bring every control up to date but the one in use. */
  refresh() {
    const { element } = this;
    if (!element || !this.alive()) return;
    this.describe();
    for (const group of GROUPS) {
      const { box, inside } = this.groups.get(group.key);
      const wanted = fieldsFor(group, element);
      this.reconcile(group, wanted, inside);
      if (group.variables) this.variables(inside);
      box.hidden = !wanted.length && !(group.variables && showsVariables(element));
    }
  }

  reconcile(group, wanted, inside) {
    const keys = new Set(wanted.map((field) => `${group.key}.${field.key}`));
    for (const [key, made] of this.rows) {
      if (made.group === group && !keys.has(key)) { made.place.remove(); this.rows.delete(key); }
    }
    let before = null;
    for (const field of [...wanted].reverse()) {
      const key = `${group.key}.${field.key}`;
      if (!this.rows.has(key)) this.rows.set(key, this.make(group, field));
      const made = this.rows.get(key);
      if (made.place.parentNode !== inside) inside.insertBefore(made.place, before);
      before = made.place;
      if (!made.control.busy()) made.control.show(field.read(this.model, this.element));
    }
  }

  make(group, field) {
    const { element } = this;
    const control = controlFor(field, this.office, (value) => {
      if (element !== this.element && !this.modeler.get("elementRegistry").get(element.id)) return;
      if (field.read(this.model, element) !== value) field.write(this.model, element, value);
    });
    const link = this.links[field.key]?.(element);
    return { group, control, place: row(field, control, link ?? null) };
  }

  variables(inside) {
    if (!showsVariables(this.element) || !processOf(this.element)) return;
    if (!this.rows.has("variables")) {
      const part = variablesPart(this.model, this.element);
      this.rows.set("variables", { group: null, control: part, place: part.root });
      inside.append(part.root);
    }
    this.rows.get("variables").control.show();
  }

  describe() {
    const { element } = this;
    const kind = is(element, "bpmn:Collaboration") || is(element, "bpmn:Participant") ? "Process"
      : object(element).$type.replace("bpmn:", "");
    const text = `${t(`editor.kind_${kind}`)}\u0000${object(element).id}`;
    if (this.described === text) return;
    this.described = text;
    const id = kind === "Process" ? processOf(element)?.id ?? "" : object(element).id;
    this.head.replaceChildren(h("h2", {}, t(`editor.kind_${kind}`)), h("code", {}, id));
  }

  alive() {
    const [registry, canvas] = [this.modeler.get("elementRegistry"), this.modeler.get("canvas")];
    return registry.get(this.element.id) === this.element || this.element === canvas.getRootElement();
  }

  flush() {
    for (const { control } of this.rows.values()) control.flush?.();
  }

  /** Put the cursor into a field of what is selected. */
  focus(key) {
    for (const [name, { control }] of this.rows) if (name.endsWith(`.${key}`)) control.input?.focus();
  }
}
