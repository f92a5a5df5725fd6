// Loaded in <head> without `defer`: the page must know its colours before it is painted.
import { applyTheme, storedTheme } from "./src/theme.js";

applyTheme(storedTheme());
