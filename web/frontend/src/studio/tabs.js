// A row of tabs with their panels; arrows move between them.
import { h, uniqueId } from "./dom.js";
import { t } from "./words.js";

export function tabs(root, names) {
  const panels = {};
  const heads = {};
  const badges = {};
  const select = (name, focus = false) => {
    for (const one of names) {
      heads[one].setAttribute("aria-selected", String(one === name));
      heads[one].tabIndex = one === name ? 0 : -1;
      panels[one].hidden = one !== name;
    }
    if (focus) heads[name].focus();
  };
  const bar = h("div", { class: "st-tabs", role: "tablist", "aria-label": t("editor.side") });
  for (const name of names) {
    const id = uniqueId("st-tab");
    panels[name] = h("div", {
      class: "st-panel", role: "tabpanel", id: `${id}-panel`, "aria-labelledby": id, tabindex: "-1",
      data: { panel: name },
    });
    badges[name] = h("b", { class: "st-badge" });
    heads[name] = h("button", {
      type: "button", class: "st-tab", role: "tab", id, "aria-controls": `${id}-panel`, data: { tab: name },
      onclick: () => select(name), onkeydown: (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (step) select(names[(names.indexOf(name) + step + names.length) % names.length], true);
      },
    }, t(`editor.tab_${name}`), badges[name]);
    bar.append(heads[name]);
  }
  root.append(bar, ...Object.values(panels));
  select(names[0]);
  return { panels, select, badge: (name) => badges[name] };
}
