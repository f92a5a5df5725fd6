// Our own attributes (urn:aid595:bpmn:1) as the drawing library has to know them: what is named here is kept
// when an element is copied or changes its kind; what is not named is still written back as it was read.
const STEPS = ["UserTask", "ManualTask"];
const NODES = ["FlowNode"];

/** Attribute → the elements that carry it. */
export const ATTRIBUTES = {
  clauses: NODES,
  reason: NODES,
  tier: [...STEPS, "Process"],
  step: ["Task"],
  role: [...STEPS, "Lane"],
  roleUntil: STEPS,
  roleStreet: STEPS,
  roleDistrict: STEPS,
  otherPersonThan: STEPS,
  form: STEPS,
  papers: STEPS,
  registers: [...STEPS, "ServiceTask"],
  sets: STEPS,
  autofill: STEPS,
  guard: STEPS,
  count: STEPS,
  reruns: STEPS,
  duty: [...STEPS, "BusinessRuleTask"],
  deadline: [...STEPS, "ServiceTask", "BoundaryEvent", "IntermediateCatchEvent"],
  decision: ["BusinessRuleTask"],
  service: ["ServiceTask"],
  message: ["Event", "ServiceTask", "SendTask", "ReceiveTask", "MessageFlow"],
  returns: ["CallActivity"],
  branch: ["SequenceFlow"],
  correlation: ["Process"],
  type: ["DataObject"],
  options: ["DataObject"],
  entryTier: ["StartEvent"],
  startsOnly: ["StartEvent"],
  opensCase: ["StartEvent"],
  entryTierFrom: ["ThrowEvent"],
  level: ["ThrowEvent"],
  employmentKind: ["EndEvent"],
  endCode: ["EndEvent"],
  endCodeFrom: ["EndEvent"],
  status: ["EndEvent"],
  statusFrom: ["EndEvent"],
  collection: ["MultiInstanceLoopCharacteristics", "Activity"],
  item: ["MultiInstanceLoopCharacteristics", "Activity"],
};

function types() {
  const byElement = new Map();
  for (const [name, elements] of Object.entries(ATTRIBUTES)) {
    for (const element of elements) {
      if (!byElement.has(element)) byElement.set(element, []);
      byElement.get(element).push({ name, type: "String", isAttr: true });
    }
  }
  return [...byElement].map(([element, properties]) => ({
    name: `Office${element}`, extends: [`bpmn:${element}`], properties,
  }));
}

export const officeModdle = {
  name: "aid595", prefix: "aid595", uri: "urn:aid595:bpmn:1", xml: { tagAlias: "lowerCase" }, types: types(),
};
