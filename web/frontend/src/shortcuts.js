// j/k move through [data-list] by its [data-row]s, Enter opens, / searches, ? shows <dialog data-help>.
const TYPING = "input, textarea, select, [contenteditable]:not([contenteditable=false])";

const rows = () => [...document.querySelectorAll("[data-list] [data-row]")].filter((row) => row.offsetParent);

function move(step) {
  const all = rows();
  if (!all.length) return;
  const here = all.findIndex((row) => row.hasAttribute("data-current"));
  const next = all[here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + step, 0), all.length - 1)];
  all.forEach((row) => row.toggleAttribute("data-current", row === next));
  (next.querySelector("a[data-open], a[href]") ?? next).focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function open() {
  const row = rows().find((one) => one.hasAttribute("data-current"));
  row?.querySelector("a[data-open], a[href]")?.click();
}

function search() {
  const field = document.querySelector("[data-search]");
  field?.focus();
  field?.select?.();
}

function help() {
  const dialog = document.querySelector("dialog[data-help]");
  if (!dialog) return;
  if (dialog.open) dialog.close();
  else dialog.showModal();
}

const KEYS = { j: () => move(1), k: () => move(-1), "/": search, "?": help };

export function startShortcuts() {
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (key === "Escape" && target.matches("[data-search]")) target.blur();
    if (target.closest?.(TYPING)) return;
    if (key === "Enter" && !target.closest?.("a, button, summary")) open();
    if (!Object.hasOwn(KEYS, key) || (document.querySelector("dialog[open]") && key !== "?")) return;
    event.preventDefault();
    KEYS[key]();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-help-open]")) help();
  });
}
