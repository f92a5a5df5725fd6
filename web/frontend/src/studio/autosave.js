// The draft is saved a moment after the last change, one save at a time, over the revision this page has seen.
// Where a colleague saved meanwhile nothing is overwritten: the page says who, and waits for a decision.
import { later } from "./dom.js";
import { put } from "./server.js";
import { t } from "./words.js";

const PAUSE = 1200;
const AGAIN = 8000;
/** Refusals that trying again does not heal: saved by another, submitted, thrown away; logged out. */
const FINAL = [
  "draft_changed", "illegal_state", "not_found", "session_ended", "not_our_page", "forbidden", "password_due",
];

export class Autosave {
  constructor(url, model, shown) {
    Object.assign(this, { url, model, shown });
    this.rev = 0;
    this.changes = 0;
    this.saved = 0;
    this.stopped = false;
    this.running = null;
    this.soon = later(() => this.save(), PAUSE);
    this.again = later(() => this.save(), AGAIN);
    window.addEventListener("beforeunload", (event) => { if (this.dirty()) event.preventDefault(); });
    document.addEventListener("visibilitychange", () => { if (document.hidden && this.dirty()) this.save(); });
  }

  dirty() {
    return this.changes !== this.saved;
  }

  touch() {
    this.changes += 1;
    if (this.stopped) return;
    this.shown.status(t("editor.unsaved"), "waiting");
    this.soon();
  }

  /** Save now; resolves when nothing is left to save, or when saving was refused. */
  async save() {
    if (this.running) await this.running;
    if (this.stopped || !this.dirty()) return !this.stopped;
    this.running = this.send();
    const well = await this.running;
    this.running = null;
    return well && this.dirty() ? this.save() : well;
  }

  async send() {
    const { changes } = this;
    this.shown.status(t("editor.saving"), "waiting");
    try {
      const { xml, annex } = await this.model();
      const { rev, at } = await put(this.url, { xml, annex, rev: this.rev });
      this.rev = rev;
      this.saved = changes;
      this.shown.status(t("editor.saved", { at }), "saved");
      this.shown.saved();
      return true;
    } catch (refusal) {
      if (FINAL.includes(refusal.code)) {
        this.stopped = true;
        this.shown.conflict(refusal.message);
      } else {
        this.shown.status(t("editor.not_saved", { why: refusal.message }), "failed");
        this.again();
      }
      return false;
    }
  }
}
