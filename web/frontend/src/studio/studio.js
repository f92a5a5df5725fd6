// The editor page: drawing, panel, forms, deadlines, findings, and the draft they are saved to.
import { Annex } from "./annex.js";
import { Autosave } from "./autosave.js";
import { h, splitList } from "./dom.js";
import { download, downloadDraft, hasDrawing, readFile } from "./files.js";
import { Findings } from "./findings.js";
import { FormsList } from "./forms-list.js";
import { stand } from "../diagram-view.js";
import { lostIn, makeModeler, PALETTE } from "./drawing.js";
import { Model, object } from "./model.js";
import { Office } from "./office.js";
import { Panel } from "./panel.js";
import { RulesList } from "./rules-list.js";
import { get, post } from "./server.js";
import { tabs } from "./tabs.js";
import { toolbar } from "./toolbar.js";
import { learn, t } from "./words.js";

const button = (words, onclick, kind = "button") => h("button", { type: "button", class: kind, onclick }, t(words));

class Studio {
  constructor(app, given) {
    this.app = app;
    this.urls = app.dataset;
    this.office = new Office(given);
    this.modeler = makeModeler(this.part("canvas"));
    this.model = new Model(this.modeler);
    this.annex = new Annex(this.office);
    Object.assign(this.office, { annex: this.annex, modeler: this.modeler });
    this.side();
    this.saving();
    toolbar(this.part("tools"), app, this.modeler, {
      bpmn: () => this.keep(),
      svg: async () => download(`${this.urls.name}.svg`, (await this.modeler.saveSVG()).svg, "image/svg+xml"),
      read: (file) => this.read(file),
      layout: () => this.layOut(),
    });
  }

  part(name) {
    return this.app.querySelector(`[data-part=${name}]`);
  }

  side() {
    const { panels, badge, select } = tabs(this.part("side"), ["properties", "findings", "forms", "rules"]);
    const preview = (body) => this.preview(body);
    this.select = select;
    this.forms = new FormsList(panels.forms, this.annex, this.office, preview);
    this.rules = new RulesList(panels.rules, this.annex, this.office, () => this.steps(), preview);
    this.panel = new Panel(panels.properties, this.modeler, this.model, this.office, {
      form: (element) => button("editor.form_edit", () => this.editForm(element), "link"),
      deadline: (element) => button("editor.rule_edit", () => this.editRule(element), "link"),
    });
    const jump = (finding) => this.jump(finding);
    this.findings = new Findings(panels.findings, badge("findings"), this.modeler, this.urls.checkUrl, jump);
  }

  steps() {
    const drawn = this.modeler.get("elementRegistry").filter((one) => one.type !== "label");
    return drawn.map((one) => ({ id: one.id, deadlines: object(one).get?.("aid595:deadline") }));
  }

  async preview(body) {
    try {
      return (await post(this.urls.previewUrl, body)).html;
    } catch (refusal) {
      return refusal.status === 422 ? h("p", { class: "st-wrong" }, refusal.message).outerHTML : null;
    }
  }

  // --- from one part to another ---------------------------------------------------------------------------
  editForm(element) {
    const id = this.model.attribute(object(element), "form") || element.id;
    if (!this.annex.form(id)) {
      this.forms.create(id, object(element).name);
      this.model.setAttribute(element, object(element), "form", id);
    }
    this.select("forms");
    this.forms.open(id);
  }

  editRule(element) {
    this.select("rules");
    this.rules.open(splitList(this.model.attribute(object(element), "deadline"))[0] ?? "");
  }

  jump({ element, place, rule }) { // a finding of the gate
    const [kind, id, name] = (place ?? "").split(".");
    if (kind === "forms") {
      this.select("forms");
      this.forms.open(id, name);
    } else if (kind === "rules") {
      this.select("rules");
      this.rules.open(id, name);
    } else {
      const found = this.modeler.get("elementRegistry").get(element);
      this.modeler.get("selection").select(found?.parent ? found : []);
      if (found?.parent) this.modeler.get("canvas").scrollToElement(found, 120);
      this.select("properties");
      this.panel.focus(FIELD_OF[rule] ?? "name");
    }
  }

  // --- the draft -----------------------------------------------------------------------------------------
  async xml() {
    return (await this.modeler.saveXML({ format: true })).xml;
  }

