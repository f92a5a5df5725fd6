// Files of a step: a photograph is made small enough, files go one by one, the list comes back in its place.
// The rest of the page stays as it is, with all that was typed.
const WIDEST = 2400;
const LIGHT = 1_500_000;
const LARGEST = 7 * 1024 * 1024;

// Drawing a photograph anew also leaves out where and with what it was taken.
async function small(file) {
  if (!["image/jpeg", "image/png"].includes(file.type) || file.size <= LIGHT) return file;
  try {
    const image = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, WIDEST / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    const drawn = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return drawn && drawn.size < file.size ? new File([drawn], file.name, { type: "image/jpeg" }) : file;
  } catch {
    return file;
  }
}

// The answer is the list as it now is, or a sentence that says why not.
async function send(address, body) {
  const headers = { "X-CSRF-Token": document.querySelector('meta[name="csrf-token"]').content, "HX-Request": "true" };
  const answer = await fetch(address, { method: "POST", body, headers, credentials: "same-origin" });
  const place = document.createElement("template");
  place.innerHTML = await answer.text();
  const list = place.content.querySelector("#files");
  const said = answer.ok ? "" : place.content.querySelector(".flash")?.textContent.trim();
  return { ok: answer.ok, list, said };
}

function show(list, trouble) {
  if (list) document.getElementById("files").replaceWith(list);
  const status = document.querySelector("[data-upload-status]");
  if (trouble && status && !document.querySelector("#files .flash.bad")) {
    status.textContent = trouble;
    status.toggleAttribute("data-failed", true);
  }
  document.querySelector("#files input[type=file]")?.focus();
}

async function upload(input) {
  const { form } = input;
  const { sending, failed, heavy } = form.dataset;
  const chosen = [...input.files];
  let list = null;
  let trouble = "";
  form.setAttribute("aria-busy", "true");
  for (const [n, file] of chosen.entries()) {
    form.querySelector("[data-upload-status]").textContent = sending.replace("{n}", n + 1).replace("{of}", chosen.length);
    const body = new FormData();
    body.set("file", await small(file));
    if (body.get("file").size > LARGEST) {
      trouble = `${file.name}: ${heavy}`;
      continue;
    }
    try {
      const answer = await send(form.action, body);
      list = answer.list ?? list;
      if (answer.ok) continue;
      trouble = answer.said || failed;
    } catch {
      trouble = failed;
    }
    break;
  }
  input.value = "";
  form.removeAttribute("aria-busy");
  show(list, trouble);
}

async function remove(form) {
  try {
    const answer = await send(form.action, new FormData());
    show(answer.list, answer.ok ? "" : answer.said || form.dataset.failed);
  } catch {
    show(null, form.dataset.failed);
  }
}

document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-upload] input[type=file]") && target.files.length) upload(target);
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-file-remove]")) return;
  event.preventDefault();
  if (window.confirm(form.dataset.sure)) remove(form);
});
