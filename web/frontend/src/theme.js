// Light, dark, or as the machine is set. The choice stays in this browser and says nothing about anybody.
import { say } from "./language.js";

const KEY = "aid595.theme";
const ORDER = ["auto", "light", "dark"];
const NAMES = {
  auto: () => say("跟随系统", "as the system"),
  light: () => say("浅色", "light"),
  dark: () => say("深色", "dark"),
};

export function storedTheme() {
  try {
    const value = localStorage.getItem(KEY);
    return ORDER.includes(value) ? value : "auto";
  } catch {
    return "auto"; // storage may be forbidden by the office's policy
  }
}

export function applyTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function describe(button, theme) {
  const text = `${say("界面颜色", "Colours")}${say("：", ": ")}${NAMES[theme]()}`;
  button.setAttribute("aria-label", text);
  button.title = text;
  button.dataset.themeToggle = theme;
}

export function startThemeToggle() {
  let theme = storedTheme();
  const buttons = () => document.querySelectorAll("[data-theme-toggle]");
  buttons().forEach((button) => describe(button, theme));
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-toggle]")) return;
    theme = ORDER[(ORDER.indexOf(theme) + 1) % ORDER.length];
    applyTheme(theme);
    buttons().forEach((button) => describe(button, theme));
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // the choice then lasts as long as the page
    }
  });
}