  async keep() {
    this.panel.flush();
    await downloadDraft(this.urls.name, await this.xml(), this.annex.text());
  }

  saving() {
    const status = this.part("status");
    const state = (text, kind) => { status.textContent = text; status.dataset.state = kind; };
    window.addEventListener("beforeunload", () => this.panel.flush());
    this.save = new Autosave(this.urls.modelUrl, async () => ({ xml: await this.xml(), annex: this.annex.text() }), {
      status: state,
      saved: () => { this.findings.check(); this.rules.refresh(false); },
      conflict: (sentence) => {
        state(t("editor.stopped"), "failed");
        this.say(sentence, "bad", [
          button("editor.keep_mine", () => this.keep(), "button primary"),
          button("editor.reload", () => { this.save.saved = this.save.changes; location.reload(); }),
        ]);
      },
    });
    this.modeler.on("commandStack.changed", () => this.save.touch());
    this.annex.onChange((what) => { if (what !== "load") this.save.touch(); });
    // A form that leaves the page, such as the switch of language, waits for what is not saved yet.
    document.addEventListener("submit", async (event) => {
      this.panel.flush();
      if (this.save.stopped || !this.save.dirty()) return;
      event.preventDefault();
      event.stopPropagation();
      if (await this.save.save()) event.target.requestSubmit(event.submitter);
    }, true);
  }

  say(sentence, state = "bad", buttons = [button("action.close", () => this.part("notice").replaceChildren())]) {
    this.part("notice").replaceChildren(h("div", { class: "st-notice", role: "alert", data: { state } },
      h("p", {}, sentence), h("div", { class: "st-inline" }, buttons)));
  }

  async open(text) {
    const { warnings } = await this.modeler.importXML(text).catch((problem) => {
      console.warn("drawing", problem);
      throw new Error(t("editor.not_drawn"));
    });
    stand(this.modeler.get("canvas"), PALETTE);
    const lost = lostIn(warnings);
    if (lost.length) this.say(t("editor.lost", { what: lost.slice(0, 3).join("; ") }), "warn");
  }

  /** Draw the whole diagram anew; the drawing as it was can be had back. */
  async layOut() {
    this.panel.flush();
    const before = await this.xml();
    try {
      await this.openAnew(before);
    } catch (problem) {
      await this.open(before);
      this.say(problem.message);
      return;
    }
    this.save.touch();
    this.say(t("editor.laid_out"), "warn", [
      button("editor.lay_back", async () => {
        this.part("notice").replaceChildren();
        await this.open(before);
        this.save.touch();
      }),
      button("action.close", () => this.part("notice").replaceChildren()),
    ]);
  }

  async openAnew(xml) {
    await this.open((await post(this.urls.layoutUrl, { xml })).xml);
  }

  async read(file) {
    const before = await this.xml();
    try {
      const read = await readFile(file);
      if (read.annex) this.annex.load(read.annex);
      else if (hasDrawing(read.xml)) await this.open(read.xml);
      else {
        await this.openAnew(read.xml);
        this.say(t("editor.was_laid_out"), "warn");
      }
      this.save.touch();
    } catch (problem) {
      await this.open(before);
      this.say(problem.message);
    }
  }

  async begin(draft) {
    this.annex.load(draft.annex);
    this.save.rev = draft.rev;
    try {
      await this.open(draft.xml);
    } catch (problem) {
      this.say(problem.message);
    }
    this.rules.refresh();
    await this.findings.check();
  }
}

/** Where to put the cursor for a finding of a rule. */
const FIELD_OF = {
  roles: "role", forms: "form", clauses: "clauses", services: "service", decisions: "decision", messages: "message",
  expressions: "condition", gateways: "condition", timers: "time", calls: "called", deadlines: "deadline", ids: "id",
};

export async function startStudio(app) {
  const [given, draft] = await Promise.all([get(app.dataset.vocabularyUrl), get(app.dataset.modelUrl)]);
  learn(given.words);
  const studio = new Studio(app, given);
  await studio.begin(draft);
  app.dataset.studio = "ready";
  // Further parts of the page, such as scenarios drawn on the diagram, join in here.
  app.dispatchEvent(new CustomEvent("studio:ready", { bubbles: true, detail: studio }));
}
