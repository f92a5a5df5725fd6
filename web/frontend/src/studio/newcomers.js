// A new step takes its role from the lane it is drawn in and its tier from the process, and both show in colour.
import { is } from "bpmn-js/lib/util/ModelUtil";
import { processOf } from "./model.js";

/** The tiers' colours as the shipped diagrams have them: green, yellow, red; grey for supervision. */
const COLOURS = {
  community: { step: "#d7efd6", lane: "#b9dfba", stroke: "#1b5e20" },
  street: { step: "#fff0b8", lane: "#ffe69c", stroke: "#6d4c00" },
  district: { step: "#fad7d3", lane: "#f2b3ae", stroke: "#8c1d18" },
  "": { step: "#ffffff", lane: "#d5dde1", stroke: "#37474f" },
};

export function tierOf(role) {
  const tier = (role ?? "").split("_")[0];
  return tier in COLOURS ? tier : "";
}

function laneOf(element, registry) {
  const middle = { x: element.x + element.width / 2, y: element.y + element.height / 2 };
  const lanes = registry.filter((one) => is(one, "bpmn:Lane") && one.x <= middle.x && middle.x <= one.x + one.width
    && one.y <= middle.y && middle.y <= one.y + one.height);
  return lanes.sort((a, b) => a.width * a.height - b.width * b.height)[0];
}

/** Ids are public names: a new one begins with its process and counts, instead of being drawn by lot. */
const BY_LOT = /^(Activity|Event|Gateway)_[0-9a-z]{7}$/;

function Newcomers(eventBus, modeling, elementRegistry) {
  const christen = (element) => {
    if (!is(element, "bpmn:FlowNode") || !BY_LOT.test(element.id)) return;
    const head = `${processOf(element)?.id.split("_")[0] ?? "New"}_New`;
    let number = 1;
    while (elementRegistry.get(`${head}${number}`)) number += 1;
    modeling.updateProperties(element, { id: `${head}${number}` });
  };
  const made = ["commandStack.shape.create.postExecuted", "commandStack.elements.create.postExecuted"];
  eventBus.on(made, ({ context }) => {
    [context.shape, ...(context.elements ?? [])].filter((one) => one && one.type !== "label").forEach(christen);
  });
  const settle = (element) => {
    if (!is(element, "bpmn:UserTask") || element.businessObject.get("aid595:role")) return;
    const lane = laneOf(element, elementRegistry);
    const properties = { "aid595:role": lane?.businessObject.get("aid595:role") };
    const tier = processOf(element)?.get("aid595:tier");
    if (tier && !element.businessObject.get("aid595:tier")) properties["aid595:tier"] = tier;
    modeling.updateProperties(element, properties);
  };
  eventBus.on([...made, "commandStack.shape.replace.postExecuted"], ({ context }) => {
    const fresh = [context.shape, ...(context.elements ?? []), context.newShape].filter(Boolean);
    fresh.filter((one) => one.type !== "label" && !one.waypoints).forEach(settle);
  });
  eventBus.on(["commandStack.element.updateProperties.postExecuted"], ({ context }) => {
    const { element, properties } = context;
    if (!("aid595:role" in properties) || !is(element, "bpmn:UserTask") && !is(element, "bpmn:Lane")) return;
    const { step, lane, stroke } = COLOURS[tierOf(element.businessObject.get("aid595:role"))];
    modeling.setColor([element], { fill: is(element, "bpmn:Lane") ? lane : step, stroke });
  });
}

Newcomers.$inject = ["eventBus", "modeling", "elementRegistry"];

export const newcomersModule = { __init__: ["newcomers"], newcomers: ["type", Newcomers] };
