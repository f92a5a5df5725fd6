// htmx, held to our content policy: nothing evaluated, no style element, no copy of a page in the browser.
import htmx from "htmx.org";
import { CSRF_HEADER, csrfToken } from "./csrf.js";

Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  historyCacheSize: 0, // pages hold personal data; "back" asks the server again
  refreshOnHistoryMiss: true,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  // A refusal carries a sentence for the person: show it. A fault shows a notice and leaves the page as it is.
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "4..", swap: true, error: true },
    { code: "...", swap: false, error: true },
  ],
});

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb !== "get") detail.headers[CSRF_HEADER] = csrfToken();
});

export default htmx;
