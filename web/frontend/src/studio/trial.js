// What the latest trial of this very draft says, at the elements, until the draft is changed.
import { h } from "./dom.js";
import { get } from "./server.js";
import { t } from "./words.js";

const TYPE = "trial";

export async function showTrial({ modeler, annex, urls }) {
  let failures;
  try {
    ({ failures } = await get(`${urls.trialUrl}/failures`));
  } catch (refusal) {
    console.warn("trial", refusal);
    return;
  }
  const overlays = modeler.get("overlays");
  const registry = modeler.get("elementRegistry");
  const told = new Map();
  for (const { element, text } of failures) told.set(element, [...(told.get(element) ?? []), text]);
  for (const [id, texts] of told) {
    if (!registry.get(id)) continue;
    const words = t("editor.trial_failed", { what: texts.join("\n") });
    const html = h("a", { class: "st-flag st-flag-trial", href: urls.trialUrl, title: words, "aria-label": words }, "×");
    overlays.add(id, TYPE, { position: { top: -12, right: 10 }, html, show: { minZoom: 0.2 } });
  }
  const forget = () => overlays.remove({ type: TYPE });
  modeler.on("commandStack.changed", forget);
  annex.onChange((what) => { if (what !== "load") forget(); });
}
