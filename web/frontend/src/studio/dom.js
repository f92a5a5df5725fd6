// Elements without templates: h("button", { class: "button", onclick: act }, "text").
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else if (name === "data") Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** A line icon on a 24-unit grid, as the pages of the product have them. */
export function icon(path) {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("class", "icon");
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  picture.append(line);
  return picture;
}

let made = 0;
export const uniqueId = (prefix) => `${prefix}-${(made += 1)}`;

/** Wait until nothing has happened for a while; `flush` does it now. */
export function later(act, pause) {
  let timer = 0;
  const run = (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => { timer = 0; act(...values); }, pause);
  };
  run.waiting = () => timer !== 0;
  run.flush = (...values) => {
    if (!timer) return;
    clearTimeout(timer);
    timer = 0;
    act(...values);
  };
  return run;
}

export const splitList = (text) => (text ?? "").split(/\s+/).filter(Boolean);
