// <div data-diagram data-xml-url="…" data-marks-url="…">words for those who do not see the picture</div>
//
// Marks are JSON: {"active": [ids], "done": [ids], "overdue": [ids], "incident": [ids], "taken": [flow ids],
// "counts": {id: visits}}; of a difference "added", "removed", "changed", "moved", of a trial "failing" and
// "untouched"; of work "heat": {id: {"level": 1 to 4, "text": number}}. With data-marks-from="id" the marks stand in
// data-marks of another element of the page, which may be exchanged: the picture stays and is marked anew; a click
// on an element goes to its card (`data-at`).
// The words inside stay for screen readers, and stay in sight when drawing fails.
// A click on an element sends the event `diagram:select` with its id.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import { addControls } from "./diagram-controls.js";
import { textModule } from "./diagram-text.js";
import { READABLE, stand } from "./diagram-view.js";
import { say } from "./language.js";

const STATES = ["done", "taken", "untouched", "moved", "changed", "removed", "added", "failing", "incident", "overdue", "active"];
const HEATS = ["heat-1", "heat-2", "heat-3", "heat-4"];
/** Pixels: from this width on a drawing without marks opens so that it can be read, this far from the edge. */
const [WIDE, BESIDE] = [700, 16];
/** The size at which a telephone stands at the live token. */
const STANDING = 0.8;
const BADGES = {
  active: () => ["●", say("办理中", "in hand")],
  overdue: () => ["!", say("超时", "overdue")],
  incident: () => ["×", say("异常", "incident")],
  failing: () => ["×", say("场景未通过", "a scenario fails")],
  added: () => ["+", say("新增", "added")],
  removed: () => ["−", say("删除", "removed")],
  changed: () => ["≠", say("修改", "changed")],
  done: () => ["✓", say("已办结", "done")],
};

/** Pictures whose marks stand on the page, with their viewers. */
const following = new Map();

const marksOf = (place) => JSON.parse(document.getElementById(place.dataset.marksFrom)?.dataset.marks ?? "{}");

// Where the live token has left the part of the picture that is in sight, the picture goes after it.
function follow(viewer, marks) {
  const canvas = viewer.get("canvas");
  const place = viewer.get("elementRegistry").get(marks.active?.[0]);
  if (!place) return;
  if (canvas.getContainer().clientWidth < WIDE && canvas.zoom() < 0.5) showWhole(viewer, marks);
  const { x, y, width, height, inner } = canvas.viewbox();
  if (place.x >= x && place.y >= y && place.x + place.width <= x + width && place.y + place.height <= y + height) return;
  canvas.viewbox({
    x: within(place.x + place.width / 2, width, inner.x, inner.width),
    y: within(place.y + place.height / 2, height, inner.y, inner.height), width, height,
  });
}

function markAnew() {
  for (const [place, viewer] of following) {
    if (!place.isConnected) {
      following.delete(place);
      viewer.destroy();
      continue;
    }
    const marks = marksOf(place);
    mark(viewer, marks);
    follow(viewer, marks);
  }
}

// A token without questions moves by a click; with questions its card is where to go on.
function toCard({ detail: { id } }) {
  const card = document.querySelector(`[data-at="${CSS.escape(id)}"]`);
  const question = card?.querySelector("input:not([type=hidden]), select, textarea");
  if (question) question.focus();
  else card?.querySelector("button")?.click();
}

async function load(url, kind) {
  const answer = await fetch(url, { credentials: "same-origin", headers: { Accept: kind } });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer;
}

function badge(text, label, state) {
  const element = document.createElement("span");
  element.className = `diagram-badge diagram-badge-${state}`;
  element.title = label;
  element.setAttribute("aria-label", label);
  element.textContent = text;
  return element;
}

export function mark(viewer, marks) {
  const canvas = viewer.get("canvas");
  const overlays = viewer.get("overlays");
  const registry = viewer.get("elementRegistry");
  overlays.remove({ type: "mark" });
  registry.forEach(({ id }) => [...STATES, ...HEATS].forEach((state) => canvas.removeMarker(id, `mark-${state}`)));
  for (const state of STATES) {
    for (const id of marks[state] ?? []) if (registry.get(id)) canvas.addMarker(id, `mark-${state}`);
  }
  for (const [id, { level, text }] of Object.entries(marks.heat ?? {})) {
    if (!registry.get(id)) continue;
    canvas.addMarker(id, `mark-heat-${level}`);
    overlays.add(id, "mark", { position: { top: -11, right: 11 }, html: badge(text, text, `heat-${level}`) });
  }
  const badged = new Set();
  for (const [state, words] of Object.entries(BADGES)) {
    for (const id of marks[state] ?? []) {
      const element = registry.get(id);
      if (!element || element.waypoints || badged.has(id)) continue;
      badged.add(id);
      const visits = marks.counts?.[id] ?? 1;
      const [sign, label] = words();
      const text = visits > 1 ? `${sign} ${visits}` : sign;
      overlays.add(id, "mark", { position: { top: -11, right: 11 }, html: badge(text, label, state) });
    }
  }
}

