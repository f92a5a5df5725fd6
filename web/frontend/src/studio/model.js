// Reading and changing what stands behind the drawing; every change is one step of undo.
import { getBusinessObject, is } from "bpmn-js/lib/util/ModelUtil";

export const object = (element) => getBusinessObject(element);

/** The process an element belongs to; of the empty canvas, the process of the one pool. */
export function processOf(element) {
  let at = object(element);
  if (is(at, "bpmn:Participant")) return at.processRef;
  if (is(at, "bpmn:Collaboration")) return at.get("participants").map((one) => one.processRef).find(Boolean);
  while (at && !is(at, "bpmn:Process")) at = at.$parent;
  return at;
}

export const definitionOf = (element) => (object(element).get?.("eventDefinitions") ?? [])[0];

const TIMES = ["timeDate", "timeDuration", "timeCycle"];
/** Event definition → its reference, and the root element it names. */
const NAMED = {
  "bpmn:MessageEventDefinition": ["messageRef", "bpmn:Message", "Msg"],
  "bpmn:SignalEventDefinition": ["signalRef", "bpmn:Signal", "Signal"],
  "bpmn:ErrorEventDefinition": ["errorRef", "bpmn:Error", "Error"],
  "bpmn:EscalationEventDefinition": ["escalationRef", "bpmn:Escalation", "Escalation"],
};

/** What carries the name an element waits for or sends: its event definition, or a send or receive task itself. */
export function namedBy(element) {
  const definition = definitionOf(element);
  if (definition && NAMED[definition.$type]) return [definition, ...NAMED[definition.$type]];
  if (is(element, "bpmn:SendTask") || is(element, "bpmn:ReceiveTask")) {
    return [object(element), "messageRef", "bpmn:Message", "Msg"];
  }
  return null;
}

export class Model {
  constructor(modeler) {
    this.modeler = modeler;
    this.modeling = modeler.get("modeling");
    this.factory = modeler.get("bpmnFactory");
    const stack = modeler.get("commandStack");
    stack.register("aid595.together", { preExecute: ({ acts }) => acts.forEach((act) => act()) });
    this.stack = stack;
  }

  /** Do several changes as one step of undo. */
  together(...acts) {
    this.stack.execute("aid595.together", { acts });
  }

  set(element, target, properties) {
    if (target === object(element)) this.modeling.updateProperties(element, properties);
    else this.modeling.updateModdleProperties(element, target, properties);
  }

  attribute(target, name) {
    return target.get(`aid595:${name}`) ?? "";
  }

  setAttribute(element, target, name, value) {
    this.set(element, target, { [`aid595:${name}`]: value || undefined });
  }

  expression(body) {
    return body ? this.factory.create("bpmn:FormalExpression", { body }) : undefined;
  }

  // --- conditions ---------------------------------------------------------------------------------------
  condition(element) {
    return object(element).conditionExpression?.body ?? "";
  }

  setCondition(element, body) {
    this.modeling.updateProperties(element, { conditionExpression: this.expression(body) });
  }

  isDefault(element) {
    return object(element.source)?.default === object(element);
  }

  setDefault(element, yes) {
    this.together(
      () => yes && this.setCondition(element, ""),
      () => this.modeling.updateProperties(element.source, { default: yes ? object(element) : undefined }),
    );
  }

  // --- timers ---------------------------------------------------------------------------------------------
  time(element) {
    const definition = definitionOf(element);
    const kind = TIMES.find((name) => definition?.get(name));
    return { kind: kind ?? "timeDate", body: kind ? definition.get(kind).body ?? "" : "" };
  }

  setTime(element, kind, body) {
    const properties = Object.fromEntries(TIMES.map((name) => [name, undefined]));
    const kept = definitionOf(element).get(kind);
    properties[kind] = kept && kept.body === body ? kept : this.expression(body);
    if (properties[kind]) properties[kind].$parent = definitionOf(element);
    this.modeling.updateModdleProperties(element, definitionOf(element), properties);
  }

