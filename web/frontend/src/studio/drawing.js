// The drawing library, set up for the office.
import Modeler from "bpmn-js/lib/Modeler";
import minimapModule from "diagram-js-minimap";
import { textModule } from "../diagram-text.js";
import { translateModule } from "./drawing-words.js";
import { keepAll } from "./kept.js";
import { newcomersModule } from "./newcomers.js";
import { offeredModule } from "./offered.js";
import { officeModdle } from "./office-moddle.js";

export function makeModeler(container) {
  const modeler = new Modeler({
    container,
    minimap: { open: true },
    moddleExtensions: { aid595: officeModdle },
    additionalModules: [textModule, translateModule, offeredModule, newcomersModule, minimapModule],
  });
  keepAll(modeler);
  keepClear(modeler.get("canvas"));
  fitMenus(modeler, container);
  return modeler;
}

/** Pixels on the left that the palette lies over. */
export const PALETTE = 110;

// What is searched for, or what the gate names, comes to stand beside the palette and not below it.
function keepClear(canvas) {
  const go = canvas.scrollToElement.bind(canvas);
  canvas.scrollToElement = (element, padding) =>
    go(element, { left: PALETTE + 40, ...(typeof padding === "number" ? { top: padding, right: padding, bottom: padding } : padding) });
}

// The library measures a menu before it is filled: one that would end below the window is moved up. And its search
// listens for keys alone, while a Chinese word may be chosen with the mouse.
function fitMenus(modeler, container) {
  modeler.on("popupMenu.opened", () => requestAnimationFrame(() => {
    const menu = container.querySelector(".djs-popup");
    const box = menu?.getBoundingClientRect();
    if (!box) return;
    if (box.bottom > innerHeight) menu.style.top = `${Math.max(10, innerHeight - box.height - 10)}px`;
    if (box.right > innerWidth) menu.style.left = `${Math.max(10, innerWidth - box.width - 10)}px`;
  }));
  container.addEventListener("input", ({ target }) => {
    if (target.closest(".djs-search-input")) target.dispatchEvent(new KeyboardEvent("keyup", { bubbles: true }));
  });
}

/** What a file holds that would be lost, because the library reads past it. */
export function lostIn(warnings) {
  return warnings.map(({ message }) => message).filter((message) => /unrecognized|unparsable|unknown/i.test(message));
}
