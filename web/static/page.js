// What our own pages add for a browser with scripts: live skip logic, rows of lists, ticking all, menus.
// The server decides again about everything in here.

// --- conditions of forms: names, texts, lists, null, == != in, and or not, ( ) ---------------------------
const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*")|(==|!=|[()[\],])|([A-Za-z_][\w.]*)|(-?\d+(?:\.\d+)?))/y;

function tokens(text) {
  const found = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text);
    if (!match) return null;
    if (match[1]) found.push({ value: JSON.parse(match[1]) });
    else if (match[2]) found.push({ sign: match[2] });
    else if (match[3]) found.push({ word: match[3] });
    else found.push({ value: Number(match[4]) });
  }
  return found;
}

function parser(list) {
  let at = 0;
  const next = (sign) => list[at]?.sign === sign && (at += 1);
  const word = (text) => list[at]?.word === text && (at += 1);
  const either = () => {
    let left = both();
    while (word("or")) { const a = left, b = both(); left = (get) => a(get) || b(get); }
    return left;
  };
  const both = () => {
    let left = negated();
    while (word("and")) { const a = left, b = negated(); left = (get) => a(get) && b(get); }
    return left;
  };
  const negated = () => {
    if (!word("not")) return compared();
    const inner = negated();
    return (get) => !inner(get);
  };
  const compared = () => {
    const left = atom();
    if (next("==")) { const right = atom(); return (get) => left(get) === right(get); }
    if (next("!=")) { const right = atom(); return (get) => left(get) !== right(get); }
    if (word("in")) { const right = atom(); return (get) => (right(get) ?? []).includes(left(get)); }
    return left;
  };
  const atom = () => {
    const token = list[at];
    at += 1;
    if (!token) throw new Error("cut short");
    if ("value" in token) return () => token.value;
    if (token.sign === "(") { const inner = either(); if (!next(")")) throw new Error("("); return inner; }
    if (token.sign === "[") {
      const items = [];
      while (!next("]")) { items.push(atom()); next(","); }
      return (get) => items.map((item) => item(get));
    }
    const fixed = { null: null, None: null, true: true, True: true, false: false, False: false };
    if (token.word in fixed) return () => fixed[token.word];
    if (token.word) return (get) => get(token.word);
    throw new Error(token.sign);
  };
  const whole = either();
  if (at !== list.length) throw new Error("too long");
  return whole;
}

const known = new Map();

// A condition we cannot read hides nothing: the server will tell.
function condition(text) {
  if (!known.has(text)) {
    let made = () => true;
    try { made = parser(tokens(text) ?? [{}]); } catch { /* shown */ }
    known.set(text, made);
  }
  return known.get(text);
}

const asValue = (text) => (text === "" ? null : text === "true" ? true : text === "false" ? false : text);

function reader(form, prefix) {
  return (name) => {
    const controls = [...form.elements].filter((one) => one.name === prefix + name && !one.closest("template"));
    const live = controls.filter((one) => !one.closest("[hidden]"));
    if (controls.some((one) => one.type === "checkbox")) return live.filter((one) => one.checked).map((one) => one.value);
    if (controls.some((one) => one.type === "radio")) return asValue(live.find((one) => one.checked)?.value ?? "");
    return asValue(live[0]?.value ?? "");
  };
}

function refresh(form) {
  // Twice: a field may depend on one that was just hidden.
  for (let round = 0; round < 2; round += 1) {
    for (const place of form.querySelectorAll("[data-show-if]")) {
      const prefix = place.dataset.field.match(/^(.*__\d+__)/)?.[1] ?? "";
      place.hidden = !condition(place.dataset.showIf)(reader(form, prefix));
    }
  }
  for (const mark of form.querySelectorAll("[data-required-if]")) {
    const prefix = mark.closest("[data-field]")?.dataset.field.match(/^(.*__\d+__)/)?.[1] ?? "";
    mark.hidden = !condition(mark.dataset.requiredIf)(reader(form, prefix));
  }
}