  /** A timer that asks for a deadline follows the rule chosen for it. */
  setDeadline(element, rules) {
    const acts = [() => this.setAttribute(element, object(element), "deadline", rules.join(" "))];
    if (definitionOf(element)?.$type === "bpmn:TimerEventDefinition" && rules.length === 1) {
      const { body, kind } = this.time(element);
      const asked = (body || 'end_of_day(due(""))').replace(/due\("[^"]*"\)/, `due("${rules[0]}")`);
      if (asked !== body) acts.push(() => this.setTime(element, body ? kind : "timeDate", asked));
    }
    this.together(...acts);
  }

  // --- messages, signals, errors, escalations -----------------------------------------------------------------
  nameOf(element) {
    const [carrier, reference] = namedBy(element) ?? [];
    return carrier?.get(reference)?.name ?? "";
  }

  setNameOf(element, name) {
    const [carrier, reference, type, prefix] = namedBy(element);
    const definitions = this.modeler.getDefinitions();
    const roots = definitions.get("rootElements");
    let root = name && roots.find((one) => is(one, type) && one.name === name);
    const acts = [];
    if (name && !root) {
      root = this.factory.create(type, { name });
      const wanted = `${prefix}_${name.replace(/^MSG-/, "").replace(/[^A-Za-z0-9_]/g, "_")}`;
      if (!roots.some((one) => one.id === wanted)) root.id = wanted;
      root.$parent = definitions;
      acts.push(() => this.modeling.updateModdleProperties(element, definitions, { rootElements: [root, ...roots] }));
    }
    acts.push(() => this.modeling.updateModdleProperties(element, carrier, { [reference]: root || undefined }));
    if (type === "bpmn:Message") {
      acts.push(() => this.setAttribute(element, object(element), "message", name));
    }
    this.together(...acts);
  }

  // --- variables --------------------------------------------------------------------------------------------
  variables(element) {
    return (processOf(element)?.get("flowElements") ?? []).filter((one) => is(one, "bpmn:DataObject"));
  }

  addVariable(element, name, type, options) {
    const process = processOf(element);
    const made = this.factory.create("bpmn:DataObject", { name });
    const head = process.id.split("_")[0];
    const taken = new Set(process.get("flowElements").map((one) => one.id));
    if (!taken.has(`${head}_Var_${name}`)) made.id = `${head}_Var_${name}`;
    made.set("aid595:type", type);
    if (options) made.set("aid595:options", options);
    made.$parent = process;
    const elements = [...process.get("flowElements"), made];
    this.modeling.updateModdleProperties(element, process, { flowElements: elements });
  }

  removeVariable(element, variable) {
    const process = processOf(element);
    const elements = process.get("flowElements").filter((one) => one !== variable);
    this.modeling.updateModdleProperties(element, process, { flowElements: elements });
  }

  // --- loops --------------------------------------------------------------------------------------------------
  loopText(element, name) {
    const loop = object(element).loopCharacteristics;
    const value = loop?.get(name);
    return typeof value === "object" ? value?.body ?? value?.id ?? "" : String(value ?? "");
  }

  /** The list a multi-instance step goes through: our attribute on loop or step, or what the file refers to. */
  collection(element) {
    const loop = object(element).loopCharacteristics;
    const own = this.attribute(loop, "collection") || this.attribute(object(element), "collection");
    const named = loop.get("loopDataInputRef");
    return own || named?.name || named?.id || "";
  }

  setCollection(element, text) {
    const loop = object(element).loopCharacteristics;
    const acts = [() => this.setAttribute(element, loop, "collection", text)];
    if (this.attribute(object(element), "collection")) {
      acts.push(() => this.setAttribute(element, object(element), "collection", ""));
    }
    if (loop.get("loopDataInputRef")) {
      acts.push(() => this.modeling.updateModdleProperties(element, loop, { loopDataInputRef: undefined }));
    }
    this.together(...acts);
  }

  /** What one entry of the list is called inside the step. */
  item(element) {
    const loop = object(element).loopCharacteristics;
    const written = loop.get("inputDataItem");
    return this.attribute(loop, "item") || this.attribute(object(element), "item") || written?.name || written?.id || "";
  }

  setItem(element, text) {
    this.setAttribute(element, object(element).loopCharacteristics, "item", text);
  }

  setLoopText(element, name, text) {
    const loop = object(element).loopCharacteristics;
    const expression = ["loopCardinality", "completionCondition", "loopCondition"].includes(name);
    const value = expression ? this.expression(text) : text || undefined;
    if (expression && value) value.$parent = loop;
    this.modeling.updateModdleProperties(element, loop, { [name]: value });
  }
}
