// The library drops a reference whose target is not an element of the file, such as the name of a list in
// loopDataInputRef. We put a stand-in with the same id there, which is written back as it was read.
export function keepReferences(modeler) {
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
