// What every page loads. Pages work without it; this makes them quicker and safer to use.
import "./src/htmx.js";
import { startDrafts } from "./src/draft.js";
import { startForms } from "./src/forms.js";
import { startNotices } from "./src/notices.js";
import { startShortcuts } from "./src/shortcuts.js";
import { startThemeToggle } from "./src/theme.js";

startNotices();
startShortcuts();
startThemeToggle();
startForms();
startDrafts();

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
