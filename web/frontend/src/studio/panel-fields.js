// What the panel asks of each kind of element. A field is one line of this table.
import { is } from "bpmn-js/lib/util/ModelUtil";
import { definitionOf, namedBy, object, processOf } from "./model.js";
import { splitList } from "./dom.js";

const any = (...kinds) => (element) => kinds.some((kind) => is(element, `bpmn:${kind}`));
const human = any("UserTask", "ManualTask");
const timer = (element) => definitionOf(element)?.$type === "bpmn:TimerEventDefinition";
const whole = any("Process", "Collaboration", "Participant");
const decides = (element) => any("ExclusiveGateway", "InclusiveGateway")(element) || is(element, "bpmn:Activity");
const branches = (element) => is(element, "bpmn:SequenceFlow") && decides(element.source);
const loops = (kind) => (element) => object(element).loopCharacteristics?.$type === `bpmn:${kind}`;
const itself = (element) => object(element);
const behind = (element) => (whole(element) ? processOf(element) : object(element));

/** A field that is one of our attributes. */
const own = (name, kind, of, more = {}) => ({
  key: name, kind, of,
  read: (model, element) => model.attribute(behind(element), name),
  write: (model, element, value) => model.setAttribute(element, behind(element), name, value),
  ...more,
});

const NAME = {
  key: "name", kind: "line", of: (element) => !any("TextAnnotation", "Group", "Association")(element),
  read: (_model, element) => behind(element)?.name ?? "",
  write: (model, element, value) => model.set(element, behind(element), { name: value || undefined }),
};
const TEXT = {
  key: "text", kind: "area", of: any("TextAnnotation"),
  read: (_model, element) => object(element).text ?? "",
  write: (model, element, value) => model.set(element, itself(element), { text: value }),
};
const CALLED = {
  key: "called", kind: "one", from: "processes", of: any("CallActivity"),
  read: (_model, element) => object(element).calledElement ?? "",
  write: (model, element, value) => model.set(element, itself(element), { calledElement: value || undefined }),
};
const MESSAGE = {
  key: "message", kind: "one", from: "messages",
  of: (element) => namedBy(element)?.[2] === "bpmn:Message",
  read: (model, element) => model.nameOf(element),
  write: (model, element, value) => model.setNameOf(element, value),
};
const EVENT_NAME = {
  key: "event_name", kind: "line",
  of: (element) => namedBy(element) !== null && namedBy(element)[2] !== "bpmn:Message",
  read: (model, element) => model.nameOf(element),
  write: (model, element, value) => model.setNameOf(element, value),
};
const DEADLINE = own("deadline", "many", (element) => human(element) || any("ServiceTask")(element) || timer(element), {
  from: "rules",
  write: (model, element, value) => model.setDeadline(element, splitList(value)),
});
const TIME = {
  key: "time", kind: "code", of: timer,
  read: (model, element) => model.time(element).body,
  write: (model, element, value) => model.setTime(element, model.time(element).kind, value),
};
const TIME_KIND = {
  key: "time_kind", kind: "choice", of: timer, choices: ["timeDate", "timeDuration", "timeCycle"],
  read: (model, element) => model.time(element).kind,
  write: (model, element, value) => model.setTime(element, value, model.time(element).body),
};
const DEFAULT = {
  key: "default", kind: "tick", of: branches,
  read: (model, element) => model.isDefault(element),
  write: (model, element, value) => model.setDefault(element, value),
};
const CONDITION = {
  key: "condition", kind: "code",
  of: (element) => branches(element) && object(element.source).default !== object(element),
  read: (model, element) => model.condition(element),
  write: (model, element, value) => model.setCondition(element, value),
};
const loop = (name, kind) => ({
  key: name, kind: "code", of: loops(kind),
  read: (model, element) => model.loopText(element, name),
  write: (model, element, value) => model.setLoopText(element, name, value),
});
const COLLECTION = {
  key: "collection", kind: "code", of: loops("MultiInstanceLoopCharacteristics"),
  read: (model, element) => model.collection(element),
  write: (model, element, value) => model.setCollection(element, value),
};
const ITEM = {
  key: "item", kind: "line", of: loops("MultiInstanceLoopCharacteristics"),
  read: (model, element) => model.item(element),
  write: (model, element, value) => model.setItem(element, value),
};
const ID = {
  key: "id", kind: "id", of: (element) => !whole(element),
  read: (_model, element) => object(element).id,
  write: (model, element, value) => model.modeling.updateProperties(element, { id: value }),
};
const DOCUMENTATION = {
  key: "documentation", kind: "area", of: () => true,
  read: (_model, element) => behind(element)?.get("documentation")[0]?.text ?? "",
  write: (model, element, value) => {
    const target = behind(element);
    const rest = target.get("documentation").slice(1);
    const made = model.factory.create("bpmn:Documentation", { text: value });
    made.$parent = target;
    model.set(element, target, { documentation: value ? [made, ...rest] : rest });
  },
};

