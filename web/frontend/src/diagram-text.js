// Chinese has no spaces to break a line at: the library fills a line and leaves what remains, often a single
// character, for the next. Here the lines of a name are of one length and none begins with a stop.
import TextRenderer from "bpmn-js/lib/draw/TextRenderer";

const CHINESE = /\p{Script=Han}/u;
const STOP = /[，。、；：？！）》”’·／]/;
const LATIN = /[\w-]/;
/** How far from the middle a stop is looked for to break behind, the nearest first. */
const NEAR = [0, 1, -1, 2, -2];

function cut(text, count, behindStops) {
  const lines = [];
  let from = 0;
  for (let left = count; left > 1; left -= 1) {
    const even = from + Math.ceil((text.length - from) / left);
    let at = behindStops ? NEAR.map((by) => even + by).find((one) => STOP.test(text[one - 1] ?? "")) ?? even : even;
    while (at < text.length && STOP.test(text[at])) at += 1;
    while (at > from + 1 && LATIN.test(text[at - 1]) && LATIN.test(text[at] ?? "")) at -= 1;
    lines.push(text.slice(from, at).trim());
    from = at;
  }
  return [...lines, text.slice(from).trim()];
}

/** Return a name with its line ends put in, where it is Chinese and longer than a line; `fits` tells of a line. */
export function evenly(text, fits) {
  if (!CHINESE.test(text) || text.includes("\n") || fits(text)) return text;
  for (let count = 2; count < text.length; count += 1) {
    const lines = [true, false].map((behind) => cut(text, count, behind)).find((one) => one.every((line) => line && fits(line)));
    if (lines) return lines.join("\n");
  }
  return text;
}

function widthFor({ box, padding = 0 }) {
  const { left = 0, right = 0 } = typeof padding === "number" ? { left: padding, right: padding } : padding;
  return box.width - left - right;
}

function EvenTextRenderer(config) {
  TextRenderer.call(this, config);
  const { createText } = this;
  this.createText = (text, options) => {
    if (!options?.box) return createText(text, options);
    const endless = { ...options, padding: 0, box: { ...options.box, width: Number.MAX_SAFE_INTEGER } };
    const fits = (line) => this.getDimensions(line, endless).width <= widthFor(options);
    return createText(evenly(text, fits), options);
  };
}
EvenTextRenderer.$inject = ["config.textRenderer"];

export const textModule = { textRenderer: ["type", EvenTextRenderer] };
