// What the library would forget of a file, kept.
//
// It drops a reference whose target is not an element of the file, such as the name of a list in
// loopDataInputRef. We put a stand-in with the same id there, which is written back as it was read.
function keepReferences(modeler) {
  let dangling = [];
  modeler.on("import.parse.complete", ({ references = [], elementsById = {} }) => {
    dangling = references.filter(({ id }) => !elementsById[id]);
  });
  modeler.on("import.done", () => {
    for (const { element, property, id } of dangling) {
      const described = element.$descriptor.propertiesByName[property];
      if (!described) continue;
      if (described.isMany) element.get(described.name).push({ id });
      else element.set(described.name, { id });
    }
    dangling = [];
  });
}

// It also leaves out an attribute that says what is meant without it, such as cancelActivity="true". Whoever wrote
// it wanted to read it: while a file is written, nothing counts as said already.
function keepDefaults(modeler) {
  let hidden = [];
  modeler.on("saveXML.start", () => {
    const described = Object.values(modeler.get("moddle").typeCache).flatMap((type) => type.$descriptor.properties);
    hidden = [...new Set(described)].filter((one) => "default" in one).map((one) => [one, one.default]);
    for (const [one] of hidden) one.default = Symbol("unsaid");
  });
  modeler.on("saveXML.done", () => {
    for (const [one, value] of hidden) one.default = value;
    hidden = [];
  });
}

export function keepAll(modeler) {
  keepReferences(modeler);
  keepDefaults(modeler);
}
