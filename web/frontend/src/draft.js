// form[data-draft-url]: what is typed goes to the server two seconds after the last key and when the page is
// hidden, so that a closed lid or an expired session loses nothing. Never into the browser's own storage.
import { CSRF_HEADER, csrfToken } from "./csrf.js";
import { contentOf, markClean } from "./forms.js";
import { say } from "./language.js";

const PAUSE = 2000;
const states = new WeakMap();

function show(form, text, failed = false) {
  const place = form.querySelector("[data-draft-status]");
  if (!place) return;
  place.textContent = text;
  place.toggleAttribute("data-failed", failed);
}

async function save(form) {
  const state = states.get(form);
  clearTimeout(state.timer);
  const content = contentOf(form);
  if (content === state.saved || form.dataset.sent) return;
  const body = new FormData(form);
  for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
  try {
    const answer = await fetch(form.dataset.draftUrl, {
      method: "POST",
      body: new URLSearchParams(body),
      headers: { [CSRF_HEADER]: csrfToken() },
      credentials: "same-origin",
      keepalive: true,
      redirect: "error",
    });
    if (!answer.ok) throw new Error(String(answer.status));
    state.saved = content;
    if (contentOf(form) === content) markClean(form);
    const time = new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" });
    show(form, say(`草稿已保存 ${time}`, `Draft saved ${time}`));
  } catch {
    show(form, say("草稿没有保存，请先不要关闭页面", "The draft was not saved; please keep this page open"), true);
  }
}

function watch(root) {
  for (const form of root.querySelectorAll("form[data-draft-url]")) {
    if (states.has(form)) continue;
    states.set(form, { saved: contentOf(form), timer: 0 });
    form.addEventListener("input", () => {
      const state = states.get(form);
      clearTimeout(state.timer);
      state.timer = setTimeout(() => save(form), PAUSE);
    });
  }
}

export function startDrafts() {
  watch(document);
  document.addEventListener("htmx:load", ({ target }) => watch(target));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden") return;
    document.querySelectorAll("form[data-draft-url]").forEach((form) => states.has(form) && save(form));
  });
}
