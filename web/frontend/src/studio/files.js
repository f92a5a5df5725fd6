// Files in and out: BPMN and SVG, and the forms and rules beside them as JSON. Nothing of it passes the server.
import { t } from "./words.js";

const MOST = 2 * 1024 * 1024;

export function download(name, text, type) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Give the draft as files: the drawing, and the annex where there is one. */
export async function downloadDraft(name, xml, annex) {
  download(`${name}.bpmn`, xml, "application/xml");
  if (annex !== "{}") download(`${name}.json`, annex, "application/json");
}

const BPMN = /<([\w-]+:)?definitions[\s>]/;
const DECLARED = /<!(DOCTYPE|ENTITY)/i;
/** Tell whether a file brings a drawing; one without is laid out. */
export const hasDrawing = (xml) => /<([\w-]+:)?BPMNShape[\s>]/.test(xml);

const PARTS = ["forms", "rules"];
const isTable = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const isAnnex = (value) =>
  isTable(value) && Object.entries(value).every(([key, part]) => PARTS.includes(key) && isTable(part));

/** Read a file a person chose; returns {xml} or {annex}, or throws an Error with a sentence. */
export async function readFile(file) {
  if (file.size > MOST) throw new Error(t("editor.file_large"));
  const text = await file.text();
  if (/\.json$/i.test(file.name)) {
    try {
      if (isAnnex(JSON.parse(text))) return { annex: text };
    } catch { /* the sentence below says it */ }
    throw new Error(t("editor.file_annex"));
  }
  if (!BPMN.test(text) || DECLARED.test(text)) throw new Error(t("editor.file_bpmn"));
  return { xml: text };
}
