// The editor page: drawing, panel, forms, deadlines, findings, and the draft they are saved to.
import Modeler from "bpmn-js/lib/Modeler";
import minimapModule from "diagram-js-minimap";
import { Annex } from "./annex.js";
import { Autosave } from "./autosave.js";
import { h, splitList } from "./dom.js";
import { translateModule } from "./drawing-words.js";
import { download, downloadDraft, readFile } from "./files.js";
import { Findings } from "./findings.js";
import { FormsList } from "./forms-list.js";
import { keepAll } from "./kept.js";
import { Model, object } from "./model.js";
import { newcomersModule } from "./newcomers.js";
import { Office } from "./office.js";
import { officeModdle } from "./office-moddle.js";
import { offeredModule } from "./offered.js";
import { Panel } from "./panel.js";
import { RulesList } from "./rules-list.js";
import { get, post } from "./server.js";
import { tabs } from "./tabs.js";
import { toolbar } from "./toolbar.js";
import { learn, t } from "./words.js";

const READABLE = 0.7;

export function makeModeler(container) {
  const modeler = new Modeler({
    container,
    minimap: { open: true },
    moddleExtensions: { aid595: officeModdle },
    additionalModules: [translateModule, offeredModule, newcomersModule, minimapModule],
  });
  keepAll(modeler);
  return modeler;
}

/** What a file holds that would be lost, because the library reads past it. */
function lostIn(warnings) {
  return warnings.map(({ message }) => message).filter((message) => /unrecognized|unparsable|unknown/i.test(message));
}

/** Show the whole drawing, or where that is too small to read its beginning; leave room for the palette. */
function stand(canvas) {
  canvas.zoom("fit-viewport", "auto");
  if (canvas.zoom() >= READABLE) return;
  const { inner, outer } = canvas.viewbox();
  const [width, height] = [outer.width / READABLE, outer.height / READABLE];
  canvas.viewbox({ x: inner.x - 110 / READABLE, y: inner.y - Math.max(40, (height - inner.height) / 2), width, height });
}

function notice(place, sentence, buttons = [], state = "bad") {
  const box = h("div", { class: "st-notice", role: "alert", data: { state } }, h("p", {}, sentence), h("div", { class: "st-inline" }, buttons));
  place.replaceChildren(box);
  return box;
}

const button = (words, onclick, kind = "button") => h("button", { type: "button", class: kind, onclick }, t(words));

export async function startStudio(app) {
  const part = (name) => app.querySelector(`[data-part=${name}]`);
  const [given, draft] = await Promise.all([get(app.dataset.vocabularyUrl), get(app.dataset.modelUrl)]);
  learn(given.words);
  const office = new Office(given);
  const modeler = makeModeler(part("canvas"));
  const model = new Model(modeler);
  const annex = new Annex(office);
  Object.assign(office, { annex, modeler });

  const { panels, badge, select } = tabs(part("side"), ["properties", "findings", "forms", "rules"]);
  const preview = async (body) => {
    try {
      return (await post(app.dataset.previewUrl, body)).html;
    } catch (refusal) {
      return refusal.status === 422 ? h("p", { class: "st-wrong" }, refusal.message).outerHTML : null;
    }
  };
  const forms = new FormsList(panels.forms, annex, office, preview);
  const steps = () => modeler.get("elementRegistry").filter((one) => one.type !== "label").map((one) => ({
    id: one.id, deadlines: object(one).get?.("aid595:deadline"),
  }));
  const rules = new RulesList(panels.rules, annex, office, steps, preview);
  const openForm = (id) => { select("forms"); forms.open(id); };
  const panel = new Panel(panels.properties, modeler, model, office, {
    form: (element) => button("editor.form_edit", () => {
      const id = model.attribute(object(element), "form") || element.id;
      if (!annex.form(id)) {
        forms.create(id, object(element).name);
        model.setAttribute(element, object(element), "form", id);
      }
      openForm(id);
    }, "link"),
    deadline: (element) => button("editor.rule_edit", () => {
      select("rules");
      rules.open(splitList(model.attribute(object(element), "deadline"))[0] ?? "");
    }, "link"),
  });

  const jump = ({ element, field }) => {
    const found = modeler.get("elementRegistry").get(element);
    if (found) {
      modeler.get("selection").select(found.waypoints || found.parent ? found : []);
      if (found.parent) modeler.get("canvas").scrollToElement(found, 120);
      select("properties");
      panel.focus(field);
    } else if (annex.form(element)) openForm(element);
    else if (annex.rule(element)) { select("rules"); rules.open(element); }
  };
  const findings = new Findings(panels.findings, badge("findings"), modeler, app.dataset.checkUrl, jump);

  const xml = async () => (await modeler.saveXML({ format: true })).xml;
  const name = app.dataset.name;
  const status = part("status");
  const save = new Autosave(app.dataset.modelUrl, async () => ({ xml: await xml(), annex: annex.text() }), {
    status(text, state) { status.textContent = text; status.dataset.state = state; },
    saved() { findings.check(); rules.refresh(false); },
    conflict(sentence) {
      status.textContent = t("editor.stopped");
      status.dataset.state = "failed";
      notice(part("notice"), sentence, [
        button("editor.keep_mine", async () => downloadDraft(name, await xml(), annex.text()), "button primary"),
        button("editor.reload", () => { save.saved = save.changes; location.reload(); }),
      ]);
    },
  });

  const say = (sentence, state) =>
    notice(part("notice"), sentence, [button("action.close", () => part("notice").replaceChildren())], state);

  async function open(text) {
    const { warnings } = await modeler.importXML(text).catch((problem) => {
      console.warn("drawing", problem);
      throw new Error(t("editor.not_drawn"));
    });
    stand(modeler.get("canvas"));
    const lost = lostIn(warnings);
    if (lost.length) say(t("editor.lost", { what: lost.slice(0, 3).join("; ") }), "warn");
  }

  toolbar(part("tools"), app, modeler, {
    bpmn: async () => downloadDraft(name, await xml(), annex.text()),
    svg: async () => download(`${name}.svg`, (await modeler.saveSVG()).svg, "image/svg+xml"),
    async read(file) {
      const before = await xml();
      try {
        const read = await readFile(file);
        if (read.annex) annex.load(read.annex);
        else await open(read.xml);
        save.touch();
      } catch (problem) {
        await open(before);
        say(problem.message);
      }
    },
  });

  annex.load(draft.annex);
  save.rev = draft.rev;
  try {
    await open(draft.xml);
  } catch (problem) {
    say(problem.message);
  }
  rules.refresh();
  modeler.on("commandStack.changed", () => save.touch());
  annex.onChange((what) => { if (what !== "load") save.touch(); });
  findings.check();
  for (const form of document.querySelectorAll("form")) {
    form.addEventListener("submit", async (event) => {
      panel.flush();
      if (save.stopped || !save.dirty()) return;
      event.preventDefault();
      if (await save.save()) form.requestSubmit(event.submitter);
    });
  }
  app.dataset.studio = "ready";
}