function showWhole(viewer, marks) {
  const canvas = viewer.get("canvas");
  canvas.zoom("fit-viewport", "auto");
  const registry = viewer.get("elementRegistry");
  const active = registry.get(marks.active?.[0]);
  const told = ["failing", "added", "removed", "changed"].flatMap((state) => marks[state] ?? []);
  const place = active ?? told.map((id) => registry.get(id)).find((one) => one && !one.waypoints);
  // On a telephone the whole picture is too small to read: stand at the live token, or at what is told.
  if (place && canvas.zoom() < (active ? 0.5 : 0.25)) {
    canvas.zoom(STANDING);
    const { width, height, inner } = canvas.viewbox();
    const x = within(place.x + place.width / 2, width, inner.x, inner.width);
    canvas.viewbox({ x, y: within(place.y + place.height / 2, height, inner.y, inner.height), width, height });
  }
}

// Where a view of some size begins that looks at a point, without blank paper beyond the picture's edge.
function within(middle, size, first, whole) {
  if (whole <= size) return first - (size - whole) / 2;
  return Math.min(Math.max(middle - size / 2, first - BESIDE), first + whole - size + BESIDE);
}

// A flat picture needs no tall stage.
function fitHeight(stage, canvas, standing, least) {
  const { inner } = canvas.viewbox();
  const scale = Math.max(stage.clientWidth / inner.width, least);
  const shown = standing && scale < 0.5 ? STANDING : Math.min(scale, 1);
  const wanted = Math.max(220, inner.height * shown + 48);
  if (wanted < stage.clientHeight) stage.style.height = `${wanted}px`;
  canvas.resized();
}

async function draw(place) {
  const stage = document.createElement("div");
  stage.className = "diagram-stage";
  const words = document.createElement("div");
  words.className = "diagram-words";
  words.append(...place.childNodes);
  place.append(words, stage);
  // The wheel scrolls the page until the picture has been chosen.
  const viewer = new NavigatedViewer({ container: stage, zoomScroll: { enabled: false }, additionalModules: [textModule] });
  try {
    const [xml, marks] = await Promise.all([
      load(place.dataset.xmlUrl, "application/xml").then((answer) => answer.text()),
      place.dataset.marksUrl ? load(place.dataset.marksUrl, "application/json").then((a) => a.json()) : marksOf(place),
    ]);
    await viewer.importXML(xml);
    mark(viewer, marks);
    words.classList.add("diagram-words-hidden");
    addControls(place, stage, viewer, () => showWhole(viewer, {}));
    const [canvas, toRead] = [viewer.get("canvas"), !place.dataset.marksUrl && stage.clientWidth >= WIDE];
    fitHeight(stage, canvas, Boolean(marks.active?.length), toRead ? READABLE : 0);
    if (toRead) stand(canvas, BESIDE);
    else showWhole(viewer, marks);
    viewer.get("eventBus").on("element.click", ({ element }) =>
      place.dispatchEvent(new CustomEvent("diagram:select", { bubbles: true, detail: { id: element.id } })));
    if (place.dataset.marksFrom) {
      following.set(place, viewer);
      markAnew(); // a step may have been taken while it was drawn
      place.addEventListener("diagram:select", toCard);
    }
    place.dataset.diagram = "ready";
  } catch (error) {
    viewer.destroy();
    stage.textContent = say("流程图没有打开，请刷新页面再试。", "The diagram could not be opened; please reload.");
    stage.classList.add("diagram-failed");
    place.dataset.diagram = "failed";
    console.warn("diagram", error);
  }
}

/** Milliseconds a drawing stays in sight before it is drawn. */
const REST = 300;

export function startDiagrams() {
  // Drawn when it stays in sight: most tasks are done without looking at it, and some by scrolling past it.
  const resting = new Map();
  const sight = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      clearTimeout(resting.get(target));
      if (!isIntersecting) continue;
      resting.set(target, setTimeout(() => {
        sight.unobserve(target);
        resting.delete(target);
        target.dataset.diagram = "loading";
        draw(target);
      }, REST));
    }
  });
  const scan = (root) => {
    for (const place of root.querySelectorAll('[data-diagram=""]')) {
      place.dataset.diagram = "waiting";
      sight.observe(place);
    }
  };
  scan(document);
  document.addEventListener("htmx:load", ({ target }) => {
    scan(target.parentElement ?? target);
    if (target.dataset?.marks === undefined) return;
    markAnew();
    (target.querySelector("[data-focus]") ?? target.querySelector("[tabindex='-1']"))?.focus({ preventScroll: true });
  });
}