/** Groups of fields in the order of the panel; a group without fields for an element is not shown. */
export const GROUPS = [
  { key: "step", open: true, fields: [
    NAME, TEXT, own("tier", "one", (element) => human(element) || whole(element), { from: "tiers" }),
    own("role", "one", (element) => human(element) || is(element, "bpmn:Lane"), { from: "roles" }),
    own("form", "one", human, { from: "forms" }), DEADLINE, TIME_KIND, TIME,
    MESSAGE, EVENT_NAME, CALLED,
    own("service", "one", any("ServiceTask"), { from: "services" }),
    own("decision", "many", any("BusinessRuleTask"), { from: "decisions" }),
    own("branch", "line", branches), DEFAULT, CONDITION,
    loop("loopCardinality", "MultiInstanceLoopCharacteristics"),
    COLLECTION, ITEM,
    loop("completionCondition", "MultiInstanceLoopCharacteristics"),
    loop("loopCondition", "StandardLoopCharacteristics"), loop("loopMaximum", "StandardLoopCharacteristics"),
  ] },
  { key: "basis", open: true, fields: [
    own("clauses", "many", any("FlowNode"), { from: "clauses" }),
    own("reason", "area", (element) => splitList(object(element).get("aid595:clauses")).includes("LOCAL")),
    own("step", "line", any("UserTask")),
  ] },
  { key: "variables", open: true, variables: true, fields: [] },
  { key: "more", open: false, fields: [
    own("roleUntil", "one", human, { from: "roles" }), own("otherPersonThan", "one", human, { from: "tasks" }),
    own("papers", "many", human, { from: "papers" }),
    own("registers", "many", (element) => human(element) || any("ServiceTask")(element), { from: "registers" }),
    own("roleStreet", "one", human, { from: "roles" }), own("roleDistrict", "one", human, { from: "roles" }),
    own("sets", "line", human), own("autofill", "line", human), own("guard", "line", human),
    own("count", "line", human), own("reruns", "many", human, { from: "decisions" }),
    own("duty", "line", (element) => human(element) || any("BusinessRuleTask")(element)),
    own("returns", "line", any("CallActivity")), own("entryTier", "line", any("StartEvent")),
    own("startsOnly", "line", any("StartEvent")), own("opensCase", "line", any("StartEvent")),
    own("entryTierFrom", "line", any("IntermediateThrowEvent", "EndEvent")),
    own("level", "line", any("IntermediateThrowEvent", "EndEvent")),
    own("employmentKind", "line", any("EndEvent")), own("endCode", "line", any("EndEvent")),
    own("endCodeFrom", "line", any("EndEvent")), own("status", "line", any("EndEvent")),
    own("statusFrom", "line", any("EndEvent")), own("correlation", "line", whole),
    DOCUMENTATION, ID,
  ] },
];

export const fieldsFor = (group, element) => group.fields.filter((field) => field.of(element));
export const showsVariables = whole;
