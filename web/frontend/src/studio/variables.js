// The routing variables of the process: the only data that conditions may ask for.
import { h } from "./dom.js";
import { t } from "./words.js";

const TYPES = ["bool", "enum", "int", "date", "text"];
const NAME = /^[a-z][a-z0-9_]{0,63}$/;

export function variablesPart(model, element) {
  const list = h("ul", { class: "st-lines" });
  const input = (words) =>
    h("input", { type: "text", class: "st-input st-code", "aria-label": words, placeholder: words });
  const name = input(t("editor.v_name"));
  const type = h("select", { class: "st-input", "aria-label": t("editor.v_type") },
    TYPES.map((one) => h("option", { value: one }, t(`editor.t_${one}`))));
  const options = input(t("editor.v_options"));
  options.classList.add("st-whole");
  const ask = () => { options.hidden = type.value !== "enum"; };
  type.addEventListener("change", ask);
  ask();
  const wrong = h("p", { class: "st-wrong", role: "alert", hidden: true });
  const add = h("button", { type: "button", class: "button", onclick: () => {
    const known = model.variables(element).some((one) => one.name === name.value.trim());
    const problem = known ? "editor.v_taken" : NAME.test(name.value.trim()) ? "" : "editor.v_wrong";
    wrong.textContent = problem ? t(problem) : "";
    wrong.hidden = !problem;
    if (problem) return;
    model.addVariable(element, name.value.trim(), type.value, type.value === "enum" ? options.value.trim() : "");
    name.value = options.value = "";
  } }, t("editor.add"));

  return {
    root: h("div", {}, h("p", { class: "st-note" }, t("editor.v_note")), list,
      h("div", { class: "st-inline" }, name, type, options, add), wrong),
    busy: () => false,
    show() {
      list.replaceChildren(...model.variables(element).map((one) => {
        const kind = one.get("aid595:type") ?? "";
        const words = [t(`editor.t_${kind}`), one.get("aid595:options")].filter(Boolean).join(" · ");
        return h("li", {}, h("code", {}, one.name), h("small", {}, words),
          h("button", { type: "button", class: "st-icon", "aria-label": t("editor.remove_one", { what: one.name }),
            onclick: () => model.removeVariable(element, one) }, "×"));
      }));
    },
  };
}
