// Draws every [data-diagram] of the page; load this beside app.js on pages that have one.
import { startDiagrams } from "./src/diagram.js";
import "./viewer.css";

startDiagrams();
