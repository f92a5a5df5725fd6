// The row above the drawing: undo, zoom, full screen, files. Everything has a key or a button, most have both.
import { h } from "./dom.js";
import { t } from "./words.js";

const FACTOR = 1.25;

export function toolbar(place, app, modeler, acts) {
  const stack = modeler.get("commandStack");
  const canvas = modeler.get("canvas");
  const zoom = (factor) => canvas.zoom(Math.min(Math.max(canvas.zoom() * factor, 0.2), 4), "auto");
  const button = (sign, words, onclick) => h("button", { type: "button", class: "st-tool", title: t(words), "aria-label": t(words), onclick }, sign);
  const undo = button("↶", "editor.undo", () => stack.undo());
  const redo = button("↷", "editor.redo", () => stack.redo());
  const full = button("⛶", "editor.full", () => (document.fullscreenElement ? document.exitFullscreen() : app.requestFullscreen()));
  const file = h("input", { type: "file", accept: ".bpmn,.xml,.json", hidden: true, "aria-label": t("editor.import"), onchange: () => {
    if (file.files[0]) acts.read(file.files[0]);
    file.value = "";
  } });
  const item = (words, act) => h("button", { type: "button", onclick: () => { menu.open = false; act(); } }, t(words));
  const menu = h("details", { class: "menu" }, h("summary", { class: "button" }, t("editor.files")),
    h("div", { class: "menu-body" }, item("editor.import", () => file.click()), item("editor.export_bpmn", acts.bpmn),
      item("editor.export_svg", acts.svg)));
  const update = () => { undo.disabled = !stack.canUndo(); redo.disabled = !stack.canRedo(); };
  modeler.on(["commandStack.changed", "import.done"], update);
  document.addEventListener("fullscreenchange", () => {
    full.setAttribute("aria-pressed", String(Boolean(document.fullscreenElement)));
    canvas.resized();
  });
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
  place.append(undo, redo, h("span", { class: "st-gap" }), button("−", "editor.smaller", () => zoom(1 / FACTOR)),
    button("＋", "editor.larger", () => zoom(FACTOR)), button("▣", "editor.fit", () => canvas.zoom("fit-viewport", "auto")),
    button("⌕", "editor.find", () => { canvas.focus(); modeler.get("searchPad").toggle(); }), full, h("span", { class: "st-gap" }), menu, file);
  update();
}
