// What a choice offers: a code set of the office, or codes of its own, each with the name the page shows.
import { choice, line } from "./controls.js";
import { h, splitList, uniqueId } from "./dom.js";
import { t } from "./words.js";

const OWN = "";

/** Keep only the names of codes that are offered, and none that is empty. */
function tidy(field) {
  const named = Object.entries(field.labels ?? {}).filter(([code, said]) =>
    (field.options ?? []).includes(code) && (said.zh || said.en));
  if (named.length) field.labels = Object.fromEntries(named);
  else delete field.labels;
}

function nameOf(code, lang, { field, acts, office }) {
  const words = t(`editor.option_${lang}`, { n: field.options.indexOf(code) + 1 });
  const change = (value) => acts.set((one) => {
    one.labels ??= {};
    const usual = office.codes[code] ?? { zh: code, en: code };
    one.labels[code] = { ...usual, ...one.labels[code], [lang]: value || usual[lang] };
    if (one.labels[code].zh === usual.zh && one.labels[code].en === usual.en) delete one.labels[code];
    tidy(one);
  });
  const made = line(uniqueId("st-option"), change, { "aria-label": words, placeholder: words });
  made.input.dataset.part = `option-${code}-${lang}`;
  made.show(field.labels?.[code]?.[lang] ?? office.codes[code]?.[lang] ?? "");
  return made.root;
}

/** Draw the choices of a field; `context` is {field, acts, office, labelled}. */
export function choices(context) {
  const { field, acts, office, labelled } = context;
  const sets = [[OWN, t("editor.set_own")], ...office.items("sets").map(({ id, text }) => [id, text])];
  const change = (value) => {
    acts.set((one) => {
      delete one.example;
      delete one.set;
      if (value === OWN) one.options = ["YES", "NO"];
      else {
        one.set = value;
        delete one.options;
        delete one.labels;
      }
    });
    acts.redraw();
  };
  const which = labelled("editor.field_set", choice(uniqueId("st-part"), change, sets), field.set ?? OWN, "set");
  if (field.set) {
    const members = office.items("sets").find(({ id }) => id === field.set)?.more ?? "";
    return h("div", { class: "st-wide" }, which, h("p", { class: "st-note" }, members));
  }
  const codes = line(uniqueId("st-part"), (text) => acts.set((one) => { one.options = splitList(text); tidy(one); }));
  codes.input.addEventListener("change", () => acts.redraw());
  return h("div", { class: "st-wide" }, which,
    labelled("editor.field_options", codes, (field.options ?? []).join(" "), "options"),
    ...(field.options ?? []).map((code) => h("div", { class: "st-inline st-option" }, h("code", {}, code),
      nameOf(code, "zh", context), nameOf(code, "en", context))));
}

/** The codes a choice offers, wherever they come from. */
export const codesOf = (field, office) =>
  field.set ? office.members(field.set) : field.options ?? [];

export const saidOf = (field, code, office) => {
  const said = field.labels?.[code] ?? office.codes[code];
  return said ? office.inLanguage(said) : code;
};
