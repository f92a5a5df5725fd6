// What may be drawn: the gate's allow-list. What it would refuse is offered nowhere, so nobody draws it first
// and is told afterwards. A test performs every entry and asks the gate.
import { is } from "bpmn-js/lib/util/ModelUtil";
import { isEventSubProcess } from "bpmn-js/lib/util/DiUtil";

/** Lower than the library's own providers: ours sees what they offer. */
const AFTER = 500;
const NOT_IN_PALETTE = ["create.task", "create.data-object", "create.data-store", "create.participant-expanded"];
const NOT_IN_PAD = [
  "append.append-task", "append.condition-intermediate-event", "append.compensation-activity",
];
const REFUSED = [
  "replace-with-task", "replace-with-script-task", "replace-with-transaction", "replace-with-complex-gateway",
  "replace-with-collapsed-subprocess", "replace-with-collapsed-pool", "replace-with-expanded-pool",
  "replace-with-data-store-reference", "replace-with-data-object-reference",
];
const REFUSED_KINDS = /ad-hoc|conditional-(?!flow)|link-|cancel-|compensation-/;
const HEADERS_REFUSED = ["toggle-participant-multiplicity", "toggle-is-collection"];
/** Events that stand on activities which last; errors on what can fail; escalations on what has an inside. */
const LASTS = ["bpmn:UserTask", "bpmn:ManualTask", "bpmn:ReceiveTask", "bpmn:SubProcess", "bpmn:CallActivity"];
const FAILS = ["bpmn:ServiceTask", "bpmn:BusinessRuleTask", "bpmn:SubProcess", "bpmn:CallActivity"];
const INSIDE = ["bpmn:SubProcess", "bpmn:CallActivity"];

const isAny = (element, kinds) => kinds.some((kind) => is(element, kind));

const without = (entries, refused) => {
  const kept = {};
  for (const [id, entry] of Object.entries(entries)) if (!refused(id)) kept[id] = entry;
  return kept;
};

function mayNotStand(element, id) {
  if (is(element, "bpmn:BoundaryEvent")) {
    const host = element.host ?? element.businessObject.attachedToRef;
    if (/error-boundary/.test(id)) return !isAny(host, FAILS);
    if (/escalation-boundary/.test(id)) return !isAny(host, INSIDE);
    return !isAny(host, LASTS);
  }
  if (is(element, "bpmn:StartEvent") && !isEventSubProcess(element.parent)) {
    const inside = is(element.parent, "bpmn:SubProcess");
    return /(timer|signal|error|escalation)-start/.test(id) || (inside && /message-start/.test(id));
  }
  return false;
}

function Offered(palette, contextPad, popupMenu, create, elementFactory, autoPlace, translate) {
  const starter = (type) => (event) => create.start(event, elementFactory.createShape({ type }));
  const tool = (group, className, title, type) => ({
    group, className, title: translate(title), action: { dragstart: starter(type), click: starter(type) },
  });
  palette.registerProvider(AFTER, { getPaletteEntries: () => (entries) => ({
    ...without(entries, (id) => NOT_IN_PALETTE.includes(id)),
    "create.user-task": tool("activity", "bpmn-icon-user-task", "Create user task", "bpmn:UserTask"),
    "create.service-task": tool("activity", "bpmn-icon-service-task", "Create service task", "bpmn:ServiceTask"),
    "create.rule-task":
      tool("activity", "bpmn-icon-business-rule-task", "Create business rule task", "bpmn:BusinessRuleTask"),
    "create.annotation":
      tool("artifact", "bpmn-icon-text-annotation", "Create text annotation", "bpmn:TextAnnotation"),
  }) });
  contextPad.registerProvider(AFTER, { getContextPadEntries: () => (entries) => {
    const kept = without(entries, (id) => NOT_IN_PAD.includes(id));
    if (!("append.append-task" in entries)) return kept;
    const shape = () => elementFactory.createShape({ type: "bpmn:UserTask" });
    kept["append.user-task"] = {
      group: "model",
      className: "bpmn-icon-user-task",
      title: translate("Append user task"),
      action: {
        dragstart: (event, source) => create.start(event, shape(), { source }),
        click: (_event, source) => autoPlace.append(source, shape()),
      },
    };
    return kept;
  } });
  popupMenu.registerProvider("bpmn-replace", AFTER, {
    getPopupMenuEntries: (element) => (entries) =>
      without(entries, (id) => REFUSED.includes(id) || REFUSED_KINDS.test(id) || mayNotStand(element, id)),
    getPopupMenuHeaderEntries: () => (entries) => without(entries, (id) => HEADERS_REFUSED.includes(id)),
  });
}

Offered.$inject = ["palette", "contextPad", "popupMenu", "create", "elementFactory", "autoPlace", "translate"];

export const offeredModule = { __init__: ["offered"], offered: ["type", Offered] };
