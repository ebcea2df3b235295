// Letters in the desk: frames as tall as their mail, drafts of colleagues, the moment of sending.

function fit(frame) {
  const page = frame.contentDocument?.documentElement;
  if (page) frame.style.height = `${Math.min(Math.max(page.scrollHeight, 80), 2400)}px`;
}

document.addEventListener("load", (event) => {
  if (event.target.matches?.("[data-mail-frame]")) fit(event.target);
}, true);

document.addEventListener("toggle", (event) => {
  for (const frame of event.target.querySelectorAll?.("[data-mail-frame]") ?? []) fit(frame);
}, true);

// What became of a letter is shown under its message as soon as it is known.
document.body.addEventListener("live:LetterMoved", async (event) => {
  const page = document.getElementById("desk-case");
  const feet = [...document.querySelectorAll(".mail-foot.is-letter")];
  if (!page || Number(page.dataset.case) !== event.detail?.data?.case_id || !feet.length) return;
  const first = Math.min(...feet.map((foot) => Number(foot.closest("[data-id]").dataset.id)));
  const response = await fetch(`${page.dataset.base}messages/?after=${first - 1}`, { credentials: "same-origin" }).catch(() => null);
  if (!response?.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const foot of feet) {
    const other = fresh.querySelector(`[data-id="${foot.closest("[data-id]").dataset.id}"] .mail-foot`);
    if (!other) continue;
    foot.replaceChildren(...other.childNodes);
    window.htmx?.process(foot);
  }
});

const head = () => document.querySelector("#desk-composer [data-composer-fields]");
const isLetter = () => Boolean(head()) && document.getElementById("desk-composer").dataset.mode === "reply";
const paper = () => document.querySelector("#desk-composer textarea");
const markOf = (name) => `[${name}]`;

// A picture stands where its name stands in brackets; what is pasted stands at the cursor at once.
function placePicture(name) {
  document.dispatchEvent(new CustomEvent("composer:insert", { detail: { text: markOf(name) } }));
}

document.addEventListener("composer:uploaded", ({ detail }) => {
  if (!detail.isPicture || !isLetter()) return;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "mail-place", textContent: head().dataset.wordPlace });
  button.addEventListener("click", () => { if (!paper().value.includes(markOf(detail.name))) placePicture(detail.name); else paper().focus(); });
  detail.line.querySelector("span").after(button);
  if (detail.wasPasted) placePicture(detail.name);
});

document.addEventListener("composer:removed", ({ detail }) => {
  if (!isLetter() || !paper().value.includes(markOf(detail.name))) return;
  paper().value = paper().value.replaceAll(markOf(detail.name), "");
  paper().dispatchEvent(new InputEvent("input", { bubbles: true }));
});

// Recipients and subject are kept while they are written, as the text is.
let keeping = 0;

function keepFields() {
  clearTimeout(keeping);
  keeping = 0;
  const fields = head();
  if (!fields) return;
  const body = new URLSearchParams([...fields.querySelectorAll("[name]")].map((one) => [one.name, one.value]));
  const token = document.querySelector("#desk-composer [name=csrfmiddlewaretoken]").value;
  fetch(fields.dataset.draft, { method: "POST", body, keepalive: true, credentials: "same-origin", headers: { "X-CSRFToken": token, "X-Requested-With": "fetch" } }).catch(() => {});
}

document.addEventListener("input", (event) => {
  if (!event.target.closest?.("[data-composer-fields]")) return;
  clearTimeout(keeping);
  keeping = setTimeout(keepFields, 800);
});
document.addEventListener("htmx:beforeRequest", (event) => { if (keeping && !event.target.closest?.("[data-composer-fields]")) keepFields(); });
window.addEventListener("pagehide", () => { if (keeping) keepFields(); });

function fill(values) {
  const fields = head();
  if (!fields) return;
  for (const [name, value] of Object.entries(values)) {
    const control = fields.querySelector(`[name="${name}"]`);
    if (control) control.value = value;
  }
  fields.dispatchEvent(new Event("change", { bubbles: true }));
}

document.addEventListener("letter:fields", (event) => fill(event.detail.value ?? event.detail));

document.addEventListener("click", (event) => {
  const take = event.target.closest?.("[data-mail-take]");
  if (!take) return;
  const draft = take.parentElement;
  const text = draft.querySelector("template").content.textContent;
  if (text) document.dispatchEvent(new CustomEvent("composer:insert", { detail: { text } }));
  if (draft.dataset.fields) {
    fill(JSON.parse(draft.dataset.fields));
    keepFields();
  }
  draft.remove();
});
