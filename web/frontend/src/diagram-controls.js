// Buttons and keys of a diagram: larger, smaller, whole. Everything the mouse does can be done without one.
import { say } from "./language.js";

const FACTOR = 1.25;
const PAN = 60;

function button(text, label, act) {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = text;
  element.title = label;
  element.setAttribute("aria-label", label);
  element.addEventListener("click", act);
  return element;
}

export function addControls(place, stage, viewer, whole) {
  const canvas = viewer.get("canvas");
  const zoom = (factor) => canvas.zoom(Math.min(Math.max(canvas.zoom() * factor, 0.2), 4), "auto");
  const pan = (dx, dy) => canvas.scroll({ dx, dy });
  const keys = {
    "+": () => zoom(FACTOR),
    "=": () => zoom(FACTOR),
    "-": () => zoom(1 / FACTOR),
    0: whole,
    ArrowLeft: () => pan(PAN, 0),
    ArrowRight: () => pan(-PAN, 0),
    ArrowUp: () => pan(0, PAN),
    ArrowDown: () => pan(0, -PAN),
  };
  const bar = document.createElement("div");
  bar.className = "diagram-controls";
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", say("流程图缩放", "Diagram zoom"));
  bar.append(
    button(say("放大", "Larger"), say("放大（+）", "Larger (+)"), keys["+"]),
    button(say("缩小", "Smaller"), say("缩小（-）", "Smaller (-)"), keys["-"]),
    button(say("全图", "Whole"), say("显示全图（0）", "Whole diagram (0)"), whole),
  );
  place.prepend(bar);
  stage.tabIndex = 0;
  stage.setAttribute("role", "group");
  stage.setAttribute("aria-label", say("流程图，方向键移动，加减键缩放", "Diagram; arrows move, plus and minus zoom"));
  // In the capture phase: the drawing library moves by arrow keys itself where it has the focus.
  stage.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  }, true);
  const wheel = viewer.get("zoomScroll");
  stage.addEventListener("focusin", () => wheel.toggle(true));
  stage.addEventListener("focusout", () => wheel.toggle(false));
  stage.addEventListener("pointerdown", () => stage.focus({ preventScroll: true }));
}
