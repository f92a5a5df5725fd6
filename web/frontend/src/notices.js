// One line at the foot of the page for what went wrong between the browser and the server.
import { say } from "./language.js";

export function notify(text) {
  let place = document.querySelector("[data-notices]");
  if (!place) {
    place = document.createElement("div");
    place.dataset.notices = "";
    place.className = "notices";
    place.setAttribute("role", "alert");
    document.body.append(place);
  }
  place.textContent = text;
}

export function startNotices() {
  document.addEventListener("htmx:sendError", () =>
    notify(say("网络不通，没有送到。填写的内容还在页面上，请稍后再试。",
      "The network is down and nothing was sent. What you typed is still here; please try again.")));
  document.addEventListener("htmx:responseError", ({ detail }) => {
    if (detail.xhr.status < 500) return;
    notify(say("系统出错，没有保存。填写的内容还在页面上，请再试一次；再不行请告诉管理员。",
      "The system failed and nothing was saved. What you typed is still here; please try again."));
  });
}