// --- rows of a list ---------------------------------------------------------------------------------------
function number(list) {
  [...list.children].forEach((row, n) => {
    for (const one of row.querySelectorAll("[name], [id], [data-field], [for]")) {
      for (const key of ["name", "id", "for", "data-field"]) {
        const text = one.getAttribute(key);
        if (text) one.setAttribute(key, text.replace(/__(\d+|n)__/, `__${n}__`));
      }
    }
  });
}

function addRow(button) {
  const field = button.closest("[data-field]");
  const list = field.querySelector("[data-list-rows]");
  list.append(field.querySelector("[data-list-template]").content.cloneNode(true));
  number(list);
  list.lastElementChild.querySelector("input, select, textarea")?.focus();
  button.form.dispatchEvent(new Event("input", { bubbles: true }));
}

function removeRow(button) {
  const list = button.closest("[data-list-rows]");
  const { form } = button;
  button.closest("[data-list-row]").remove();
  number(list);
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

// A button that ticks several boxes of a question at once, or writes what is often written.
function fillIn(button) {
  const codes = button.dataset.codes.split(" ");
  for (const one of button.form.querySelectorAll(`[name="${button.dataset.tick}"]`)) {
    if (one.type === "checkbox") one.checked = codes.includes(one.value);
    else one.value = button.dataset.codes;
  }
  button.form.dispatchEvent(new Event("input", { bubbles: true }));
}

// Where a row of lists is wider than the screen, the chosen one is brought into sight.
function centre(here) {
  const bar = here.parentElement;
  bar.scrollLeft += here.getBoundingClientRect().left - bar.getBoundingClientRect().left
    - (bar.clientWidth - here.offsetWidth) / 2;
}

function start(root) {
  for (const form of root.querySelectorAll("form")) if (form.querySelector("[data-show-if], [data-required-if]")) refresh(form);
  root.querySelector("[data-focus]")?.focus();
  for (const here of root.querySelectorAll("nav:is(.nav, .lists, .switch) [aria-current]")) centre(here);
}

document.documentElement.classList.add("js");
start(document);
document.addEventListener("htmx:load", ({ target }) => start(target));
document.addEventListener("input", ({ target }) => target.form && refresh(target.form));
document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-select-all]")) {
    for (const box of target.form.querySelectorAll('input[type="checkbox"][name="task"]')) box.checked = target.checked;
  }
});
document.addEventListener("click", (event) => {
  const { target } = event;
  const add = target.closest("[data-list-add]");
  if (add) { event.preventDefault(); addRow(add); }
  const tick = target.closest("[data-tick]");
  if (tick) fillIn(tick);
  const remove = target.closest("[data-list-remove]");
  if (remove) removeRow(remove);
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(target)) menu.open = false;
});
// An answer that need not be given can be taken back: the chosen button is pressed once more.
const free = (radio) => !radio.closest(".choices").querySelector("[required]");
let held = null;
document.addEventListener("pointerdown", ({ target }) => {
  const radio = target.closest(".choice")?.querySelector('input[type="radio"]:checked');
  held = radio && free(radio) ? radio : null;
});
document.addEventListener("click", ({ target }) => {
  if (target !== held) return; // the click that the label passes on to its button
  held = null;
  target.checked = false;
  target.dispatchEvent(new Event("input", { bubbles: true }));
});
document.addEventListener("keydown", ({ key, target }) => {
  if (!["Backspace", "Delete"].includes(key) || !target.matches('.choice input[type="radio"]')) return;
  if (!free(target)) return;
  target.checked = false;
  target.dispatchEvent(new Event("input", { bubbles: true }));
});
// A diagram in a closed panel is drawn when the panel opens: without room it could not be laid out.
document.addEventListener("toggle", ({ target }) => {
  if (!target.open) return;
  for (const place of target.querySelectorAll("[data-diagram-later]")) {
    place.removeAttribute("data-diagram-later");
    place.dataset.diagram = "";
    place.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true }));
  }
}, true);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
