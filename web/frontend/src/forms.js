// form[data-guard]: ask before leaving with unsaved input. form[data-once]: a second click sends nothing.
const clean = new WeakMap();

export const contentOf = (form) => {
  const pairs = [...new FormData(form)].map(([name, value]) => [name, value instanceof File ? value.name : value]);
  return JSON.stringify(pairs);
};

export const markClean = (form) => clean.set(form, contentOf(form));

const isDirty = (form) => clean.has(form) && clean.get(form) !== contentOf(form);

function watch(root) {
  for (const form of root.querySelectorAll("form[data-guard]")) if (!clean.has(form)) markClean(form);
}

function sent(form) {
  // Disabled one tick later: a disabled button would not send its own name and value.
  setTimeout(() => {
    form.setAttribute("aria-busy", "true");
    for (const button of form.querySelectorAll('button:not([type="button"])')) button.disabled = true;
  });
}

function revive(form) {
  form.removeAttribute("aria-busy");
  delete form.dataset.sent;
  for (const button of form.querySelectorAll('button:not([type="button"])')) button.disabled = false;
}

export function startForms() {
  watch(document);
  document.addEventListener("htmx:load", ({ target }) => watch(target));
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    if (form.matches("[data-once]")) {
      form.dataset.sent = "true";
      sent(form);
    }
    if (form.matches("[data-guard]")) markClean(form);
  });
  document.addEventListener("htmx:afterRequest", ({ target }) => {
    const form = target.closest?.("form[data-once]");
    if (form) setTimeout(() => revive(form));
  });
  // A page shown again by "back" must not keep its buttons dead.
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(revive));
  window.addEventListener("beforeunload", (event) => {
    if ([...document.querySelectorAll("form[data-guard]")].some(isDirty)) event.preventDefault();
  });
}
