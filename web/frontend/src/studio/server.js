// What the editor asks the server, and what a refusal says.
import { CSRF_HEADER, csrfToken } from "../csrf.js";
import { t } from "./words.js";

export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? t("editor.unreachable"));
    this.status = status;
    this.code = problem.code ?? "";
  }
}

async function ask(method, url, body) {
  let answer;
  try {
    answer = await fetch(url, {
      method,
      credentials: "same-origin",
      redirect: "error",
      headers: {
        Accept: "application/json",
        ...(method === "GET" ? {} : { [CSRF_HEADER]: csrfToken(), "Content-Type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Refused(0, {});
  }
  const text = await answer.text();
  const data = (answer.headers.get("Content-Type") ?? "").includes("json") && text ? JSON.parse(text) : {};
  if (!answer.ok) throw new Refused(answer.status, data);
  return data;
}

export const get = (url) => ask("GET", url);
export const put = (url, body) => ask("PUT", url, body);
export const post = (url, body = {}) => ask("POST", url, body);
