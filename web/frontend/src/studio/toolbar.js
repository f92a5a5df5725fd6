// The row above the drawing: undo, zoom, full screen, files. Everything has a key or a button, most have both.
import { h, icon } from "./dom.js";
import { t } from "./words.js";

const FACTOR = 1.25;
const ICONS = {
  undo: "M8.5 6 4 10.5 8.5 15M4 10.5h9.500a5.500 5.500 0 0 1 0 9H9",
  redo: "M15.500 6 20 10.500 15.500 15M20 10.500h-9.500a5.500 5.500 0 0 0 0 9H15",
  smaller: "M5 12h14",
  larger: "M12 5v14M5 12h14",
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5M9 9h6v6H9z",
  find: "M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13zM15.300 15.300 20 20",
  full: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
};

export function toolbar(place, app, modeler, acts) {
  const stack = modeler.get("commandStack");
  const canvas = modeler.get("canvas");
  const zoom = (factor) => canvas.zoom(Math.min(Math.max(canvas.zoom() * factor, 0.2), 4), "auto");
  const button = (name, onclick) => h("button", {
    type: "button", class: "st-tool", title: t(`editor.${name}`), "aria-label": t(`editor.${name}`),
    data: { tool: name }, onclick,
  }, icon(ICONS[name]));
  const undo = button("undo", () => stack.undo());
  const redo = button("redo", () => stack.redo());
  const full = button("full", () => (document.fullscreenElement ? document.exitFullscreen() : app.requestFullscreen()));
  const chosen = () => {
    if (file.files[0]) acts.read(file.files[0]);
    file.value = "";
  };
  const kinds = ".bpmn,.xml,.json";
  const file = h("input", {
    type: "file", accept: kinds, hidden: true, "aria-label": t("editor.import"), onchange: chosen,
  });
  const item = (words, act) => h("button", { type: "button", onclick: () => { menu.open = false; act(); } }, t(words));
  const menu = h("details", { class: "menu" }, h("summary", { class: "button" }, t("editor.files")),
    h("div", { class: "menu-body" }, item("editor.import", () => file.click()), item("editor.export_bpmn", acts.bpmn),
      item("editor.export_svg", acts.svg), item("editor.layout", acts.layout)));
  const update = () => { undo.disabled = !stack.canUndo(); redo.disabled = !stack.canRedo(); };
  modeler.on(["commandStack.changed", "import.done"], update);
  document.addEventListener("fullscreenchange", () => {
    full.setAttribute("aria-pressed", String(Boolean(document.fullscreenElement)));
    canvas.resized();
  });
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
  place.append(undo, redo, h("span", { class: "st-gap" }), button("smaller", () => zoom(1 / FACTOR)),
    button("larger", () => zoom(FACTOR)), button("fit", () => canvas.zoom("fit-viewport", "auto")),
    button("find", (event) => {
      event.stopPropagation(); // a click anywhere else closes it
      modeler.get("searchPad").toggle();
    }), full, h("span", { class: "st-gap" }), menu, file);
  update();
}
