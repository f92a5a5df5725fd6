// The editor of the supervisor's studio: starts where the screen is large enough to draw on.
import { startStudio } from "./src/studio/studio.js";
import { showTrial } from "./src/studio/trial.js";
import "./modeler.css";

const wide = window.matchMedia("(min-width: 1000px)");

async function start(app) {
  if (app.dataset.studio) return;
  app.dataset.studio = "starting";
  try {
    await startStudio(app);
  } catch (problem) {
    app.dataset.studio = "failed";
    app.querySelector("[data-part=status]").textContent = problem.message;
    console.warn("studio", problem);
  }
}

const app = document.querySelector("[data-studio]");
if (app) {
  app.addEventListener("studio:ready", ({ detail }) => showTrial(detail));
  if (wide.matches) start(app);
  wide.addEventListener("change", () => wide.matches && start(app));
}
